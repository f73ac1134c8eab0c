import { labelOf } from './request-log.js';

/** A refused request whose replay has not been answered after so long is told without it, in ms. */
const PATIENCE = 10_000;

/**
 * Tells of refused requests once it is known how each went on, so that no entry has to be changed.
 * @param {(tone: import('./event-log.js').Tone, text: string) => void} say
 * @param {{ areReplaysSeen: boolean }} options whether the page sees replays: not those of the browser's own requests
 */
export function createRefusalNews(say, { areReplaysSeen }) {
  /** Refusals whose replays are to come, by URL. @type {Map<string, { status: number, since: number }>} */
  const open = new Map();
  const textOf = (/** @type {string} */ url, /** @type {number} */ status) =>
    `${labelOf(new URL(url).pathname)}: refused${status ? ` (${status})` : ''}`;
  const tell = (/** @type {string} */ url) => {
    const refusal = open.get(url);
    if (refusal) say('busy', textOf(url, refusal.status));
    open.delete(url);
  };

  return {
    /** @type {(url: string, status: number) => void} */
    refused(url, status) {
      tell(url);
      open.set(url, { status, since: performance.now() });
      if (!areReplaysSeen) tell(url);
    },
    /** @type {(url: string, status: number) => void} */
    replayed(url, status) {
      const refusal = open.get(url);
      if (refusal) say('good', `${textOf(url, refusal.status)}, sent again: ${status}`);
      open.delete(url);
    },
    /** The player has been shown the refusal, which has an entry of its own. @type {(url?: string) => void} */
    shown: (url = '') => {
      open.delete(url);
    },
    /** Tells what has waited for too long, or all. */
    flush(all = false) {
      const now = performance.now();
      for (const [url, { since }] of open) if (all || now - since > PATIENCE) tell(url);
    },
  };
}
