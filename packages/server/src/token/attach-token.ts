import type { Token } from 'secure-token-core';
import { optionsError } from '../errors/options-error.ts';

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

/**
 * Sets parameters and leaves every other byte of the URL as its author wrote it. A parameter of the same name is
 * replaced in place (repeated ones are dropped), others are appended. Works for relative references too.
 */
export function setQuery(url: string, query: Readonly<Record<string, string>>): string {
  if (Object.keys(query).length === 0) return url;
  const hash = url.indexOf('#');
  const fragment = hash < 0 ? '' : url.slice(hash);
  const target = hash < 0 ? url : url.slice(0, hash);
  const mark = target.indexOf('?');
  let pairs = mark < 0 || mark === target.length - 1 ? [] : target.slice(mark + 1).split('&');
  for (const [name, value] of Object.entries(query)) {
    const pair = `${escapeQuery(name)}=${escapeQuery(value)}`;
    const first = pairs.findIndex((each) => isNamed(each, name));
    if (first < 0) {
      pairs.push(pair);
    } else {
      pairs[first] = pair;
      pairs = pairs.filter((each, i) => i <= first || !isNamed(each, name));
    }
  }
  return `${mark < 0 ? target : target.slice(0, mark)}?${pairs.join('&')}${fragment}`;
}

function isNamed(pair: string, name: string): boolean {
  return pair === name || pair.startsWith(`${name}=`);
}

/**
 * Escapes only characters that would end the value or be read as something else: CDNs compare `=`, `~`, `*` and `/` as
 * they were signed.
 */
function escapeQuery(text: string): string {
  return encodeURI(text).replace(/[&+#]/g, encodeURIComponent);
}
