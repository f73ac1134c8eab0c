import type { Backoff } from '../calls/backoff.ts';
import { writeMistake } from '../console-lines.ts';
import type { EdgeAnswer } from '../contract/token-source.ts';
import type { Settings } from '../contract/options.ts';
import type { SignedRequest, TokenEventDetails, TokenEventType } from '../contract/token-source.ts';
import { TOKEN_EVENTS } from '../contract/token-source.ts';
import type { ServerClock } from '../tokens/server-clock.ts';
import { originOf, shownUrl } from '../url-text.ts';
import { refusalMessage } from './refusal-message.ts';

/** The difference of two clocks that is reported: a device that is set by the network is less wrong. */
const CLOCKS_DIFFER_SECONDS = 300;

const wrongClock = (ahead: number): string =>
  `secure-token: the clock of the signing endpoint is ${Math.round(Math.abs(ahead) / 60)} minutes ` +
  `${ahead > 0 ? 'ahead of' : 'behind'} that of this device. If it is the endpoint that is wrong, its tokens ` +
  `${ahead > 0 ? 'live that much longer than meant' : 'end that much too early'}: run NTP on it.`;

const inSeconds = (value: number): string => `${value.toFixed(2)} s`;

/**
 * Watches a token source in development builds: writes its decisions to the console if `debug` is on, tells of mistakes
 * that no event reports, and knows the causes of refusals. No decision depends on it.
 */
export class Observer {
  readonly #source: EventTarget;
  readonly #settings: Settings;
  readonly #clock: ServerClock;
  readonly #backoff: Backoff;
  /** The origins that the log has already reported as not protected: every request makes that decision again. */
  readonly #left = new Set<string>();
  /** The URLs to which requests went: an app may have changed them. */
  readonly #sentTo = new WeakMap<SignedRequest, string>();
  /** Whether the edge has accepted a request with a token. */
  #isAccepted = false;

  constructor(source: EventTarget, settings: Settings, clock: ServerClock, backoff: Backoff) {
    this.#source = source;
    this.#settings = settings;
    this.#clock = clock;
    this.#backoff = backoff;
    for (const type of TOKEN_EVENTS)
      source.addEventListener(type, (event) => this.#noteEvent(type, (event as CustomEvent<never>).detail));
  }

  /** Notes that a URL is not protected. Shows its origin alone: a token may be anywhere in the URL. */
  noteLeft(key: string): void {
    const origin = originOf(key);
    if (key && !this.#left.has(origin)) this.write('leave', origin, 'not protected');
    this.#left.add(origin);
  }

  noteAnswer(request: SignedRequest, { responseURL, url = '' }: EdgeAnswer, isGood: boolean): void {
    this.#sentTo.set(request, responseURL ?? url);
    this.#isAccepted ||= isGood && request.token !== undefined;
  }

  /** Returns the message of the error of a request that is refused for good. */
  explainRefusal(request: SignedRequest, status: number): string {
    const { expires = 0 } = request.token ?? {};
    return refusalMessage(request, {
      status,
      secondsLeft: this.#clock.isTold ? expires - this.#clock.now() : undefined,
      sentTo: this.#sentTo.get(request) ?? '',
      isAccepted: this.#isAccepted,
    });
  }

  /** Writes a decision. @param url unsigned; @param seconds added to the reason */
  write(decision: string, url: string, why: string, seconds?: number): void {
    const reason = seconds === undefined ? why : `${why} ${inSeconds(seconds)}`;
    // eslint-disable-next-line no-console -- the purpose of this log
    if (this.#settings.debug) console.debug(`secure-token: ${decision} ${shownUrl(url)} (${reason})`);
  }

  #noteEvent<T extends TokenEventType>(type: T, detail: TokenEventDetails[T]): void {
    if (type === 'tokenrenewed') {
      const { reason, urls, wait } = detail as TokenEventDetails['tokenrenewed'];
      const others = urls.length > 1 ? `, and ${urls.length - 1} more` : '';
      this.write('renew', urls[0] ?? '', `${reason}${others}; the call took`, wait);
      const ahead = this.#clock.isTold ? this.#clock.now() - this.#settings.clock() / 1000 : 0;
      // `now` is a whole number
      if (Math.ceil(Math.abs(ahead)) >= CLOCKS_DIFFER_SECONDS)
        writeMistake(this.#source, wrongClock(ahead), 'errors.md#the-clock');
    } else if (type !== 'tokenrefused') {
      const { url = 'all URLs of the call', message } = (detail as TokenEventDetails['tokenerror']).error;
      this.write(type === 'tokendenied' ? 'deny' : 'error', url, message);
      // the pause begins when all have heard of the failure
      queueMicrotask(() => {
        const { secondsLeft } = this.#backoff;
        if (secondsLeft > 0) this.write('pause', 'the signing endpoint', 'not called for', secondsLeft);
      });
    }
  }
}
