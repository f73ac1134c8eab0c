import type { TokenSource } from 'secure-token-core';
import { hideSignedUrl } from 'secure-token-core/adapter';

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

/** Methods that need the end of a body: we have read a copy of it by then, or nearly so. */
const WHOLE_BODY = ['arrayBuffer', 'blob', 'json', 'text'] as const;

/**
 * `response`, whose body as a whole is there once `learned` has resolved. Which of two readers of a body comes first is
 * for the browser to say: a player that has read a playlist would ask for what it names before that is signed ahead.
 */
export function readAfter(learned: Promise<void>, response: Response): Response {
  for (const name of WHOLE_BODY) {
    const read = response[name].bind(response) as () => Promise<unknown>;
    // a body that cannot be read waits for nothing
    const value = async (): Promise<unknown> => (await Promise.all([read(), learned]))[0];
    Object.defineProperty(response, name, { configurable: true, writable: true, value });
  }
  return response;
}
