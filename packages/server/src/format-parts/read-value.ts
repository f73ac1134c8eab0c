import { decodeOnce } from '../url/canonical-path.ts';

/** An unnecessary escape: of a letter, a digit, `-`, `.` or `_`. */
const needless = /%(?:2[de]|3\d|[46][1-9a-f]|5[\daf]|7[\da])/i;

/**
 * Returns the value of a parameter, with its escapes decoded once: some libraries escape `=`, `/`, `*`, `~` and the
 * like, others do not.
 *
 * @returns `undefined` for malformed escapes, and for those of letters, digits, `-`, `.` and `_`, because no library
 *   that writes a query makes them
 */
export function readValue(written: string): string | undefined {
  if (!written.includes('%')) return written;
  return needless.test(written) ? undefined : decodeOnce(written);
}
