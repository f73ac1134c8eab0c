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
 * Returns the one form of a path that is hashed, compared and forwarded. Returns `undefined` for a path that servers read
 * in two ways: see `pathProblem`. This is the one place that decides it, for all formats, the endpoint and the edges. The
 * nginx files refuse the same paths.
 *
 * `URL` has already resolved dot segments (`..`, `%2e%2e`) and turned `\` into `/` before any code sees the path, so a
 * request for `/a/../b` arrives, is checked and is forwarded as `/b`, as in nginx.
 */
export function canonicalPath(pathname: string, form: PathForm): string | undefined {
  if (plainPath.test(pathname)) return pathname;
  if (pathProblem(pathname) !== undefined) return undefined;
  return form === 'raw' ? pathname : decodeOnce(pathname);
}

/** Names of letters, digits and `-_~` with single dots between them: most paths. They are the same in both forms. */
const plainPath = /^(?:\/[\w~-]+(?:\.[\w~-]+)*)+\/?$/;

/**
 * Returns a canonical path as it is written into a URL. In the form `decoded`, `encodePath(canonicalPath(p))` gives
 * each path exactly one spelling.
 */
export function encodePath(path: string, form: PathForm): string {
  return form === 'raw' || /^[\w\-./~]*$/.test(path) ? path : encodeURI(path).replace(/[?#]/g, encodeURIComponent);
}

/**
 * Names the part of a path that servers read in two ways, or that does not belong into a path. The name contains nothing
 * of the path, which may contain a token.
 *
 * @param pathname as `URL` returns it
 * @returns `undefined` for a path that all servers read in the same way
 */
export function pathProblem(pathname: string): string | undefined {
  const path = decodeOnce(pathname);
  if (path === undefined) return 'a `%` without an escape of UTF-8 behind it';
  return problems.find(([form, pattern]) => pattern.test(form === 'raw' ? pathname : path))?.[2];
}

const problems: readonly (readonly [form: PathForm, pattern: RegExp, part: string])[] = [
  ['raw', /^(?!\/)/, 'no `/` at its beginning'],
  ['raw', /\/\//, '`//`'],
  ['raw', /%2f/i, '`%2F`'],
  ['decoded', /\\/, 'a backslash'],
  // An MD5 length extension needs control characters.
  ['decoded', /\p{Cc}/u, 'a control character'],
  // Java servers read `/..;/` as a dot segment, and `/vod;x/` as `/vod/`.
  ['decoded', /;/, '`;`'],
  // Some servers decode twice.
  ['decoded', /%[\da-f]{2}/i, '`%25` in front of two hexadecimal digits'],
  // Some servers end a path at `?` or `#` after decoding, and Windows leaves out spaces behind the dots.
  ['decoded', /\/\.\.?(?: [. ]*)?(?:[/?#]|$)/, 'a dot segment'],
  // Windows leaves out both.
  ['decoded', /[. ](?:\/|$)/, 'a name that ends with a dot or a space'],
  // nginx-vod-module joins the texts between commas to other paths.
  ['decoded', /[,/]\.\.?,|,\.\.?[?#]/, 'dots beside a comma'],
  // NTFS
  ['decoded', /:[^/:]*:\$/, 'a stream of a file, such as `::$DATA`'],
  // ASP.NET leaves them out.
  ['decoded', /\/\((?:[a-z]\([^()]*\))+\)(?:\/|$)/i, 'a name in parentheses such as `(S(x))`'],
  // No language writes so many (Unicode Standard Annex 15), and composing them takes the square of the time.
  ['decoded', /\p{M}{31}/u, 'more than 30 combining marks in a row'],
];
