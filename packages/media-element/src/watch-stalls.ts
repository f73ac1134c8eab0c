import type { ElementRequests, Refusal } from './element-requests.ts';

interface StallOptions {
  readonly requests: ElementRequests;
  readonly signal: AbortSignal;
  /** Whether no other operation is under way that may bring data. */
  readonly isIdle: () => boolean;
  readonly onRefused: (refusal: Refusal) => void;
}

/**
 * Asks the edge whether it refuses the request, when `media` has received no data for three seconds and has nothing
 * left to play. Chromium repeats a refused request about twenty times before it tells the page. Neither the clock nor
 * the expiry of the token shows such a refusal: the clock may be right, and the token alive.
 */
export function watchStalls(media: HTMLMediaElement, { requests, signal, isIdle, onRefused }: StallOptions): void {
  const isStarving = (): boolean => {
    const waits = media.seeking || media.readyState < HTMLMediaElement.HAVE_FUTURE_DATA;
    return waits && !media.error && isIdle();
  };
  const ask = async (): Promise<void> => {
    const refusal = isStarving() ? await requests.findRefusal() : undefined;
    if (refusal && isStarving()) onRefused(refusal);
  };
  media.addEventListener('stalled', () => void ask(), { signal });
}
