import { optionsError } from '../../errors/options-error.ts';
import { isHttp } from '../../format-parts/path-to-sign.ts';
import { canonicalPath } from '../../url/canonical-path.ts';
import { parsedUrl } from '../../url/judged-url.ts';

/**
 * Tells whether a text is a URL prefix that contains a whole host: `https://cdn.exam` is also the beginning of another
 * host. The text must have the spelling that `URL` writes and no query, and its path must have one reading.
 */
export function isUrlPrefix(text: string): boolean {
  const url = parsedUrl(text);
  if (url?.href !== text || url.origin + url.pathname !== text) return false;
  return isHttp(url) && canonicalPath(url.pathname, 'raw') !== undefined;
}

/**
 * Tells whether a text is a folder of `url`, and therefore a URL prefix. Most prefixes are one, and this test does not
 * parse them.
 *
 * @param url a URL as `URL` writes it, with a path that `canonicalPath` accepts
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
