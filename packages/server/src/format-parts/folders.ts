import { optionsError } from '../errors/options-error.ts';

/**
 * Which folder of a path a token opens.
 *
 * - a number: the first so many folders of the path, or all of them if there are fewer; `1` makes `/vod/` of
 *   `/vod/7/720p/index.m3u8`
 * - `'parent'`: the folder the file is in, and no folder below it
 * - `'tree'`: signed, the folder the file is in; verified, any folder above the file, of which there may be 32
 */
export type Depth = number | 'parent' | 'tree';

/**
 * In front of a folder in what `secureToken` hashes: whatever is hashed for a path begins with a slash. `secureLink`
 * refuses layouts that could write it.
 */
export const folderMark = 'folder:';

/**
 * With `'tree'` each folder above a file is hashed: without a limit, the work would grow with the square of the path.
 */
const maxFolders = 32;

/** @throws `ERR_OPTIONS` */
export function checkDepth(depth: Depth): void {
  const isNumber = depth === Infinity || (typeof depth === 'number' && Number.isSafeInteger(depth) && depth >= 0);
  if (depth !== 'parent' && depth !== 'tree' && !isNumber) {
    throw optionsError('depth', "Give a number of folders, 'parent' or 'tree'.", depth);
  }
}

/** For formats whose folders are a number of folders only. @throws `ERR_OPTIONS` */
export function checkFolderCount(depth: number): void {
  if (typeof depth !== 'number') throw optionsError('depth', 'Give a number of folders.', depth);
  checkDepth(depth);
}

/** The folder to sign for `path`, with both its slashes; a path with fewer folders than `depth` has its own. */
export function folderOf(path: string, depth: Depth): string {
  let end = path.lastIndexOf('/');
  if (typeof depth === 'number' && hasFolders(path, depth)) {
    end = 0;
    for (let i = 0; i < depth; i++) end = path.indexOf('/', end + 1);
  }
  return path.slice(0, end + 1);
}

/** Whether `path` has at least `count` folders; `/vod/7/film.mp4` has two. */
export function hasFolders(path: string, count: number): boolean {
  let at = 0;
  for (let i = 0; i < count && at >= 0; i++) at = path.indexOf('/', at + 1);
  return at >= 0;
}

/** The folders whose token opens `path`; `undefined` for a path with more of them than are judged. */
export function foldersOpening(path: string, depth: Depth): readonly string[] | undefined {
  if (depth !== 'tree') return [folderOf(path, depth)];
  return hasFolders(path, maxFolders + 1) ? undefined : foldersAbove(path);
}

/** `/`, `/vod/`, `/vod/7/` for `/vod/7/film.mp4`. */
function foldersAbove(path: string): string[] {
  const folders: string[] = [];
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) folders.push(path.slice(0, at + 1));
  return folders;
}
