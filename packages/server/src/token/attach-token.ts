import type { Token } from 'secure-token-core';
import { optionsError } from '../errors/options-error.ts';
import { setQuery } from './set-query.ts';

/**
 * Puts a token onto a URL, and leaves every other byte as it was.
 *
 * @throws `ERR_OPTIONS` for a token that travels in a header or a cookie, because no URL can carry it
 */
export function attachToken(url: string, token: Token): string {
  if (token.headers || token.credentials) {
    throw optionsError(
      'format',
      'Its token travels in headers or cookies, which a URL cannot carry. Choose a format with carrier query or path.',
    );
  }
  const { base, prefix, query = {} } = token;
  return setQuery(base ? replacePrefix(url, prefix ?? `${new URL(url).origin}/`, base) : url, query);
}

function replacePrefix(url: string, prefix: string, base: string): string {
  for (const spelling of [url, new URL(url).href]) {
    if (spelling.startsWith(prefix)) return base + spelling.slice(prefix.length);
  }
  throw optionsError('url', 'The URL is not below the prefix that its token opens. Check `sign` of the format.');
}
