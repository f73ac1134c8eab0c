import type { SignedRequest } from '../contract/token-source.ts';
import { SignedUrls } from '../tokens/signed-urls.ts';
import { pathOf } from '../url-text.ts';

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
  return urls.withoutSecrets(urls.read(url).unsigned);
}
