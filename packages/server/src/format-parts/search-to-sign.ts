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
  if (!query)
    throw optionsError('url', `The query has ${names.join(' or ')} twice or in another spelling. Take it out.`);
  const left = names.find((name, i) => query.values[i] !== undefined && !written.includes(name));
  if (left !== undefined)
    throw optionsError('url', `The query has \`${left}\`, which would be read as part of the token. Take it out.`);
  return query.rest;
}
