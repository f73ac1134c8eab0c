import type { ElementRequests, Refusal } from './element-requests.ts';

interface StallOptions {
  readonly requests: ElementRequests;
  readonly signal: AbortSignal;
  /** Whether nothing else is under way that may bring data. */
  readonly isIdle: () => boolean;
  readonly onRefused: (refusal: Refusal) => void;
}

/**
 * Asks the edge when `media` has had no data for three seconds, and has nothing left to play. Chromium repeats what is
 * refused about twenty times, and says nothing to the page until then; a clock that is right, and a token that lives,
 * do not show it either.
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
