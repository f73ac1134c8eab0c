// a page, a worker, or a server
const scope = globalThis as { document?: Document; location?: Location };

/** `url` resolved against the page (on a server: as it is), without its fragment; empty if it is not http(s). */
export function resolveUrl(
  url: string,
  from: string | undefined = scope.document?.baseURI ?? scope.location?.href,
): string {
  try {
    return /^http[^#]*/.exec(new URL(url, from).href)![0];
  } catch {
    return '';
  }
}

export const pathOf = (url: string): string => /^[^?]*/.exec(url)![0];
/** Text is a folder, or a file: what it covers begins with it, on a border (/vod is not /vodka). */
export const folderOf = (rule: string): string => pathOf(resolveUrl(rule)).replace(/\/?$/, '/');
/** Whether `url` is that of a folder or file, or lies in it. @param folder by `folderOf` */
export const isIn = (folder: string, url: string): boolean => `${pathOf(url)}/`.startsWith(folder);
/** Without its query, where a server may have written a token that is not known yet, and without a password. */
export const shownUrl = (url: string): string => url.replace(/[?#].*/s, '?…').replace(/^(\w+:\/\/)[^/]*@/, '$1');
export const originOf = (url: string): string => url.split('/', 3).join('/');

/** Encodes only what cannot stand in a query: CDNs compare `~`, `*`, `/` and `=` as bytes. */
export const encodeParameter = (text: string): string => encodeURI(text).replace(/[&+#]/g, encodeURIComponent);

/** Decodes the escapes that mean something; a text from elsewhere may have others. */
export const decoded = (text: string): string =>
  text.replace(/(?:%[\da-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes;
    }
  });

/** What a text of a URL may say: escapes may be part of it, and URLSearchParams writes a space as `+`. */
export const readings = (text: string): string[] => [text, decoded(text), decoded(text.replaceAll('+', ' '))];

/**
 * `url` with `parameters` (name to `name=value`, encoded) in its query: those that `isReplaced` are replaced in place,
 * or go; others are appended; everything else stays byte for byte. As text, because URLSearchParams re-encodes what the
 * author wrote (hls.js #7963).
 */
export function replaceParameters(
  url: string,
  isReplaced: (name: string, parameter: string) => boolean,
  parameters: ReadonlyMap<string, string>,
): string {
  const [, path = '', query = '', fragment = ''] = /^([^?#]*)(\?[^#]*)?(.*)$/s.exec(url)!;
  const missing = new Map(parameters);
  const kept = query.replace(/[?&]([^=&]*)[^&]*/g, (pair, name: string) => {
    if (!isReplaced(name, pair.slice(1))) return pair;
    const replacement = missing.get(name);
    missing.delete(name);
    return replacement === undefined ? '' : `&${replacement}`;
  });
  const appended = [...missing.values()].map((parameter) => `&${parameter}`);
  // where the first parameter went, or there was none, the query begins with another one
  return path + (kept + appended.join('')).replace(/^&/, '?') + fragment;
}
