import { canonicalUrl } from './canonical-url.ts';
import { optionsError } from './options-error.ts';

/**
 * Whether a URL is one of `prefixes` or below one, on a `/` border: `https://cdn.example.com/vod` covers `/vod` and
 * `/vod/7.mp4`, and not `/vodka`.
 *
 * @throws `ERR_OPTIONS` for an empty list or a prefix that is not an absolute http(s) URL
 */
export function allowList(prefixes: string | readonly string[]): (url: URL) => boolean {
  const list = [prefixes].flat().map((prefix) => {
    const url = URL.canParse(prefix) ? new URL(prefix) : undefined;
    const canonical = url && /^https?:$/.test(url.protocol) && !url.search && !url.hash && canonicalUrl(url);
    if (!canonical)
      throw optionsError('allow', `"${prefix}" is no prefix; write it as in https://cdn.example.com/vod/`);
    return canonical.replace(/\/$/, '');
  });
  if (list.length === 0) throw optionsError('allow', 'give the prefixes that may be signed; without any, none may');
  return (url) => {
    const canonical = canonicalUrl(url);
    return canonical !== undefined && list.some((each) => canonical === each || canonical.startsWith(`${each}/`));
  };
}
