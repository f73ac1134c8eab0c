import type { Token } from '../contract/token.ts';
import type { SourceContext } from '../source-context.ts';
import type { Provenance } from './held-token.ts';
import { HeldToken } from './held-token.ts';
import { scopeOpenedBy } from './token-store.ts';

/**
 * Puts tokens into the store of a source.
 * @param granted the keys that a token without a scope opens
 */
export function holdTokens(
  { store, urls, settings }: SourceContext,
  tokens: readonly Token[],
  granted: readonly string[],
  provenance: Provenance,
): void {
  store.forgetSpent();
  for (const token of tokens) {
    const named = token.prefix ?? token.url;
    for (const opened of named ? [named] : granted) {
      urls.note(token, opened);
      const scope = scopeOpenedBy(token, token.prefix ?? urls.currentKey(opened));
      store.add(new HeldToken(token, scope, provenance, settings));
    }
  }
}
