import type { TokenSource, TokenSourceOptions } from 'secure-token-core';
import type { AcquiredTokenSource } from 'secure-token-core/adapter';
import { SecureTokenError } from 'secure-token-core';
import { acquireTokenSource, isTokenSource, normaliseOptions } from 'secure-token-core/adapter';

const REMEDY = "Write which URLs are signed, such as 'https://cdn.example.com/': fetch sees every request of the page.";

/** A host that cannot exist (RFC 2606): only a source that signs every URL protects it. */
const ANYWHERE = 'https://anywhere.invalid/';

/**
 * Returns the token source for a fetch, to which no player says what is protected. A source that is made here uses
 * `fetch` for its own calls, unless its options have another one.
 * @throws `ERR_OPTIONS` without `protect`
 */
export function acquireNamedSource(
  options: TokenSourceOptions | TokenSource,
  fetch: typeof globalThis.fetch,
): AcquiredTokenSource {
  if (isTokenSource(options)) {
    if (options.protects(ANYWHERE))
      throw new SecureTokenError('ERR_OPTIONS', `this token source protects every URL. Give it "protect". ${REMEDY}`);
    return acquireTokenSource(options);
  }
  const settings = normaliseOptions(options);
  if (!settings.protect) throw new SecureTokenError('ERR_OPTIONS', `protect is missing. ${REMEDY}`);
  return acquireTokenSource({ ...settings, fetch: settings.fetch ?? fetch });
}
