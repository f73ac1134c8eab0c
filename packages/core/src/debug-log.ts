import { BoundedMap } from './bounded-maps.ts';
import type { TokenEventDetails, TokenEventType } from './contract/token-source.ts';
import { originOf, shownUrl } from './url-text.ts';

/** The item of `localStorage` that switches it on where nobody can change the options. */
const STORAGE_KEY = 'secure-token:debug';

function isOnInStorage(): boolean {
  try {
    // a server may have a storage too, and warns when it is looked at
    return 'document' in globalThis && globalThis.localStorage.getItem(STORAGE_KEY) === '1';
  } catch {
    // cookies and storage are blocked
    return false;
  }
}

const seconds = (value: number): string => `${value.toFixed(2)} s`;

/** One line on the console for each decision, without tokens. */
class DebugLog {
  /** Origins for which the log says already that they are not protected: every request decides that again. */
  readonly #left = new BoundedMap<string, true>();

  leave(url: string): void {
    const origin = originOf(url);
    if (this.#left.has(origin)) return;
    this.#left.set(origin, true);
    // of such a URL nobody knows where a token stands
    this.#write('leave', shownUrl(origin), 'not protected');
  }

  attach(url: string, restSeconds: number): void {
    this.#write('attach', shownUrl(url), `the token ends in ${seconds(restSeconds)}`);
  }

  wait(url: string, reason: string): void {
    this.#write('wait', shownUrl(url), `for a token, ${reason}`);
  }

  /** Names that no playlist has brought yet are signed. @param last how the one is called that is furthest ahead */
  predict(last: string, count: number): void {
    this.#write('predict', shownUrl(last), `the last of ${count} to come`);
  }

  replay(url: string, status: number, isSent: boolean, waitSeconds: number): void {
    const outcome = isSent ? 'sent again with another token' : 'not sent again';
    this.#write(
      'replay',
      shownUrl(url),
      `the edge answered ${status || 'nothing'}: ${outcome} after ${seconds(waitSeconds)}`,
    );
  }

  pause(what: string, pauseSeconds: number): void {
    this.#write('pause', what, seconds(pauseSeconds));
  }

  /** The rest is told by events. */
  event<T extends TokenEventType>(type: T, detail: TokenEventDetails[T]): void {
    if (type === 'tokenrenewed') {
      const { reason, urls, wait } = detail as TokenEventDetails['tokenrenewed'];
      const others = urls.length > 1 ? ` and ${urls.length - 1} more` : '';
      this.#write('renew', shownUrl(urls[0] ?? '') + others, `${reason}, the call took ${seconds(wait)}`);
    } else if (type === 'tokendenied' || type === 'tokenerror') {
      const { message, status, url } = (detail as TokenEventDetails['tokenerror']).error;
      const why = status ? `status ${status}, ${message}` : message;
      this.#write(type === 'tokendenied' ? 'deny' : 'error', url ? shownUrl(url) : 'all URLs of the call', why);
    }
  }

  #write(decision: string, what: string, why: string): void {
    // eslint-disable-next-line no-console -- what it is for
    console.debug(`secure-token: ${decision} ${what} (${why})`);
  }
}

export type { DebugLog };

/** @param isOn the option; without it `localStorage` decides. @returns `undefined` when off: no line is even made up */
export const createDebugLog = (isOn: boolean | undefined): DebugLog | undefined =>
  (isOn ?? isOnInStorage()) ? new DebugLog() : undefined;
