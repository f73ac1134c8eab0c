import type { MediaPlayerClass } from 'dashjs';
import { sign } from './ask-token.ts';

/** Adds an interceptor that waits for a token before each request. */
export function recipe(player: MediaPlayerClass, endpoint: string): void {
  player.addRequestInterceptor(async (request) => {
    request.url = await sign(endpoint, request.url);
    return request;
  });
}
