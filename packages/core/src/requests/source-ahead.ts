import type { TokenCalls } from '../calls/token-calls.ts';
import type { DebugLog } from '../debug-log.ts';
import type { Settings } from '../contract/token-source-options.ts';
import type { SourceAhead } from '../contract/playlist.ts';
import type { ServerClock } from '../tokens/server-clock.ts';
import type { HeldToken, TokenStore } from '../tokens/token-store.ts';
import { lifetimeOf } from '../tokens/token-store.ts';
import type { TokenUrls } from '../tokens/token-urls.ts';
import type { RequestSigner } from './request-signer.ts';

interface Parts {
  readonly settings: Settings;
  readonly clock: ServerClock;
  readonly tokenUrls: TokenUrls;
  readonly store: TokenStore;
  readonly calls: TokenCalls;
  readonly signer: RequestSigner;
  readonly debug: DebugLog | undefined;
}

/** Creates the part of a token source that its read-ahead uses. */
export function createSourceAhead({ settings, clock, tokenUrls, store, calls, signer, debug }: Parts): SourceAhead {
  const { readAhead: size, jitter, random } = settings;
  // a token that came since may have changed the key of a URL
  const identify = (href: string): string => tokenUrls.identify(href);
  const find = (key: string): HeldToken | undefined => store.find(identify(key));
  return {
    size,
    jitter,
    random,
    now: () => clock.sessionNow(),
    endpointNow: () => clock.now(),
    identify,
    tokenOf(key) {
      const held = find(key);
      return held && { opens: held.scope.kind, lifetime: lifetimeOf(held), rest: held.token.expires - clock.now() };
    },
    isReady: (key) => signer.isReady(identify(key)),
    isDenied: (key) => calls.denialOf(identify(key)) !== undefined,
    isUnderWay: (key) => calls.isUnderWay(identify(key)),
    sign: (key) => calls.obtainAhead(identify(key)),
    predict: (key) => calls.predict(identify(key)),
    renew(key) {
      const held = find(key);
      if (held && !store.isSuspended(held)) calls.obtainInBackground(key, 'expiring');
    },
    notePredicted: (last, count) => debug?.predict(last, count),
  };
}
