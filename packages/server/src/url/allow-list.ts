import { optionsError } from '../errors/options-error.ts';
import type { JudgedScope } from './judged-scope.ts';
import type { JudgedUrl } from './judged-url.ts';
import { urlPrefix } from './url-prefix.ts';

/** The URLs that the signing endpoint may sign at all. */
export interface AllowList {
  readonly holds: (url: JudgedUrl) => boolean;
  /** Whether everything that a token opens is within the prefixes. */
  readonly holdsAllOf: (scope: JudgedScope) => boolean;
}

/**
 * Creates the list of the URL prefixes that may be signed. A URL is allowed if it is one of `prefixes` or below one, on
 * a `/` border: `https://cdn.example.com/vod` covers `/vod` and `/vod/7.mp4`, and not `/vodka`. Scheme and port are
 * compared.
 *
 * @throws `ERR_OPTIONS` for an empty list or a prefix that is not an absolute http(s) URL with one reading
 */
export function allowList(prefixes: string | readonly string[]): AllowList {
  const list = [prefixes].flat().map((prefix) => urlPrefix(prefix, 'allow'));
  if (list.length === 0)
    throw optionsError(
      'allow',
      'Give the URL prefixes that may be signed, such as https://cdn.example.com/vod/.',
      list,
    );
  return {
    holds: (url) => list.some((prefix) => url.isBelow(prefix)),
    holdsAllOf: (scope) => scope.isWithin(list),
  };
}
