import { optionsError } from '../errors/options-error.ts';
import { tokenQuery } from '../token/token-query.ts';

/**
 * Returns the query of a URL to sign, without a token: the new token replaces an earlier one.
 *
 * @param written the names that the new token has; any other of `names` would stay in the URL and be read with the
 *   token
 * @throws `ERR_OPTIONS` if the query contains a name twice, in another spelling, or one that is not replaced
 */
export function searchToSign(url: URL, names: readonly string[], written: readonly string[] = names): string {
  const query = tokenQuery(url.search, names);
  if (!query)
    throw optionsError('url', `The query has ${names.join(' or ')} twice or in another spelling. Take it out.`);
  const left = names.find((name, i) => query.values[i] !== undefined && !written.includes(name));
  if (left !== undefined)
    throw optionsError('url', `The query has \`${left}\`, which would be read as part of the token. Take it out.`);
  return query.rest;
}
