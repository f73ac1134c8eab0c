import type { Acquisition } from '../calls/acquisition.ts';
import type { DebugLog } from '../debug-log.ts';
import type { SourceAhead } from '../contract/playlist.ts';
import type { ServerClock } from '../tokens/server-clock.ts';
import type { HeldToken } from '../tokens/token-index.ts';
import { lifetimeOf } from '../tokens/token-index.ts';

interface Parts {
  readonly size: number;
  readonly jitter: number;
  readonly random: () => number;
  readonly clock: ServerClock;
  readonly acquisition: Acquisition;
  readonly identify: (href: string) => string;
  readonly find: (key: string) => HeldToken | undefined;
  readonly isReady: (key: string) => boolean;
  readonly debug: DebugLog | undefined;
}

/** Makes the part of a token source that its read-ahead may know and ask. */
export function createSourceAhead(parts: Parts): SourceAhead {
  const { size, jitter, random, clock, acquisition, identify, debug } = parts;
  // a key of an earlier token may by now be known by another
  const find = (key: string): HeldToken | undefined => parts.find(identify(key));
  return {
    size,
    jitter,
    random,
    now: () => clock.now(),
    identify,
    tokenOf(key) {
      const held = find(key);
      return held && { opens: held.scope.kind, lifetime: lifetimeOf(held), rest: held.token.expires - clock.now() };
    },
    isReady: (key) => parts.isReady(identify(key)),
    isDenied: (key) => acquisition.denialOf(identify(key)) !== undefined,
    isUnderWay: (key) => acquisition.isUnderWay(identify(key)),
    sign: (key) => acquisition.obtainAhead(identify(key)),
    predict: (key) => acquisition.predict(identify(key)),
    renew(key) {
      const held = find(key);
      if (held && !acquisition.isSuspended(held)) acquisition.obtainInBackground(key, 'expiring');
    },
    notePredicted: (last, count) => debug?.predict(last, count),
  };
}
