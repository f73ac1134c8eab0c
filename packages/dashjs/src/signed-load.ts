import type { SignOptions, SignedRequest } from 'secure-token-core';
import { errorWithoutToken, isOutage, refusalOf, withTokenHeaders } from 'secure-token-core/adapter';
import { dash } from 'secure-token-core/playlists';
import type { Load, LoadProgress, LoaderAnswer, LoaderRequest, LoaderResponse } from './loader.ts';
import { MANIFEST } from './loader.ts';
import { RequestTimes } from './request-times.ts';
import type { Session } from './session.ts';
import { signOrWait, tellConsole } from './session.ts';

/** The answer that reports an outage of the signing endpoint. */
const UNAVAILABLE: LoaderAnswer = { status: 503, statusText: 'No token: the signing endpoint does not answer' };
/** The answer to a request whose token source was destroyed. */
const DESTROYED: LoaderAnswer = { status: 0, statusText: 'No token: the token source was destroyed' };

type LoadAnew = (request: LoaderRequest, response: LoaderResponse) => void;

/** One attempt to send a request, and its answer. */
interface Attempt {
  readonly request: SignedRequest;
  readonly answer: LoaderAnswer;
  hasTimedOut: boolean;
  /** Stops the loader, once it has begun. */
  abort(): void;
}

type Phase =
  /** The request waits for its token, or for another one after a refusal. */
  | { readonly name: 'waiting'; readonly wait: AbortController }
  | { readonly name: 'sent'; readonly attempt: Attempt }
  /** dash.js knows how the request ended. */
  | { readonly name: 'settled' };

/** Returns the status of a response that is being read, from XMLHttpRequest or from FetchLoader. */
const statusOf = ({ answer }: Attempt, { target }: LoadProgress): number =>
  answer.status === 0 ? ((target as XMLHttpRequest | null | undefined)?.status ?? 0) : answer.status;

/**
 * Signs requests on the wire, while dash.js knows only their unsigned URLs. The life of a request: it waits for its
 * token, goes out with the loader of dash.js, and is answered, or sent once more if the edge has refused it. Neither a
 * wait nor a refusal shows in the metrics, in the events or in the URLs that dash.js sees.
 */
export class SignedLoad {
  readonly #request: LoaderRequest;
  readonly #response: LoaderResponse;
  readonly #session: Session;
  readonly #load: Load;
  readonly #loadAnew: LoadAnew;
  readonly #times: RequestTimes;
  #phase: Phase = { name: 'settled' };

  /**
   * @param load the `load` of dash.js itself
   * @param loadAnew loads a request in the session that follows this one
   */
  constructor(request: LoaderRequest, response: LoaderResponse, session: Session, load: Load, loadAnew: LoadAnew) {
    this.#request = request;
    this.#response = response;
    this.#session = session;
    this.#load = load;
    this.#loadAnew = loadAnew;
    this.#times = new RequestTimes(request, response);
  }

  start(): void {
    const { customData, url } = this.#request;
    const { source, loads } = this.#session;
    loads.add(this);
    // while the request waits, dash.js has nothing else to stop
    customData.abort = () => this.#abort();
    const ready = source.signNow(url);
    if (ready) this.#send(ready);
    else void this.#sendOnce((options) => source.sign(url, options));
  }

  /** Ends a wait, because the session has ended: the request is loaded anew. */
  release(): void {
    if (this.#phase.name === 'waiting') this.#phase.wait.abort();
  }

  /** Waits for the signed request of `ask` and sends it; calls `otherwise` if there is none. */
  async #sendOnce(
    ask: (options: SignOptions) => Promise<SignedRequest | undefined>,
    otherwise: () => void = () => undefined,
  ): Promise<void> {
    const wait = new AbortController();
    const phase = (this.#phase = { name: 'waiting', wait });
    try {
      const signed = await signOrWait(this.#session, wait.signal, ask, this.#hasTriesLeft());
      if (this.#phase !== phase) return;
      if (signed) this.#send(signed);
      else otherwise();
    } catch (error) {
      if (this.#phase !== phase) return;
      if (wait.signal.aborted) this.#startAnew();
      else this.#end(isOutage(error) ? UNAVAILABLE : DESTROYED);
    }
  }

  /** Loads the request anew: its session has ended during the wait, and dash.js still wants it. */
  #startAnew(): void {
    this.#settle();
    // leaves out the wait in all measurements
    this.#times.sent();
    this.#loadAnew(this.#request, this.#response);
  }

  /** Tells whether dash.js retries if this request fails. */
  #hasTriesLeft(): boolean {
    const details = this.#request.customData.request;
    if (!details) return false;
    const { type, retryAttempts } = details;
    const limits = this.#session.player.getSettings().streaming?.retryAttempts as Record<string, number> | undefined;
    return retryAttempts < (limits?.[type] ?? 0);
  }

  #send(signed: SignedRequest): void {
    const { customData, headers, credentials } = this.#request;
    const attempt: Attempt = {
      request: signed,
      answer: { status: 0 },
      hasTimedOut: false,
      abort: () => handlers.abort?.(),
    };
    const ifCurrent = <A extends unknown[]>(handle: (...args: A) => void) => {
      return (...args: A): void => {
        if (this.#phase.name === 'sent' && this.#phase.attempt === attempt) handle(...args);
      };
    };
    const handlers: LoaderRequest['customData'] = {
      ...customData,
      onprogress: ifCurrent((event: LoadProgress) => this.#onProgress(attempt, event)),
      onloadend: ifCurrent(() => this.#onEnd(attempt)),
      onabort: ifCurrent(() => this.#endAborted()),
      ontimeout: ifCurrent((event: LoadProgress) => {
        attempt.hasTimedOut = true;
        customData.ontimeout?.(event);
      }),
    };
    this.#phase = { name: 'sent', attempt };
    this.#times.sent();
    const request = {
      ...this.#request,
      url: signed.url,
      headers: withTokenHeaders(headers, signed.headers),
      credentials: signed.credentials ? 'include' : credentials,
      customData: handlers,
    };
    try {
      this.#load(request, attempt.answer);
    } catch (error) {
      // dash.js does not catch an error of a loader: it would wait for ever
      ifCurrent(() => this.#end({ status: 0, statusText: String(errorWithoutToken(error, signed)) }))();
    }
  }

  /** Passes on progress, but not the body of an error: the player would play it. */
  #onProgress(attempt: Attempt, event: LoadProgress): void {
    if (statusOf(attempt, event) >= 400) return;
    this.#times.beforeProgress(event);
    this.#request.customData.onprogress?.(event);
    this.#times.afterProgress();
  }

  #onEnd(attempt: Attempt): void {
    const { request, answer, hasTimedOut } = attempt;
    const { source, user } = this.#session;
    const { status } = answer;
    const hasFailed = status === 0 || status >= 400;
    const refusal = hasFailed && !hasTimedOut ? refusalOf(source, request, status) : undefined;
    if (refusal) {
      void this.#sendOnce(
        (options) => user.replay(request, status, options),
        () => {
          if (!this.#hasTriesLeft()) tellConsole(this.#session, refusal);
          this.#endAnswered(attempt);
        },
      );
      return;
    }
    if (!hasFailed) source.noteAnswer(request, { url: answer.url ?? '' }, true);
    this.#endAnswered(attempt);
  }

  #endAnswered({ request, answer }: Attempt): void {
    const { source } = this.#session;
    // empty if there was no answer
    const url = answer.url ? source.unsign(answer.url) : '';
    this.#times.withEntriesOf(request.url, () => this.#end({ ...answer, url }));
    this.#times.afterEnd();
    // last: dash.js already has its manifest, whatever happens here
    if (this.#request.customData.request?.type === MANIFEST && typeof answer.data === 'string')
      source.learn(url, dash(answer.data));
  }

  #end(answer: LoaderAnswer): void {
    this.#settle();
    Object.assign(this.#response, answer);
    // dash.js removes its handlers before it aborts
    this.#request.customData.onloadend?.();
  }

  #abort(): void {
    if (this.#phase.name === 'sent') this.#phase.attempt.abort();
    else if (this.#phase.name === 'waiting') {
      this.#phase.wait.abort();
      this.#endAborted();
    }
  }

  #endAborted(): void {
    this.#settle();
    this.#request.customData.onabort?.();
  }

  #settle(): void {
    this.#phase = { name: 'settled' };
    this.#session.loads.delete(this);
  }
}
