import type { Token } from '../contract/token.ts';
import type { SourceContext } from '../source-context.ts';
import type { Origin } from './held-token.ts';
import { HeldToken } from './held-token.ts';
import { scopeOf } from './token-store.ts';

/**
 * Puts tokens into the store of a source.
 * @param asked the keys that a token without a scope opens
 */
export function holdTokens(
  { store, urls, settings }: SourceContext,
  tokens: readonly Token[],
  asked: readonly string[],
  origin: Origin,
): void {
  store.forgetSpent();
  for (const token of tokens) {
    const named = token.prefix ?? token.url;
    for (const opened of named ? [named] : asked) {
      urls.note(token, opened);
      const scope = scopeOf(token, token.prefix ?? urls.currentKey(opened));
      store.add(new HeldToken(token, scope, origin, settings));
    }
  }
}
