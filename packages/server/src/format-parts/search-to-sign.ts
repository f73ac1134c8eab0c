import { optionsError } from '../errors/options-error.ts';
import { tokenQuery } from '../token/token-query.ts';

/**
 * The query of a URL that is to be signed, without a token: the new one replaces what is there.
 *
 * @param written those of `names` that the new token has; another one would stay in the URL and be read with it
 * @throws `ERR_OPTIONS` when the query holds a name twice, in another spelling, or without being replaced
 */
export function searchToSign(url: URL, names: readonly string[], written: readonly string[] = names): string {
  const query = tokenQuery(url.search, names);
  if (!query) throw optionsError('url', `its query holds ${names.join(' or ')} twice or in another spelling`);
  const left = names.find((name, i) => query.values[i] !== undefined && !written.includes(name));
  if (left !== undefined)
    throw optionsError('url', `take \`${left}\` out of its query: it would be read with the token`);
  return query.rest;
}
