import type { SignedRequest } from 'secure-token-core';
import { isSecureTokenError } from 'secure-token-core';
import { sendSigned, withTokenHeaders } from 'secure-token-core/adapter';
import { dash } from 'secure-token-core/playlists';
import type { Load, LoadProgress, LoaderAnswer, LoaderRequest, LoaderResponse } from './loader.ts';
import { MANIFEST } from './loader.ts';
import { RequestTimes } from './request-times.ts';
import type { Session, SessionLoad } from './session.ts';
import { askLastingly } from './session.ts';

/** Returns the status of a response that is being read, from XMLHttpRequest or from FetchLoader. */
const statusOf = ({ status }: LoaderAnswer, { target }: LoadProgress): number =>
  status || ((target as XMLHttpRequest | null | undefined)?.status ?? 0);

/**
 * Signs requests on the wire, while dash.js knows only their unsigned URLs. The life of a request: it waits for its
 * token, goes out with the loader of dash.js, and is answered, or sent once more if the edge has refused it. Neither a
 * wait nor a refusal shows in the metrics, in the events or in the URLs that dash.js sees.
 */
export class SignedLoad implements SessionLoad {
  readonly #request: LoaderRequest;
  readonly #response: LoaderResponse;
  readonly #session: Session;
  readonly #load: Load;
  readonly #times: RequestTimes;
  readonly #wait = new AbortController();
  /** What the loader of dash.js has to do with the present attempt; `undefined` while the request waits. */
  #onWire: LoaderRequest['customData'] | undefined;
  /** Whether dash.js knows how the request ended. */
  #isSettled = false;

  /** @param load the `load` of dash.js itself */
  constructor(request: LoaderRequest, response: LoaderResponse, session: Session, load: Load) {
    this.#request = request;
    this.#response = response;
    this.#session = session;
    this.#load = load;
    this.#times = new RequestTimes(request, response);
  }

  async run(): Promise<void> {
    const { source, events, loads } = this.#session;
    const { customData, url } = this.#request;
    loads.add(this);
    // while the request waits, dash.js has nothing else to stop
    customData.abort = () => this.#abort();
    try {
      const { request, answer } = await askLastingly(this.#session, this.#wait.signal, async (how) =>
        sendSigned<LoaderAnswer>(source, source.signNow(url) ?? (await source.sign(url, how)), {
          ...how,
          tell: events.tell,
          send: (signed) => this.#send(signed),
          failureOf: ({ status }) => (this.#isSettled ? undefined : status),
        }),
      );
      this.#endAnswered(request, answer);
    } catch (error) {
      // no text of another error, which may quote the token
      const statusText = isSecureTokenError(error) ? error.message : 'The request was not sent.';
      this.#end({ status: 0, statusText });
    }
  }

  /** Ends a wait, because the session has ended: if dash.js tries again, the session after it signs. */
  release(): void {
    this.#wait.abort();
  }

  #send(signed: SignedRequest): Promise<LoaderAnswer> {
    const { source } = this.#session;
    const { customData, headers, credentials } = this.#request;
    const answer: LoaderAnswer = { status: 0 };
    let hasTimedOut = false;
    return new Promise((resolve) => {
      const onWire: LoaderRequest['customData'] = {
        ...customData,
        onprogress: (event) => this.#onProgress(answer, event),
        onloadend: () => {
          // dash.js 5.0 reports an end twice
          if (this.#onWire !== onWire) return;
          this.#onWire = undefined;
          const hasFailed = answer.status === 0 || answer.status >= 400;
          if (!hasFailed) source.noteAnswer(signed, { url: answer.url ?? '' }, true);
          // in this task, as dash.js itself, unless the request may be sent again
          if (!hasFailed || hasTimedOut || !source.isRefusal(signed, answer.status)) this.#endAnswered(signed, answer);
          resolve(answer);
        },
        onabort: () => this.#endAborted(),
        ontimeout(event) {
          hasTimedOut = true;
          customData.ontimeout?.(event);
        },
      };
      this.#onWire = onWire;
      this.#times.sent();
      this.#load(
        {
          ...this.#request,
          url: signed.url,
          headers: withTokenHeaders(headers, signed.headers),
          credentials: signed.credentials ? 'include' : credentials,
          customData: onWire,
        },
        answer,
      );
    });
  }

  /** Passes on progress, but not the body of an error: the player would play it. */
  #onProgress(answer: LoaderAnswer, event: LoadProgress): void {
    if (this.#isSettled || statusOf(answer, event) >= 400) return;
    this.#times.beforeProgress(event);
    this.#request.customData.onprogress?.(event);
    this.#times.afterProgress();
  }

  #endAnswered(request: SignedRequest, answer: LoaderAnswer): void {
    if (this.#isSettled) return;
    const { source } = this.#session;
    // empty if there was no answer
    const url = answer.url ? source.unsign(answer.url) : '';
    this.#times.withEntriesOf(request.url, () => this.#end({ ...answer, url }));
    this.#times.afterEnd();
    if (this.#request.customData.request?.type === MANIFEST && typeof answer.data === 'string')
      source.learn(url, dash(answer.data));
  }

  #end(answer: LoaderAnswer): void {
    if (this.#isSettled) return;
    this.#settle();
    Object.assign(this.#response, answer);
    // dash.js removes its handlers before it aborts
    this.#request.customData.onloadend?.();
  }

  #abort(): void {
    const { abort } = this.#onWire ?? {};
    this.#wait.abort();
    if (abort) abort();
    else this.#endAborted();
  }

  #endAborted(): void {
    if (this.#isSettled) return;
    this.#settle();
    this.#request.customData.onabort?.();
  }

  #settle(): void {
    this.#isSettled = true;
    this.#session.loads.delete(this);
  }
}
