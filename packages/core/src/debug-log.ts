import { BoundedMap } from './bounded-maps.ts';
import type { TokenEventDetails, TokenEventType } from './contract/token-source.ts';
import { originOf, shownUrl } from './url-text.ts';

/** The item of `localStorage` that switches the log on if the options cannot be changed. */
const STORAGE_KEY = 'secure-token:debug';

function isOnInStorage(): boolean {
  try {
    // a server may have `localStorage` too, and warns when code reads it
    return 'document' in globalThis && globalThis.localStorage.getItem(STORAGE_KEY) === '1';
  } catch {
    // the browser blocks cookies and storage
    return false;
  }
}

const seconds = (value: number): string => `${value.toFixed(2)} s`;

/** The log: one line on the console for each decision, without tokens. */
class DebugLog {
  /** The origins that the log has already reported as not protected: every request makes that decision again. */
  readonly #left = new BoundedMap<string, true>();

  leave(url: string): void {
    const origin = originOf(url);
    if (this.#left.has(origin)) return;
    this.#left.set(origin, true);
    // only the origin is safe to show: a token may be anywhere in an unprotected URL
    this.#write('leave', shownUrl(origin), 'not protected');
  }

  attach(url: string, restSeconds: number): void {
    this.#write('attach', shownUrl(url), `the token ends in ${seconds(restSeconds)}`);
  }

  wait(url: string, reason: string): void {
    this.#write('wait', shownUrl(url), `for a token, ${reason}`);
  }

  /** Reports that names are signed that no playlist lists yet. @param last the name that is furthest ahead */
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

  /** Writes the decisions that events report: renewals, denials and errors. */
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
    // eslint-disable-next-line no-console -- the purpose of this log
    console.debug(`secure-token: ${decision} ${what} (${why})`);
  }
}

export type { DebugLog };

/**
 * Creates the log if it is switched on.
 * @param isOn the option `debug`; without it `localStorage` decides
 * @returns `undefined` if the log is off, so that the source composes no lines
 */
export const createDebugLog = (isOn: boolean | undefined): DebugLog | undefined =>
  (isOn ?? isOnInStorage()) ? new DebugLog() : undefined;
