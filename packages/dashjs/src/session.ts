import type { MediaPlayerClass } from 'dashjs';
import type { SignOptions } from 'secure-token-core';
import type { AdapterSource, PlayerEvents } from 'secure-token-core/adapter';
import { askAfterDenials } from 'secure-token-core/adapter';

/** A request of dash.js that this plugin signs. */
export interface SessionLoad {
  /** Ends a wait for a token. */
  release(): void;
}

/** A player and its token source, as every part of the plugin gets them. */
export interface Session {
  readonly player: MediaPlayerClass;
  readonly source: AdapterSource;
  readonly events: PlayerEvents;
  /** The loads under way, including those that wait for a token. */
  readonly loads: Set<SessionLoad>;
}

/**
 * Calls `ask` with the options for a wait through an outage of the signing endpoint, and after a denial once more when
 * the app has called `renew()`: dash.js gives up a stream for good once its own tries have failed.
 */
export const askLastingly = <T>(
  { source, events }: Session,
  signal: AbortSignal,
  ask: (how: SignOptions) => Promise<T>,
): Promise<T> =>
  askAfterDenials(
    source,
    () => ask({ signal, patient: true }),
    (error) => events.noteFailure(error),
    signal,
  );

/** Triggers an event for the listeners of `player.on(type, …)`. Copies `payload`: dash.js writes the type into it. */
export function trigger(player: MediaPlayerClass, type: string, payload: object): void {
  // the types of dash.js require an event, but it takes the name of one
  (player.trigger as unknown as (type: string, payload: object) => void)(type, { ...payload });
}

/**
 * Returns the URL of the source of `player`; `undefined` without a source (dash.js throws then), and for a manifest
 * that the app has parsed.
 */
export function sourceUrl(player: MediaPlayerClass): string | undefined {
  try {
    const source: unknown = player.getSource();
    return typeof source === 'string' ? source : undefined;
  } catch {
    return undefined;
  }
}
