import { optionsError } from '../errors/options-error.ts';
import { canonicalPath } from '../url/canonical-path.ts';
import type { PathForm } from '../url/canonical-path.ts';

/**
 * Returns the path of a URL to sign, in the form that is hashed.
 *
 * @throws `ERR_OPTIONS` for a URL that `verify` refuses as malformed: another scheme than http(s), and the paths that
 *   `canonicalPath` refuses
 */
export function pathToSign(url: URL, form: PathForm): string {
  if (!isHttp(url)) throw optionsError('url', `The scheme is '${url.protocol}'. Give an http or https URL.`);
  const path = canonicalPath(url.pathname, form);
  if (path === undefined)
    throw optionsError(
      'url',
      'Servers could read this path in different ways. Write it without //, %2F, %5C and control characters.',
    );
  return path;
}

export function isHttp({ protocol }: URL): boolean {
  return protocol === 'https:' || protocol === 'http:';
}
