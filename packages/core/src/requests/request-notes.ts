import { writeMistake } from '../console-lines.ts';
import type { SignedRequest } from '../contract/token-source.ts';
import { resolveUrl } from '../url-text.ts';

/*
 * What adapters tell of signed requests, so that the error of a refusal can name its cause. Only development builds take
 * note of it: nothing is decided by it.
 */

const signedBy = new WeakMap<SignedRequest, object>();
const accepted = new WeakSet();
const sentTo = new WeakMap<SignedRequest, string>();

/** `source` has signed `request`. */
export function noteSigned(request: SignedRequest, source: object): void {
  if (__DEVELOPMENT__) signedBy.set(request, source);
}

/**
 * The edge has let `request` through. Tells the console once of an app that has put another token into it: that one is
 * not renewed, and playback ends with it. A redirect to the same path looks the same from here.
 * @param sentTo the URL that the browser says it went to; empty if it does not tell
 */
export function noteAccepted(request: SignedRequest, sentTo = ''): void {
  if (!__DEVELOPMENT__) return;
  const source = signedBy.get(request);
  if (!source) return;
  accepted.add(source);
  noteSentTo(request, sentTo);
  const names = overwrittenParameters(request);
  if (names.length === 0) return;
  writeMistake(
    source,
    `secure-token: a request went out with another value of '${names.join("', '")}' than its token has. The edge ` +
      'accepted it, but nobody renews that other token. Something in the page signs requests as well, such as an ' +
      'earlier xhrSetup: take that out. Or the edge has redirected the request to the same path with that value: then ' +
      'nothing is to be done.',
    'migrate.md',
  );
}

/** Whether the edge has let a request of `source` through. */
export const isAccepted = (source: object): boolean => accepted.has(source);

/** `request` went to `url`, which the app may have changed after it was signed. Empty if the browser does not tell. */
export function noteSentTo(request: SignedRequest, url: string): void {
  if (__DEVELOPMENT__ && url) sentTo.set(request, url);
}

/** The parameters of the token of `request` that it went out with more than once, or with another value. */
export function overwrittenParameters(request: SignedRequest): readonly string[] {
  const url = sentTo.get(request);
  const names = Object.keys(request.token?.query ?? {});
  if (url === undefined || names.length === 0) return [];
  // players hand over relative URLs, too
  const hrefs = [resolveUrl(url), resolveUrl(request.url)];
  if (hrefs.includes('')) return [];
  const [sent, signed] = hrefs.map((href) => new URL(href)) as [URL, URL];
  // a redirect leads to URLs that are not ours
  if (sent.origin !== signed.origin || sent.pathname !== signed.pathname) return [];
  const valuesIn = ({ searchParams }: URL, name: string): string => searchParams.getAll(name).join('\n');
  // a URL without any may be one from which another adapter in the page has taken the token already
  return names.filter((name) => !['', valuesIn(signed, name)].includes(valuesIn(sent, name)));
}
