import { optionsError } from '../errors/options-error.ts';

/**
 * The folder of a path that a token opens.
 *
 * - a number: the folder at that depth, or the deepest folder of the path if it has fewer; `1` makes `/vod/` of
 *   `/vod/7/720p/index.m3u8`
 * - `'parent'`: the folder that contains the file, and no folder below it
 * - `'tree'`: for signing, the folder that contains the file; for verifying, any of at most 32 folders above the file
 */
export type Depth = number | 'parent' | 'tree';

/**
 * The text in front of a folder in what `azion` hashes. What it hashes for a path begins with a slash, so the two
 * differ. `secureLink` refuses layouts that could write this text.
 */
export const folderMark = 'folder:';

/**
 * The largest number of folders with `'tree'`. Each folder above a file is hashed: without a limit, the work would grow
 * with the square of the length of the path.
 */
const maxFolders = 32;

/** @throws `ERR_OPTIONS` */
export function checkDepth(depth: Depth): void {
  const isNumber = depth === Infinity || (typeof depth === 'number' && Number.isSafeInteger(depth) && depth >= 0);
  if (depth !== 'parent' && depth !== 'tree' && !isNumber) {
    throw optionsError('depth', "Give a number of folders, 'parent' or 'tree'.", depth);
  }
}

/** Checks the depth of formats that support only a number of folders. @throws `ERR_OPTIONS` */
export function checkFolderCount(depth: number): void {
  if (typeof depth !== 'number') throw optionsError('depth', 'Give a number of folders.', depth);
  checkDepth(depth);
}

/**
 * Returns the folder to sign for `path`, with both its slashes. A path with fewer folders than `depth` gets its deepest
 * one.
 */
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

/** Returns the folders whose token opens `path`, or `undefined` for a path with more folders than `'tree'` allows. */
export function foldersOpening(path: string, depth: Depth): readonly string[] | undefined {
  if (depth !== 'tree') return [folderOf(path, depth)];
  return hasFolders(path, maxFolders + 1) ? undefined : foldersAbove(path);
}

/** Returns the folders above a file: `/`, `/vod/`, `/vod/7/` for `/vod/7/film.mp4`. */
function foldersAbove(path: string): string[] {
  const folders: string[] = [];
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) folders.push(path.slice(0, at + 1));
  return folders;
}
