import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { Readable } from 'node:stream';
import { extensionOf, mediaType } from './media-type.mjs';

/** The files below `root`. @type {(root: string) => import('./bytes-response.mjs').Files} */
export const filesBelow = (root) => (path) => fileContent(root, path);

/**
 * The file that `path` names below `root`. Nothing for what is no file or lies outside of `root`, be it by `..`, by an
 * encoded slash or by a symbolic link.
 * @param {string} root
 * @param {string} path percent-encoded, relative
 * @returns {Promise<import('./bytes-response.mjs').Content | undefined>}
 */
export async function fileContent(root, path) {
  const name = decodePath(path);
  if (name === undefined) return undefined;
  try {
    const folder = await realpath(root);
    const file = await realpath(join(folder, name));
    const stats = await stat(file);
    if (!stats.isFile() || !file.startsWith(folder + sep)) return undefined;
    const { size, mtime } = stats;
    return {
      type: mediaType(extensionOf(file)),
      size,
      etag: `"${size.toString(36)}-${mtime.getTime().toString(36)}"`,
      modified: mtime,
      read: (start, end) => streamFile(file, start, end),
    };
  } catch {
    return undefined;
  }
}

/** @type {(path: string) => string | undefined} */
function decodePath(path) {
  if (/%2f|%5c|%00|\\/i.test(path)) return undefined;
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

/** @type {(file: string, start: number, end: number) => BodyInit} */
function streamFile(file, start, end) {
  const stream = Readable.toWeb(createReadStream(file, { start, end: end - 1 }));
  return /** @type {ReadableStream<Uint8Array<ArrayBuffer>>} */ (stream);
}
