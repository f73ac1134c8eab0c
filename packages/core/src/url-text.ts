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
