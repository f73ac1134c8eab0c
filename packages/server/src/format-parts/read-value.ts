import { decodeOnce } from '../url/decode-once.ts';

/** An escape of a letter, a digit, `-`, `.` or `_`. */
const needless = /%(?:2[de]|3\d|[46][1-9a-f]|5[\daf]|7[\da])/i;

/**
 * The value of a parameter, its escapes undone once: libraries escape `=`, `/`, `*`, `~` and the like, or leave them.
 *
 * @returns `undefined` for malformed escapes, and for those of letters, digits, `-`, `.` and `_`: nothing that writes a
 *   query makes them
 */
export function readValue(written: string): string | undefined {
  if (!written.includes('%')) return written;
  return needless.test(written) ? undefined : decodeOnce(written);
}
