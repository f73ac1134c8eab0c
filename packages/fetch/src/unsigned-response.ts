import type { TokenSource } from 'secure-token-core';
import { hideSignedUrl } from 'secure-token-core';

/** `response`, which from now on, like its clones, has the URL without the token. */
export function unsignedResponse(source: TokenSource, response: Response): Response {
  const clone = response.clone.bind(response);
  hideSignedUrl(response, source);
  return Object.defineProperty(response, 'clone', {
    configurable: true,
    writable: true,
    value: () => unsignedResponse(source, clone()),
  });
}

/** `response`, which no server has sent, as the answer to a request for `url`. */
export const withUrl = (response: Response, url: string): Response =>
  Object.defineProperty(response, 'url', { configurable: true, value: url });
