import { canonicalPath } from '../canonical-path.ts';

/** How one origin or another reads a canonical path: the canonical path that it serves instead. */
export type Reading = (path: string) => string;

/**
 * The names of a path, as they are first: Java servers drop `;parameters`, Windows drops dots and spaces at the end of a
 * name, macOS takes both Unicode forms of a letter, ASP.NET drops `(S(…))`; and what puts a decoded path into a request
 * (`proxy_pass http://origin$uri`) has it decoded twice.
 */
const nameReadings: readonly Reading[] = [same, stripped, decodedAgain, (path) => stripped(decodedAgain(path))];

/**
 * S3 takes `+` for a space, and shows a space as `+`.
 *
 * A `+` that has become a space is not dropped at the end of a name: who reads it so keeps it, and `/canal+/` is not
 * `/canal/`.
 */
const plusReadings: readonly Reading[] = [same, (path) => path.replaceAll('+', ' '), (path) => path.replaceAll(' ', '+')];

/** Many servers drop a `/` at the end. */
const slashReadings: readonly Reading[] = [same, withoutLastSlash];

const readings = nameReadings.flatMap((readName) =>
  plusReadings.flatMap((readPlus) => slashReadings.map((readSlash): Reading => (path) => readSlash(readPlus(readName(path))))),
);

/**
 * The other spellings of a path that somebody wrote into a rule, itself first. Two paths that one origin takes for the
 * same file have a reading in common.
 *
 * @param path canonical, so that `%2B` is a `+` too
 */
export function readingsOf(path: string): readonly string[] {
  return [...new Set(readings.map((read) => read(path)))];
}

/**
 * The same ways to read what a viewer asks for, and behind them those of servers that do not read a path to its end:
 * Fastify 4 ends it at the first `;`, a decoded path in a request ends at its `?`, and lighttpd, PHP, and Apache with
 * `AcceptPathInfo` end it at the first file: `/film.mp4/x` is `/film.mp4` with a path info (RFC 3875 section 4.1.5).
 * Which names are files is not known here, so those are that have an extension.
 *
 * @param path canonical; each way fits what a token opens of it as well
 */
export function waysToServe(path: string): readonly Reading[] {
  const upToFiles = nameReadings.flatMap((readName) =>
    foldersNamedLikeFiles(readName(path)).map((depth): Reading => (other) => upToName(readName(other), depth)),
  );
  return [...readings, upToFirstSign, ...upToFiles];
}

/** Every path as which `path`, asked for by a viewer, may be served. */
export function servedPaths(path: string): readonly string[] {
  return [...new Set(waysToServe(path).map((read) => read(path)))];
}

/** More of them in one path are refused (`judgeUrl`): each is one more path to be looked at. */
export const maxFoldersNamedLikeFiles = 6;

/** How many names stand up to and with each folder that has the name of a file: 2 for `/vod/film.mp4/x`. */
export function foldersNamedLikeFiles(path: string): readonly number[] {
  const folders = path.split('/').slice(1, -1);
  return folders.flatMap((name, i) => (/\.\d*[a-z][a-z\d]{0,7}$/i.test(name) ? [i + 1] : []));
}

function upToName(path: string, depth: number): string {
  return path.split('/').slice(0, depth + 1).join('/');
}

function same(path: string): string {
  return path;
}

function stripped(path: string): string {
  const names = path.normalize('NFC').split('/').map(strippedName);
  // A name of nothing but parameters leaves no folder behind: `/;x/vod/` is `/vod/`.
  const kept = names.filter((name) => name !== '').join('/');
  return kept === '' ? '/' : names.at(-1) === '' ? `/${kept}/` : `/${kept}`;
}

function strippedName(name: string): string {
  if (/^\((?:[a-z]\([^()]*\))+\)$/i.test(name)) return '';
  const parameters = name.indexOf(';');
  let end = parameters < 0 ? name.length : parameters;
  while (end > 0 && (name[end - 1] === '.' || name[end - 1] === ' ')) end--;
  return name.slice(0, end);
}

function upToFirstSign(path: string): string {
  const end = path.search(/[;?#]/);
  return end > 1 ? path.slice(0, end) : path;
}

/** Where that has no single reading, `judgeUrl` has refused the URL. */
function decodedAgain(path: string): string {
  return holdsEscape(path) ? (canonicalPath(path, 'decoded') ?? path) : path;
}

/** Whether a canonical path, which is decoded, could be decoded once more. */
export function holdsEscape(path: string): boolean {
  return /%[\da-f]{2}/i.test(path);
}

function withoutLastSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}
