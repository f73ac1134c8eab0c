import { optionsError } from '../options-error.ts';

/**
 * Which folder of a path a token opens.
 *
 * - a number: the first so many folders of the path, or all of them if there are fewer; `1` makes `/vod/` of
 *   `/vod/7/720p/index.m3u8`
 * - `'parent'`: the folder the file is in, and no folder below it
 * - `'tree'`: signed, the folder the file is in; verified, any folder above the file
 */
export type Depth = number | 'parent' | 'tree';

/** @throws `ERR_OPTIONS` */
export function checkDepth(depth: Depth): void {
  if (depth !== 'parent' && depth !== 'tree' && !(depth >= 0)) {
    throw optionsError('depth', "give a number of folders, 'parent' or 'tree'");
  }
}

/** The folder to sign for `path`, with both its slashes; a path with fewer folders than `depth` has its own. */
export function folderOf(path: string, depth: Depth): string {
  const all = foldersAbove(path);
  return (typeof depth === 'number' ? all[depth] : undefined) ?? all.at(-1)!;
}

/** The folders whose token opens `path`. */
export function foldersOpening(path: string, depth: Depth): readonly string[] {
  return depth === 'tree' ? foldersAbove(path) : [folderOf(path, depth)];
}

/** `/`, `/vod/`, `/vod/7/` for `/vod/7/film.mp4`. */
function foldersAbove(path: string): string[] {
  return [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index + 1));
}
