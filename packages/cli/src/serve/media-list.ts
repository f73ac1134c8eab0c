import { readFile, readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { isServed, servedPath } from './served-path.ts';

/**
 * Returns the playlists and MP4 files below a folder, as sorted paths with `/`. Leaves out hidden files, names that
 * have no single reading in a URL, and init segments, which are not films: those that a playlist names in `EXT-X-MAP`,
 * and files called `init….mp4`, which a DASH manifest may name.
 */
export async function mediaList(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && /\.(?:m3u8|mp4|m4v)$/i.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => isServed(`/${path}`));
  const playlists = paths.filter((path) => /\.m3u8$/i.test(path));
  const maps = new Set((await Promise.all(playlists.map((path) => initSegments(root, path)))).flat());
  return paths
    .filter((path) => !maps.has(path) && !/(?:^|\/)init[^/]*\.(?:mp4|m4v)$/i.test(path))
    .sort((a, b) => a.localeCompare(b));
}

/** Returns the paths that a playlist of the folder names in `EXT-X-MAP`. A URI with a variable names no file. */
async function initSegments(root: string, path: string): Promise<string[]> {
  const text = await readFile(join(root, path), 'utf8').catch(() => '');
  const base = new URL(encodeURI(`/${path}`), 'http://localhost');
  const uris = [...text.matchAll(/^#EXT-X-MAP:(?:.*,)?URI="([^"]+)"/gm)].map(([, uri]) => uri!);
  return uris.map((uri) => servedPath(pathnameOf(uri, base))?.slice(1)).filter((found) => found !== undefined);
}

function pathnameOf(uri: string, base: URL): string {
  try {
    return new URL(uri, base).pathname;
  } catch {
    return '';
  }
}
