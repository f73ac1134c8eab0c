import { decodeOnce } from './decode-once.ts';

/**
 * A function that reads a canonical path as some origin does, and returns the canonical path that this origin serves.
 */
export type Reading = (path: string) => string;

/**
 * The readings of the names in a path, which are applied first. Java servers drop `;parameters`, Windows drops dots and
 * spaces at the end of a name, macOS treats both Unicode forms of a letter as the same, ASP.NET drops `(S(…))`. A
 * server that puts a decoded path into a request (`proxy_pass http://origin$uri`) makes the next server decode it a
 * second time.
 */
const nameReadings: readonly Reading[] = [
  same,
  remembering(stripped),
  remembering(decodedAgain),
  remembering((path) => stripped(decodedAgain(path))),
];

/**
 * The readings of `+`: S3 reads `+` as a space, and shows a space as `+`.
 *
 * A `+` that has become a space is not dropped at the end of a name: a server that reads `+` so keeps the space, and
 * `/canal+/` is not `/canal/`.
 */
const plusReadings: readonly Reading[] = [
  same,
  (path) => path.replaceAll('+', ' '),
  (path) => path.replaceAll(' ', '+'),
];

/** The readings of a `/` at the end, which many servers drop. */
const slashReadings: readonly Reading[] = [same, withoutLastSlash];

const allReadings = nameReadings.flatMap(spelledOut);

/** The readings of the names for servers that end a path at its first `?` or `#`. */
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

/** Whether no reading of a path changes anything except the `/` at its end. */
function isPlain(path: string): boolean {
  return /^[\w\-~/.]*$/.test(path) && !/\.(?:\/|$)/.test(path);
}

/**
 * Returns every reading of a path that an author wrote into a rule, the path itself first. If one origin takes two
 * paths for the same file, the two paths have a reading in common.
 *
 * @param path canonical, so that `%2B` is a `+` too
 */
export function readingsOf(path: string): readonly string[] {
  return [...new Set(wholeReadings(path).map((read) => read(path)))];
}

/**
 * Returns the readings that read a requested canonical path to its end. They are the same function objects for all
 * paths.
 */
export function wholeReadings(path: string): readonly Reading[] {
  return isPlain(path) ? slashReadings : allReadings;
}

/**
 * Returns the readings that end a requested path at a file. Some servers do not read a path to its end: Fastify 4 ends
 * it at the first `;`, a decoded path in a request ends at its `?`, and lighttpd, PHP, and Apache with `AcceptPathInfo`
 * end it at the first file: `/film.mp4/x` is `/film.mp4` with a path info (RFC 3875 section 4.1.5). This code does not
 * know which names are files, so every name with an extension counts as one.
 *
 * @param paths canonical: each reading can be applied to all of them
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

/** Returns every path as which some origin may serve the requested `path`. */
export function servedPaths(path: string): readonly string[] {
  if (isPlain(path) && foldersNamedLikeFiles(path).length === 0) {
    return path.length > 1 && path.endsWith('/') ? [path, withoutLastSlash(path)] : [path];
  }
  return [...new Set([...wholeReadings(path), ...readingsUpToFiles(path)].map((read) => read(path)))];
}

/**
 * The largest number of paths as which a URL may be served. A URL with more is not judged, because each of them is one
 * more path to check.
 */
export const maxServedPaths = 16;

/**
 * Whether a canonical path cannot be judged, for one of three reasons:
 *
 * - A server reads it as a path to another folder or to another part of a file (`%2e%2e`, `.. `, `film.mp4::$DATA`):
 *   because it decodes the path once more, because it runs on Windows, or because it joins the parts of a list
 *   (`/free/,../premium/film,.mp4.urlset/` of nginx-vod-module).
 * - It contains more than 30 combining marks in a row (Unicode Standard Annex 15, Stream-Safe Text). No language writes
 *   so many, and comparing them takes time with the square of their number.
 * - It contains `maxServedPaths` or more folders that are named like files. They are counted before each of them is
 *   read.
 */
export function isReadElsewhere(path: string): boolean {
  // The other checks cannot apply to a plain path.
  if (isPlain(path)) return foldersNamedLikeFiles(path).length >= maxServedPaths;
  const again = decodedAgain(path);
  const isElsewhere = /\/\.\.?(?: [. ]*)?(?:[;/?#]|$)|:[^/:]*:\$|,\.\.?(?:[/,?#]|$)|\/\.\.?,|\p{M}{31}/u;
  if ([path, again].some((each) => isElsewhere.test(each))) return true;
  if (again !== path && /[\p{Cc}\\]|\/\/|\/\.\.?(?:[;/?#]|$)/u.test(again)) return true;
  if (again.split('/').length !== path.split('/').length) return true;
  return nameReadings.some((readName) => foldersNamedLikeFiles(readName(path)).length >= maxServedPaths);
}

/**
 * Whether a server could read a path below a folder as a path out of that folder, because it decodes the path once more
 * or reads it in another way. The nginx configuration decides this with one pattern, `$secure_token_leaves_folder`,
 * which does not allow any remaining escape.
 */
export function mayLeaveFolder(path: string): boolean {
  return /%[\da-f]{2}/i.test(path) || isReadElsewhere(path);
}

/** Returns the depth of each folder that is named like a file: 2 for `/vod/film.mp4/x`. */
function foldersNamedLikeFiles(path: string): readonly number[] {
  // A shortcut: in most paths, no name but the last contains a dot.
  if (path.lastIndexOf('/') < path.indexOf('.') || !path.includes('.')) return [];
  const folders = path.split('/').slice(1, -1);
  return folders.flatMap((name, i) => (/\.\d*[a-z][a-z\d]{0,7}$/i.test(name) ? [i + 1] : []));
}

function upToName(path: string, depth: number): string {
  let end = 0;
  for (let i = 0; i < depth && end >= 0; i++) end = path.indexOf('/', end + 1);
  return end < 0 ? path : path.slice(0, end);
}

/** Remembers the last result of a reading: one path is read many times before the next one is. */
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
  // A name that consists of parameters alone disappears with its `/`: `/;x/vod/` is `/vod/`.
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

/** Decodes a path once more. In a run of escapes that is not UTF-8, decodes only the escapes of ASCII characters. */
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
