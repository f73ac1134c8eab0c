import type { MediaPlayerClass } from 'dashjs';

/** Triggers an event for the listeners of `player.on(type, …)`. Copies `payload`: dash.js writes the type into it. */
export function trigger(player: MediaPlayerClass, type: string, payload: object): void {
  // the types of dash.js require an event, but it takes the name of one
  (player.trigger as unknown as (type: string, payload: object) => void)(type, { ...payload });
}
