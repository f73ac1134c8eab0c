import type { TokenSource } from 'secure-token-core';
import { hideSignedUrl } from 'secure-token-core/adapter';

/** Makes `response`, and all its clones, report the URL without the token. */
export function unsignedResponse(source: TokenSource, response: Response): Response {
  const clone = response.clone.bind(response);
  hideSignedUrl(response, source);
  return Object.defineProperty(response, 'clone', {
    configurable: true,
    writable: true,
    value: () => unsignedResponse(source, clone()),
  });
}

/** Makes `response`, which no server has sent, the answer to a request for `url`. */
export const withUrl = (response: Response, url: string): Response =>
  Object.defineProperty(response, 'url', { configurable: true, value: url });

/** The methods that need the end of a body: by then we have read our copy of it, or nearly so. */
const WHOLE_BODY = ['arrayBuffer', 'blob', 'json', 'text'] as const;

/**
 * Makes the methods that read the whole body of `response` resolve only after `learned`. Without that, the browser
 * would decide which of the two readers of a playlist comes first: the player might request URLs before they are signed
 * ahead.
 */
export function readAfter(learned: Promise<void>, response: Response): Response {
  for (const name of WHOLE_BODY) {
    const read = response[name].bind(response) as () => Promise<unknown>;
    // rejects without waiting if the body cannot be read
    const value = async (): Promise<unknown> => (await Promise.all([read(), learned]))[0];
    Object.defineProperty(response, name, { configurable: true, writable: true, value });
  }
  return response;
}
