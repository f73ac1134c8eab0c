import type { TokenCalls } from '../calls/token-calls.ts';
import type { Settings } from '../contract/options.ts';
import type { SourceAhead } from '../contract/playlist.ts';
import type { ServerClock } from '../tokens/server-clock.ts';
import type { SignedUrls } from '../tokens/signed-urls.ts';
import type { TokenStore } from '../tokens/token-store.ts';
import { resolveUrl } from '../url-text.ts';

/** The largest length of a name that is read ahead, in characters: a playlist may have thousands of them. */
const LONGEST_NAME = 2000;

interface Parts {
  readonly settings: Settings;
  readonly clock: ServerClock;
  readonly store: TokenStore;
  readonly urls: SignedUrls;
  readonly calls: TokenCalls;
  readonly isProtected: (key: string) => boolean;
}

/** Creates the part of a token source that its read-ahead uses. */
export function createSourceAhead({ settings, clock, store, urls, calls, isProtected }: Parts): SourceAhead {
  const { readAhead: first, jitter, random } = settings;
  return {
    first,
    jitter,
    random,
    now: () => clock.sessionNow(),
    endpointNow: () => clock.now(),
    keyOf(uri, base) {
      const url = resolveUrl(uri, base);
      return url && url.length <= LONGEST_NAME ? urls.read(url).key : '';
    },
    tokenOf(key) {
      const held = store.find(key);
      if (!held || held.isFolder) return undefined;
      return { lifetime: held.lifetime, rest: held.token.expires - clock.now() };
    },
    isCovered: (key) =>
      store.isUsable(store.find(key)) || calls.isUnderWay(key) || calls.isHopeless(key) || !isProtected(key),
    mayGuess: () => calls.mayGuess,
    ask: (key, isGuess) => calls.ask(key, 'initial', isGuess),
    renew: (key) => calls.ask(key, 'expiring'),
  };
}
