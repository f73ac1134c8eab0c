import type { TokenCalls } from '../calls/token-calls.ts';
import type { SourceAhead } from '../contract/playlist.ts';
import type { SourceParts } from '../source-parts.ts';
import { resolveUrl } from '../url-text.ts';

/** The largest length of a name that is read ahead, in characters: a playlist may have thousands of them. */
const LONGEST_NAME = 2000;

/** Creates the part of a token source that its read-ahead uses. */
export function createSourceAhead(parts: SourceParts, calls: TokenCalls): SourceAhead {
  const { settings, clock, store, urls, isProtected } = parts;
  return {
    settings,
    clock,
    calls,
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
      store.isUsable(store.find(key)) || !!calls.wantFor(key) || calls.isHopeless(key) || !isProtected(key),
  };
}
