import type { MediaPlayerClass } from 'dashjs';

/** An event of the player: `player.on(type, …)` hears it. dash.js writes its type into `payload`. */
export function trigger(player: MediaPlayerClass, type: string, payload: object): void {
  // its types ask for an event where it takes a name
  (player.trigger as unknown as (type: string, payload: object) => void)(type, { ...payload });
}
