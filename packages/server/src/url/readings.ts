import { decodeOnce } from './decode-once.ts';

/** The way in which one origin or another reads a canonical path: the canonical path that it serves instead. */
export type Reading = (path: string) => string;

/**
 * The names of a path, as they are first: Java servers drop `;parameters`, Windows drops dots and spaces at the end of
 * a name, macOS takes both Unicode forms of a letter, ASP.NET drops `(S(…))`; and what puts a decoded path into a
 * request (`proxy_pass http://origin$uri`) has it decoded twice.
 */
const nameReadings: readonly Reading[] = [
  same,
  remembering(stripped),
  remembering(decodedAgain),
  remembering((path) => stripped(decodedAgain(path))),
];

/**
 * S3 takes `+` for a space, and shows a space as `+`.
 *
 * A `+` that has become a space is not dropped at the end of a name: who reads it so keeps it, and `/canal+/` is not
 * `/canal/`.
 */
const plusReadings: readonly Reading[] = [
  same,
  (path) => path.replaceAll('+', ' '),
  (path) => path.replaceAll(' ', '+'),
];

/** Many servers drop a `/` at the end. */
const slashReadings: readonly Reading[] = [same, withoutLastSlash];

const allReadings = nameReadings.flatMap(spelledOut);

/** The names of a path that ends at its first `?` or `#`. */
const cutNameReadings = nameReadings.map((readName) => remembering((path) => upToQuery(readName(upToQuery(path)))));

const readingsUpToSigns: readonly Reading[] = [upToFirstSign, ...cutNameReadings.flatMap(spelledOut)];

function spelledOut(readName: Reading): readonly Reading[] {
  return plusReadings.flatMap((readPlus) =>
    slashReadings.map(
      (readSlash): Reading =>
        (path) =>
          readSlash(readPlus(readName(path))),
    ),
  );
}

/** Whether no way to read a path changes anything but the `/` at its end. */
function isPlain(path: string): boolean {
  return /^[\w\-~/.]*$/.test(path) && !/\.(?:\/|$)/.test(path);
}

/**
 * The other spellings of a path that somebody wrote into a rule, itself first. Two paths that one origin takes for the
 * same file have a reading in common.
 *
 * @param path canonical, so that `%2B` is a `+` too
 */
export function readingsOf(path: string): readonly string[] {
  return [...new Set(wholeReadings(path).map((read) => read(path)))];
}

/** The ways to read a canonical path that a viewer asks for to its end: for two such paths, the same functions. */
export function wholeReadings(path: string): readonly Reading[] {
  return isPlain(path) ? slashReadings : allReadings;
}

/**
 * How what a viewer asks for may be read up to a file. Some servers do not read a path to its end: Fastify 4 ends it at
 * the first `;`, a decoded path in a request ends at its `?`, and lighttpd, PHP, and Apache with `AcceptPathInfo` end
 * it at the first file: `/film.mp4/x` is `/film.mp4` with a path info (RFC 3875 section 4.1.5). Which names are files
 * is not known here, so those are that have an extension.
 *
 * @param paths canonical: each reading fits all of them
 */
export function readingsUpToFiles(...paths: readonly string[]): readonly Reading[] {
  const areCut = paths.some((path) => /[;?#]/.test(decodedAgain(path)));
  const names = [...(paths.every(isPlain) ? [same] : nameReadings), ...(areCut ? cutNameReadings : [])];
  const upToNames = names.flatMap((readName) => {
    const depths = new Set(paths.flatMap((path) => foldersNamedLikeFiles(readName(path))));
    return Array.from(
      depths,
      (depth): Reading =>
        (path) =>
          upToName(readName(path), depth),
    );
  });
  return areCut ? [...readingsUpToSigns, ...upToNames] : upToNames;
}

/** Every path as which `path`, asked for by a viewer, may be served. */
export function servedPaths(path: string): readonly string[] {
  if (isPlain(path) && foldersNamedLikeFiles(path).length === 0) {
    return path.length > 1 && path.endsWith('/') ? [path, withoutLastSlash(path)] : [path];
  }
  return [...new Set([...wholeReadings(path), ...readingsUpToFiles(path)].map((read) => read(path)))];
}

/** A path that could be served in more ways is not judged: each is one more to be asked about. */
export const maxServedPaths = 16;

/**
 * Whether a canonical path cannot be judged: read once more, decoded twice, by Windows, or joined of the parts of a
 * list (`/free/,../premium/film,.mp4.urlset/` of nginx-vod-module), it leads to another folder or another part of a
 * file (`%2e%2e`, `.. `, `film.mp4::$DATA`); it holds more combining marks in a row than any language writes, for more
 * than 30 (Unicode Standard Annex 15, Stream-Safe Text) take time with the square of their number to be compared; or
 * more folders that are named like files than could be asked about, counted before each of them is read.
 */
export function isReadElsewhere(path: string): boolean {
  // It holds nothing of what follows.
  if (isPlain(path)) return foldersNamedLikeFiles(path).length >= maxServedPaths;
  const again = decodedAgain(path);
  const isElsewhere = /\/\.\.?(?: [. ]*)?(?:[;/?#]|$)|:[^/:]*:\$|,\.\.?(?:[/,?#]|$)|\/\.\.?,|\p{M}{31}/u;
  if ([path, again].some((each) => isElsewhere.test(each))) return true;
  if (again !== path && /[\p{Cc}\\]|\/\/|\/\.\.?(?:[;/?#]|$)/u.test(again)) return true;
  if (again.split('/').length !== path.split('/').length) return true;
  return nameReadings.some((readName) => foldersNamedLikeFiles(readName(path)).length >= maxServedPaths);
}

/**
 * Whether a path below a folder could be read as leading out of it, by a server that decodes it once more or otherwise.
 * nginx judges it with one pattern, `$secure_token_leaves_folder`, to which every escape that is left is one too many.
 */
export function mayLeaveFolder(path: string): boolean {
  return /%[\da-f]{2}/i.test(path) || isReadElsewhere(path);
}

/** The number of names up to and with each folder that has the name of a file: 2 for `/vod/film.mp4/x`. */
function foldersNamedLikeFiles(path: string): readonly number[] {
  // Most paths have no dot in front of their last name.
  if (path.lastIndexOf('/') < path.indexOf('.') || !path.includes('.')) return [];
  const folders = path.split('/').slice(1, -1);
  return folders.flatMap((name, i) => (/\.\d*[a-z][a-z\d]{0,7}$/i.test(name) ? [i + 1] : []));
}

function upToName(path: string, depth: number): string {
  let end = 0;
  for (let i = 0; i < depth && end >= 0; i++) end = path.indexOf('/', end + 1);
  return end < 0 ? path : path.slice(0, end);
}

/** One path is read many times before the next one is. */
function remembering(read: Reading): Reading {
  let last: { path: string; asRead: string } | undefined;
  return (path) => {
    if (last?.path !== path) last = { path, asRead: read(path) };
    return last.asRead;
  };
}

function upToQuery(path: string): string {
  return upTo(/[?#]/, path);
}

function upToFirstSign(path: string): string {
  return upTo(/[;?#]/, path);
}

function upTo(sign: RegExp, path: string): string {
  const end = path.search(sign);
  return end < 0 ? path : path.slice(0, Math.max(1, end));
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

/** Decodes once more; of escapes in a row that are not UTF-8, those of ASCII alone. */
function decodedAgain(path: string): string {
  const asAscii = (_: string, hex: string): string => String.fromCharCode(parseInt(hex, 16));
  return path.replace(
    /(?:%[\da-f]{2})+/gi,
    (escapes) => decodeOnce(escapes) ?? escapes.replace(/%([0-7][\da-f])/gi, asAscii),
  );
}

function withoutLastSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}
