import { optionsError } from '../../errors/options-error.ts';
import { isHttp } from '../../format-parts/path-to-sign.ts';
import { canonicalPath } from '../../url/canonical-path.ts';
import { parsedUrl } from '../../url/parsed-url.ts';

/**
 * Whether a text is a URL prefix that holds a whole host: `https://cdn.exam` is also the beginning of another host. It
 * is in the one spelling in which `URL` leaves it, without a query, and its path has one reading.
 */
export function isUrlPrefix(text: string): boolean {
  const url = parsedUrl(text);
  if (url?.href !== text || url.origin + url.pathname !== text) return false;
  return isHttp(url) && canonicalPath(url.pathname, 'raw') !== undefined;
}

/**
 * Whether a text is a folder of `url`, and with that a URL prefix: most are, and need not be parsed to see it.
 *
 * @param url as `URL` leaves it, and with a path that `canonicalPath` accepts
 */
export function isFolderOf(url: string, text: string): boolean {
  return url.startsWith(text) && /^https?:\/\/[^?]+\/$/.test(text);
}

/** @throws `ERR_OPTIONS` */
export function checkUrlPrefix(option: string, prefix: unknown): void {
  if (typeof prefix !== 'string' || !isUrlPrefix(prefix)) {
    throw optionsError(
      option,
      'This is not a URL prefix. ' +
        'Give a URL with its host in lower case, its path and no query, such as https://cdn.example.com/vod/.',
    );
  }
}
