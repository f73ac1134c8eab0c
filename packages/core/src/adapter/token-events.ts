import type { TokenEventDetails, TokenEventType, TokenSource } from '../contract/token-source.ts';
import { TOKEN_EVENTS } from '../contract/token-source.ts';

/** Calls `forward` with each event of `source`. @returns a function that stops this */
export function forwardTokenEvents(
  source: TokenSource,
  forward: (type: TokenEventType, detail: TokenEventDetails[TokenEventType]) => unknown,
): () => void {
  const listening = new AbortController();
  for (const type of TOKEN_EVENTS)
    source.addEventListener(type, ({ detail }) => forward(type, detail), { signal: listening.signal });
  return () => listening.abort();
}
