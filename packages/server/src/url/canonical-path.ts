/** The form in which a path is hashed: percent-decoded once (nginx `$uri`), or as it is written in the URL. */
export type PathForm = 'decoded' | 'raw';

/** Decodes percent-escapes once. Returns `undefined` if they are malformed or not UTF-8. */
export function decodeOnce(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/**
 * Returns the one form of a path that is hashed and forwarded, or `undefined` for a path that no format signs: malformed
 * escapes, invalid UTF-8, `%00` and other control characters (an MD5 length extension needs them), `%2F`, a backslash in
 * any spelling, `//`, dot segments, and `/..;/`, which Java servers read as a dot segment. The nginx files refuse the
 * same paths.
 *
 * `URL` has already resolved dot segments (`..`, `%2e%2e`) and turned `\` into `/` before any code sees the path, so a
 * request for `/a/../b` arrives, is checked and is forwarded as `/b`, as in nginx.
 */
export function canonicalPath(pathname: string, form: PathForm): string | undefined {
  if (plainPath.test(pathname)) return pathname;
  if (!pathname.startsWith('/') || pathname.includes('//') || /%2f/i.test(pathname)) return undefined;
  const decoded = decodeOnce(pathname);
  if (decoded === undefined || /[\p{Cc}\\]|\/\.\.?(?:[;/]|$)/u.test(decoded)) return undefined;
  return form === 'raw' ? pathname : decoded;
}

/** Names of letters, digits and `-._~` that do not begin with a dot: most paths. They are canonical in both forms. */
const plainPath = /^(?:\/[\w~-][\w.~-]*)+\/?$/;

/**
 * Returns a canonical path as it is written into a URL. In the form `decoded`, `encodePath(canonicalPath(p))` gives
 * each path exactly one spelling.
 */
export function encodePath(path: string, form: PathForm): string {
  return form === 'raw' || /^[\w\-./~]*$/.test(path) ? path : encodeURI(path).replace(/[?#]/g, encodeURIComponent);
}

/**
 * Says why two servers may take a canonical path for two different files. A token of exactly this URL does no harm, so
 * formats sign such a path as its bytes. Nothing else may depend on it: no rule, no prefix and no hook could tell which
 * of the files it means.
 *
 * @param path percent-decoded once
 * @returns `undefined` for a path that all servers read in the same way
 */
export function pathProblem(path: string): string | undefined {
  if (/^[\w\-~/]*(?:\.\w[\w\-~/]*)*$/.test(path)) return undefined;
  return problems.find(([pattern]) => pattern.test(path))?.[1];
}

const problems: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/%[\da-f]{2}/i, 'has an escape that is still there after decoding: some servers decode twice'],
  [/[;?#]/, 'has a `;`, `?` or `#`, at which some servers end a path or a name'],
  [/[. ](?:\/|$)/, 'has a name that ends with a dot or a space, which Windows leaves out'],
  [/[,/]\.\.?,|,\.\.?(?:\/|$)/, 'has dots beside a comma, which nginx-vod-module joins to another path'],
  [/:[^/:]*:\$/, 'names a stream of a file (NTFS)'],
  [/\/\((?:[a-z]\([^()]*\))+\)(?:\/|$)/i, 'has a name in parentheses, which ASP.NET leaves out'],
  // No language writes so many (Unicode Standard Annex 15), and composing them takes the square of the time.
  [/\p{M}{31}/u, 'has more than 30 combining marks in a row'],
];

/**
 * Whether a server could read a path below a folder as a path out of that folder. The token of the folder does not open
 * it. The nginx files decide this with the same pattern, `$secure_token_leaves_folder`.
 *
 * @param path percent-decoded once
 */
export function mayLeaveFolder(path: string): boolean {
  return /%[\da-f]{2}|\/\.\.?(?: [. ]*)?(?:[;/?#]|$)|:[^/:]*:\$|,\.\.?(?:[/,?#]|$)|\/\.\.?,/i.test(path);
}
