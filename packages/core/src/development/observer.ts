import type { Outage } from '../calls/outage.ts';
import { writeMistake } from '../console-lines.ts';
import type { EdgeAnswer } from '../contract/adopt.ts';
import type { SecureTokenError } from '../contract/errors.ts';
import type { Settings, TokenReason } from '../contract/options.ts';
import type { SignedRequest, TokenEventDetails } from '../contract/token-source.ts';
import type { Token } from '../contract/token.ts';
import type { ServerClock } from '../tokens/server-clock.ts';
import { originOf, shownUrl } from '../url-text.ts';
import { noStatus, otherToken, wrongClock } from './mistakes.ts';
import { overwrittenParameters, refusalMessage } from './refusal-cause.ts';

/** The item of `localStorage` that switches the log on if the options cannot be changed. */
const STORAGE_KEY = 'secure-token:debug';
/** The largest difference of two clocks that is not reported: a device that is set by the network is less wrong. */
const CLOCKS_DIFFER_SECONDS = 300;

function isOnInStorage(): boolean {
  try {
    // a server may have `localStorage` too, and warns when code reads it
    return 'document' in globalThis && globalThis.localStorage.getItem(STORAGE_KEY) === '1';
  } catch {
    // the browser blocks cookies and storage
    return false;
  }
}

const inSeconds = (value: number): string => `${value.toFixed(2)} s`;

/**
 * Watches a token source in development builds: writes its decisions to the console if `debug` is on, tells of mistakes
 * that no event reports, and knows the causes of refusals. No decision depends on it.
 */
export class Observer {
  readonly #source: EventTarget;
  readonly #settings: Settings;
  readonly #clock: ServerClock;
  readonly #isDebugging: boolean;
  /** The origins that the log has already reported as not protected: every request makes that decision again. */
  readonly #left = new Set<string>();
  /** The URLs to which requests went: an app may have changed them. */
  readonly #sentTo = new WeakMap<SignedRequest, string>();
  /** Whether the edge has accepted a request with a token. */
  #isAccepted = false;

  constructor(source: EventTarget, settings: Settings, clock: ServerClock, outage: Outage) {
    this.#source = source;
    this.#settings = settings;
    this.#clock = clock;
    this.#isDebugging = settings.debug ?? isOnInStorage();
    source.addEventListener('tokenrenewed', (event) => this.#noteRenewed((event as CustomEvent<never>).detail));
    if (!this.#isDebugging) return;
    const writeFailure = (event: Event): void => {
      const { error } = (event as CustomEvent<{ error: SecureTokenError }>).detail;
      const { url, message } = error;
      this.#write(event.type === 'tokendenied' ? 'deny' : 'error', url ? shownUrl(url) : 'all URLs of the call', message);
      queueMicrotask(() => {
        const { secondsLeft } = outage;
        if (secondsLeft > 0) this.#write('pause', 'the signing endpoint is not called', inSeconds(secondsLeft));
      });
    };
    for (const type of ['tokendenied', 'tokenerror']) source.addEventListener(type, writeFailure);
  }

  noteLeft(key: string): void {
    const origin = originOf(key);
    if (!key || this.#left.has(origin)) return;
    this.#left.add(origin);
    // only the origin is safe to show: a token may be anywhere in an unprotected URL
    this.#write('leave', shownUrl(origin), 'not protected');
  }

  noteAttached(key: string, { expires }: Token): void {
    this.#write('attach', shownUrl(key), `the token ends in ${inSeconds(expires - this.#clock.now())}`);
  }

  noteWait(key: string, reason: TokenReason): void {
    this.#write('wait', shownUrl(key), `for a token, ${reason}`);
  }

  noteReplay(url: string, status: number, isSent: boolean): void {
    const outcome = isSent ? 'sent again with another token' : 'not sent again';
    this.#write('replay', shownUrl(url), `the edge answered ${status || 'nothing'}: ${outcome}`);
  }

  /** Tells of a probable refusal without CORS headers, which looks like a network failure. */
  noteFailure({ token }: SignedRequest, status: number): void {
    const isOffline = (globalThis.navigator as Partial<Navigator> | undefined)?.onLine === false;
    if (token && !status && !isOffline) writeMistake(this.#source, noStatus, NO_STATUS_PAGE);
  }

  noteAnswer(request: SignedRequest, { responseURL, url }: EdgeAnswer, isGood: boolean): void {
    const sentTo = responseURL ?? url;
    if (sentTo) this.#sentTo.set(request, sentTo);
    this.#isAccepted ||= isGood && request.token !== undefined;
    const names = isGood ? overwrittenParameters(request, sentTo) : [];
    if (names.length) writeMistake(this.#source, otherToken(names), 'migrate.md');
  }

  /** Returns the message of the error of a request that is refused for good. */
  explainRefusal(request: SignedRequest, status: number): string {
    const { token } = request;
    return refusalMessage({
      status,
      secondsLeft: this.#clock.isTold && token ? token.expires - this.#clock.now() : undefined,
      overwritten: overwrittenParameters(request, this.#sentTo.get(request)),
      attachesNothing: !!token && request.url === request.unsignedUrl && !token.headers && !token.credentials,
      isEndpointAccepted: this.#isAccepted,
    });
  }

  #noteRenewed({ reason, urls, wait }: TokenEventDetails['tokenrenewed']): void {
    const others = urls.length > 1 ? ` and ${urls.length - 1} more` : '';
    this.#write('renew', shownUrl(urls[0] ?? '') + others, `${reason}, the call took ${inSeconds(wait)}`);
    const ahead = this.#clock.isTold ? this.#clock.now() - this.#settings.clock() / 1000 : 0;
    if (Math.abs(ahead) > CLOCKS_DIFFER_SECONDS)
      writeMistake(this.#source, wrongClock(ahead), 'troubleshooting.md#the-clock');
  }

  #write(decision: string, what: string, why: string): void {
    // eslint-disable-next-line no-console -- the purpose of this log
    if (this.#isDebugging) console.debug(`secure-token: ${decision} ${what} (${why})`);
  }
}

const NO_STATUS_PAGE = 'troubleshooting.md#status-0-instead-of-403-or-410';
