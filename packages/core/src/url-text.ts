/** The global object of a page, a worker or a server. */
const globalScope = globalThis as { document?: Document; location?: Location };

/** V8 hashes longer texts by their length alone: maps of many of them are slow. No server takes such URLs. */
const LONGEST_URL = 16_000;

/**
 * Returns `url` without its fragment, resolved against `from`, by default the base URL of the page (a server has none).
 * Returns an empty string if the result is no http(s) URL, or longer than 16,000 characters.
 */
export function resolveUrl(
  url: string,
  from: string | undefined = globalScope.document?.baseURI ?? globalScope.location?.href,
): string {
  try {
    const href = /^http[^#]*/.exec(new URL(url, from).href)![0];
    return href.length > LONGEST_URL ? '' : href;
  } catch {
    return '';
  }
}

export const pathOf = (url: string): string => /^[^?]*/.exec(url)![0];
export const originOf = (url: string): string => url.split('/', 3).join('/');
/** Returns the text with which all URLs in `rule` (a folder or a file) begin; it ends with `/`: /vod is not /vodka. */
export const folderOf = (rule: string): string => pathOf(resolveUrl(rule)).replace(/\/?$/, '/');
/** Whether `url` is the URL of a folder or file, or lies in it. @param folder as `folderOf` returns it */
export const isIn = (folder: string, url: string): boolean => `${pathOf(url)}/`.startsWith(folder);

/** Yields the folders of an absolute URL, the deepest first. */
export function* foldersOf(url: string): Iterable<string> {
  const path = pathOf(url);
  // behind the slashes of `https://`
  for (let end = path.lastIndexOf('/'); end > 7; end = path.lastIndexOf('/', end - 1)) yield path.slice(0, end + 1);
}

/** Removes the query, in which a server may have written a token that is not known yet, and user name and password. */
export const shownUrl = (url: string): string => url.replace(/[?#].*/s, '?…').replace(/^(\w+:\/\/)[^/]*@/, '$1');

/** Encodes only what a parameter cannot contain: CDNs compare `~`, `*`, `/` and `=` as bytes. */
export const encodeParameter = (text: string): string => encodeURI(text).replace(/[&+#]/g, encodeURIComponent);

/** Decodes the valid percent-escapes and keeps others, which a text from elsewhere may contain. */
export const decoded = (text: string): string =>
  text.replace(/(?:%[\da-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes;
    }
  });

/** Returns the meanings of a text in a URL: decoded, and with each `+` as a space, as URLSearchParams writes it. */
export const readings = (text: string): string[] => [text, decoded(text), decoded(text.replace(/\+/g, ' '))];

/** The parts of a URL: before the query, the query with its question mark, and the fragment. */
const PARTS = /^([^?#]*)(\?[^#]*)?(.*)$/s;

/**
 * Returns `url` without the parameters for which `isRemoved` is true, given name and `name=value`. Everything else stays
 * byte for byte. Works on text, because URLSearchParams re-encodes what the author wrote (hls.js #7963).
 */
export function withoutParameters(url: string, isRemoved: (name: string, parameter: string) => boolean): string {
  const [, path = '', query = '', fragment = ''] = PARTS.exec(url)!;
  const kept = query.replace(/[?&]([^=&]*)[^&]*/g, (pair, name: string) =>
    isRemoved(name, pair.slice(1)) ? '' : pair,
  );
  // if the first parameter was removed, the query begins with '&' now
  return path + kept.replace(/^&/, '?') + fragment;
}

/** Returns `url` with `parameters` at the end of its query: `name=value`, encoded. */
export function withParameters(url: string, parameters: Iterable<string>): string {
  const [, path = '', query = '', fragment = ''] = PARTS.exec(url)!;
  const whole = [query, ...parameters].join('&');
  return path + whole.replace(/^&/, '?') + fragment;
}
