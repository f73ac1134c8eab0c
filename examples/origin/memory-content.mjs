import { sha256 } from '@noble/hashes/sha2.js';

/**
 * Content that is in memory: a playlist made just now, a part cut out of a file. Its ETag is the beginning of its
 * SHA-256 in Base64url.
 * @param {string | Uint8Array<ArrayBuffer>} data
 * @param {{ type: string, cache?: string }} options
 * @returns {import('./bytes-response.mjs').Content}
 */
export function memoryContent(data, { type, cache = 'no-cache' }) {
  const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
  const { length: size } = bytes;
  return { type, cache, etag: etagOf(sha256(bytes)), size, read: (start, end) => bytes.subarray(start, end) };
}

/** Returns the ETag for this SHA-256. @type {(hash: Uint8Array) => string} */
export const etagOf = (hash) =>
  `"${btoa(String.fromCharCode(...hash))
    .slice(0, 16)
    .replaceAll('+', '-')
    .replaceAll('/', '_')}"`;
