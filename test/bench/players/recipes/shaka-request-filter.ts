import type shaka from 'shaka-player';
import { sign } from './ask-token.ts';

/** The asynchronous request filter of Shaka's documentation, which waits for a token before each request. */
export function recipe(player: shaka.Player, endpoint: string): void {
  player.getNetworkingEngine()!.registerRequestFilter(async (_, request) => {
    request.uris = await Promise.all(request.uris.map((url) => sign(endpoint, url)));
  });
}
