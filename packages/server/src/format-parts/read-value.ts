import { decodeOnce } from '../url/decode-once.ts';

/**
 * The value of a parameter, its escapes undone once: libraries escape `=`, `/`, `*`, `~` and the like, or leave them.
 *
 * @returns `undefined` for malformed escapes, and for those of letters, digits, `-`, `.` and `_`: nothing that writes a
 *   query makes them
 */
export function readValue(written: string): string | undefined {
  if (!written.includes('%')) return written;
  const escapes = [...written.matchAll(/%([2-7][\da-f])/gi)];
  const isNeedless = escapes.some(([, hex]) => /[\w.-]/.test(String.fromCharCode(parseInt(hex!, 16))));
  return isNeedless ? undefined : decodeOnce(written);
}
