import type { SecureTokenError } from './contract/secure-token-error.ts';

/** The folder of the documentation. `npm run set-organisation` changes it along with `homepage`. */
const DOCS = 'https://github.com/your-organisation/secure-token/blob/main/docs/';

/** Lines that the console has been given, by the token source, or the part of one, that they are about. */
const written = new WeakMap<object, Set<string>>();

/** Lines about one token source: an endpoint may say something else each time that it fails. */
const MAX_LINES = 30;

/** @returns whether nobody has written it before, nor too much */
function noteWritten(about: object, what: string): boolean {
  const known = written.get(about) ?? new Set();
  written.set(about, known);
  return known.size < MAX_LINES && known.size < known.add(what).size;
}

/**
 * Tells the console of `error`, with the address of the page about it: once for each code, in a development build once
 * for each message. A page of many players that share a source is told once that its endpoint is not there.
 */
export function writeError(about: object, { code, message }: SecureTokenError): void {
  // the next one has other times in it
  if (!noteWritten(about, __DEVELOPMENT__ ? message.replace(/\d+/g, '') : code)) return;
  // eslint-disable-next-line no-console -- who has no listener learns of it nowhere else
  console.error(`secure-token: ${message} See ${DOCS}errors.md#${code.toLowerCase()}`);
}

/**
 * Tells the console once of a mistake for which there is no error and no event: its cause and its remedy. Only in
 * development builds; whoever calls it leaves its text out of others by asking `__DEVELOPMENT__` first.
 * @param page of the documentation, with an anchor
 */
export function writeMistake(about: object, message: string, page = 'troubleshooting.md'): void {
  if (!__DEVELOPMENT__ || !noteWritten(about, message)) return;
  // eslint-disable-next-line no-console -- what it is for
  console.warn(`${message} See ${DOCS}${page}`);
}
