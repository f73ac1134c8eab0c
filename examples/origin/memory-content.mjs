import { createHash } from 'node:crypto';

/**
 * Content that is in memory: a playlist made just now, a part cut out of a file.
 * @param {string | Uint8Array<ArrayBuffer>} data
 * @param {{ type: string, cache?: string }} options
 * @returns {import('./bytes-response.mjs').Content}
 */
export function memoryContent(data, { type, cache = 'no-cache' }) {
  const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
  const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 16)}"`;
  return { type, cache, etag, size: bytes.length, read: (start, end) => bytes.subarray(start, end) };
}
