import type { SecureTokenError } from '../contract/errors.ts';
import type { Protect } from '../contract/options.ts';
import type { AdapterSource, SignedRequest, TokenSource } from '../contract/token-source.ts';
import { Protection } from '../tokens/protection.ts';
import { SignedUrls } from '../tokens/signed-urls.ts';
import { pathOf, resolveUrl } from '../url-text.ts';

/**
 * Returns the error with which a request ends if the edge has answered it with `status`, and no replay helps;
 * `undefined` if the edge did not refuse its token. Call this before the replay: without a status, the result depends
 * on the time.
 */
export const refusalOf = (source: TokenSource, request: SignedRequest, status: number): SecureTokenError | undefined =>
  source.isRefusal(request, status) ? (source as AdapterSource).explainRefusal(request, status) : undefined;

/**
 * Returns a function that tells whether `protect` covers a URL: for a worker that signs with tokens of its pages. An
 * empty list covers nothing: any script may have written the settings of a worker.
 */
export function protectedBy(protect: Protect | readonly Protect[]): (url: string) => boolean {
  const protection = new Protection(protect);
  return (url) => {
    const key = resolveUrl(url);
    return key !== '' && [protect].flat().length > 0 && protection.covers(key, () => false);
  };
}

/**
 * Returns `url` without the token of a signed request. For a service worker, which has the signed requests of its
 * pages, but not their tokens.
 */
export function unsignAs({ url: signed, unsignedUrl }: SignedRequest, url: string): string {
  const [base, prefix] = [signed, unsignedUrl].map((it) => pathOf(it).split('/')) as [string[], string[]];
  while (base.length && base.at(-1) === prefix.at(-1)) {
    base.pop();
    prefix.pop();
  }
  // `URLSearchParams.has` reads all parameters each time
  const asked = new Set(new URL(unsignedUrl).searchParams.keys());
  const query = Object.fromEntries([...new URL(signed).searchParams].filter(([name]) => !asked.has(name)));
  const folder = { prefix: [...prefix, ''].join('/'), base: [...base, ''].join('/') };
  // the redirected URL has all its parts of the token from this very request, so even short parts are removed
  const urls = new SignedUrls(0);
  urls.note({ expires: 0, query, ...(base.length && folder) }, base.length ? folder.prefix : unsignedUrl);
  return urls.withoutSecrets(urls.read(url).unsigned, () => true);
}
