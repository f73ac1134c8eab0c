import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

/**
 * The playlists and MP4 files below a folder, as paths with `/`, sorted. Hidden ones are left out, as are names that
 * have no single reading in a URL.
 */
export async function mediaList(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && /\.(?:m3u8|mp4|m4v)$/i.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => isServable(`/${path}`))
    .sort((a, b) => a.localeCompare(b));
}

/** @param path decoded, with its leading `/` */
export function isServable(path: string): boolean {
  return !/[#?%\\\p{Cc}]|\/\.|(?:^|\/)node_modules\//u.test(path);
}
