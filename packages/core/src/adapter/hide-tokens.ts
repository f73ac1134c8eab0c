import type { SignedRequest, TokenSource } from '../contract/token-source.ts';
import { SignedUrls, secretsOf } from '../tokens/signed-urls.ts';
import { decoded, readings, resolveUrl } from '../url-text.ts';

const NOT_SHOWN = 'Not sent. The text of the error quotes the token, and is hidden.';

/**
 * Tells whether a text quotes the signed URL of `request`, a header of its token, or a part of the token that is long
 * enough to be a secret, in any escaping.
 */
function quotesToken(text: string, { url, unsignedUrl, token }: SignedRequest): boolean {
  const secrets = token ? secretsOf(token) : [];
  const urls = url === unsignedUrl ? [] : [url, decoded(resolveUrl(url))];
  const asked = decoded(unsignedUrl);
  // no secret: parts that the unsigned URL contains, such as its path in a parameter or a digit in a header
  return [...urls, ...secrets].some(
    (part) => part && !asked.includes(part) && readings(text).some((it) => it.includes(part)),
  );
}

/** Returns a text about the failure of `request` as an app may see it. Replaces a text that quotes the token. */
export const textWithoutToken = (text: string, request: SignedRequest): string =>
  quotesToken(text, request) ? NOT_SHOWN : text;

/** The largest number of errors in a chain of causes that are read: an error may be its own cause. */
const MAX_CAUSES = 8;

/** Returns the text that a console prints of `error` and its causes; `undefined` if it cannot be read. */
function textOf(error: unknown): string | undefined {
  const texts: string[] = [];
  try {
    let it = error;
    do {
      texts.push(String(it));
      it = (it as { cause?: unknown } | null | undefined)?.cause;
    } while (it !== undefined && texts.length < MAX_CAUSES);
  } catch {
    return undefined;
  }
  return texts.join('\n');
}

/**
 * Returns the error that sending `request` has thrown, as an app may see it. Replaces an error if its text, or the text
 * of a cause, quotes the token or cannot be read.
 */
export function errorWithoutToken(error: unknown, request: SignedRequest): unknown {
  const text = textOf(error);
  return text === undefined || quotesToken(text, request) ? new TypeError(NOT_SHOWN) : error;
}

/** The properties in which an XMLHttpRequest and a Response have the URL to which the request went. */
const PROPERTIES = ['responseURL', 'url'] as const;

/**
 * Makes a browser object that stands for a request report its URL without the token: players pass these objects on in
 * events, and apps log them. Leaves its headers and all other content alone.
 */
export function hideSignedUrl(details: unknown, source: TokenSource): void {
  if (typeof details !== 'object' || details === null) return;
  for (const property of PROPERTIES) {
    // objects of apps, and objects that were changed before, have the property themselves
    if (!(property in details) || Object.getOwnPropertyDescriptor(details, property)) continue;
    const prototype = Object.getPrototypeOf(details) as object;
    Reflect.defineProperty(details, property, {
      configurable: true,
      // at each access, because an XMLHttpRequest does not know its URL before the response
      get: () => {
        const url: unknown = Reflect.get(prototype, property, details);
        return typeof url === 'string' ? source.unsign(url) : url;
      },
    });
  }
}

/**
 * Returns `url` without the token of a signed request. For a service worker, which has the signed requests of its
 * pages, but not their tokens.
 */
export function unsignAs(request: SignedRequest, url: string): string {
  // the redirected URL has all its parts of the token from this very request, so even short parts are removed
  const urls = new SignedUrls(0);
  urls.noteDifference(request.url, request.unsignedUrl);
  return urls.withoutSecrets(urls.read(url).unsigned);
}
