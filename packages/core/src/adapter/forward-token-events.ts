import type { SourceUser } from './create-source-user.ts';
import type { TokenEventDetails, TokenEventType } from '../contract/token-events.ts';
import { TOKEN_EVENTS } from '../contract/token-events.ts';
import type { TokenSource } from '../contract/token-source.ts';

/**
 * Hands each event of `source` to `forward`.
 * @param user without the refusals of others that share the source
 * @returns stops it
 */
export function forwardTokenEvents(
  source: TokenSource,
  forward: (type: TokenEventType, detail: TokenEventDetails[TokenEventType]) => unknown,
  user?: SourceUser,
): () => void {
  const listener = (event: Event): void => {
    const { type, detail } = event as CustomEvent<TokenEventDetails[TokenEventType]>;
    if (!user || user.concerns(event)) forward(type as TokenEventType, detail);
  };
  for (const type of TOKEN_EVENTS) source.addEventListener(type, listener);
  return () => {
    for (const type of TOKEN_EVENTS) source.removeEventListener(type, listener);
  };
}
