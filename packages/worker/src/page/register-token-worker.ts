import type { TokenSource } from 'secure-token-core';
import { SecureTokenError } from 'secure-token-core';
import type { AdapterSource } from 'secure-token-core/adapter';
import { carriesToken, forwardTokenEvents, listen, renewWorker, sleep, writeMistake } from 'secure-token-core/adapter';
import { answerWorker } from './answer-worker.ts';
import { CLAIM, detailOf, readMessage } from '../wire/messages.ts';
import type { TokenWorkerOptions, WorkerPlan } from './token-worker-options.ts';
import { planWorker } from './token-worker-options.ts';
import type { TrustedScriptUrl, WorkerScript } from './worker-script.ts';
import { workerScript } from './worker-script.ts';

/** The longest wait, in seconds, for a worker to take over this page. */
const TAKE_OVER_TIMEOUT = 5;

/**
 * A service worker that signs the media requests of this page. Events: those of a token source, and
 * `problem {url, header}` when a response of the edge lacks a header that the worker needs, if the file of the worker
 * is a development build.
 */
export interface TokenWorker extends EventTarget {
  /** Whether the worker controls this page now. Until then the browser's requests go out unsigned. */
  readonly controls: boolean;
  readonly registration: ServiceWorkerRegistration;
  /** The token source that the page has passed. It signs for the worker. */
  readonly source?: TokenSource;
  /**
   * Renews the tokens in use and lifts denials: in this page if it signs for the worker, or else in the worker.
   * @throws as `TokenSource.sign`
   */
  renew(): Promise<void>;
  /** Stops answering the worker: this page no longer hands out tokens. The worker stays registered, for other pages. */
  destroy(): void;
}

/**
 * Registers the token worker and waits until it controls this page, for five seconds at most after the browser has
 * registered it: see `controls`.
 *
 * @param url the URL of `token-worker.js`, or of `token-worker-all.js` for `requests: 'all'`. The file must lie at or
 *   above the folder of the pages that it serves. A `TrustedScriptURL` is registered unchanged if no settings have to
 *   be added to it, as with a `TokenSource` alone; otherwise `registerTokenWorker` creates the Trusted Types policy
 *   `secure-token`
 * @param options the options of a worker that calls the endpoint itself, which its URL then holds; or a `TokenSource`
 *   by which this page signs for the worker, alone or as `{ source, protect }`. With `requests: 'all'` the worker also
 *   signs the requests of this page's scripts: start the player when the promise has resolved
 * @throws `ERR_OPTIONS` at once, naming the option;
 *   `NotSupportedError` without service workers (they need https or localhost); the browser's own error if the file is
 *   missing, lies in the wrong place, or signs only media in spite of `requests: 'all'`
 */
export async function registerTokenWorker(
  url: string | URL | TrustedScriptUrl,
  options: TokenWorkerOptions | TokenSource,
): Promise<TokenWorker> {
  const plan = planWorker(options);
  const { serviceWorker } = navigator as { serviceWorker?: ServiceWorkerContainer };
  if (!serviceWorker) throw new DOMException(NO_SERVICE_WORKERS, 'NotSupportedError');
  const worker = new WorkerOfPage(serviceWorker, workerScript(url, plan.settings), plan);
  await worker.start().catch((error: unknown) => {
    worker.destroy();
    if (__DEVELOPMENT__ && plan.settings.requests) writeMistake(worker, WRONG_FILE);
    throw error;
  });
  return worker as TokenWorker;
}

const NO_SERVICE_WORKERS = 'This page has no service workers. Serve it from https or localhost.';

const WRONG_FILE =
  "secure-token-worker: the browser has not registered the worker. For requests: 'all' register token-worker-all.js: " +
  'token-worker.js signs media alone.';

const OTHER_WORKER =
  'secure-token-worker: a service worker with other options has taken over, registered by another page of this site, ' +
  'most likely. The options of this page no longer hold. Register the same file and options in all pages.';

/** The page's side of the token worker. */
class WorkerOfPage extends EventTarget {
  readonly source: AdapterSource | undefined;
  registration!: ServiceWorkerRegistration;
  readonly #container: ServiceWorkerContainer;
  readonly #script: WorkerScript;
  readonly #plan: WorkerPlan;
  /** The functions that end what `start` has begun. */
  #ends: readonly (() => void)[] = [];
  /** Whether our worker has been the active worker of the registration. */
  #hasBeenActive = false;

  constructor(container: ServiceWorkerContainer, script: WorkerScript, plan: WorkerPlan) {
    super();
    this.#container = container;
    this.#script = script;
    this.#plan = plan;
    this.source = plan.source;
  }

  get controls(): boolean {
    return this.#isOurs(this.#container.controller);
  }

  /** @throws the browser's own error if the file is missing or lies in the wrong place */
  async start(): Promise<void> {
    this.#listen();
    // `register` also takes a `TrustedScriptURL`, which TypeScript's library does not know
    this.registration = await this.#container.register(this.#script.url as URL);
    // after a hard reload the page has no controller although the worker is active
    this.#claim(this.registration.active);
    if (!this.controls) await this.#takeOver();
    this.#noteActive();
    // a worker that has only now taken over does not know yet that this page listens
    this.#claim(this.#container.controller);
  }

  async renew(): Promise<void> {
    if (this.source) return this.source.renew();
    // a page that the worker does not control can only send this message
    this.#claim(this.registration.active);
    if (!(await renewWorker()) && this.controls)
      throw new SecureTokenError('ERR_SIGNING_UNAVAILABLE', 'The token worker that controls this page did not answer.');
  }

  destroy(): void {
    for (const end of this.#ends) end();
  }

  /** Whether `worker` is ours: not a worker with other settings, nor another worker of this site. */
  #isOurs(worker: ServiceWorker | null): boolean {
    return worker?.scriptURL === this.#script.href;
  }

  #noteActive(): void {
    this.#hasBeenActive ||= this.#isOurs(this.registration.active);
  }

  /**
   * Whether this page listens to a worker: to ours, and to a worker that has replaced ours because another page has
   * other options. A worker that was there before ours may come from an attacker who once ran a script on this site,
   * with settings of the attacker.
   */
  #isTrusted(worker: ServiceWorker): boolean {
    return this.#isOurs(worker) || (this.#hasBeenActive && worker.scriptURL === this.registration.active?.scriptURL);
  }

  #claim(worker: ServiceWorker | null): void {
    if (this.#isOurs(worker)) worker?.postMessage(CLAIM);
  }

  #listen(): void {
    const container = this.#container;
    const { source } = this;
    this.#ends = [
      listen(container, ['message'], (event: MessageEvent) => this.#onMessage(event)),
      listen(container, ['controllerchange'], () => this.#onControllerChange()),
      ...(source ? [forwardTokenEvents(source, (type, detail) => this.#emit(type, detail))] : []),
      // until this page leaves, the source renews the tokens that the worker asks for ahead of use
      ...(source ? [source.join()] : []),
    ];
    // before Chrome 74 they have started
    (container as Partial<ServiceWorkerContainer>).startMessages?.();
  }

  /** The worker may also take over when the wait is over. */
  #onControllerChange(): void {
    // it may take over before the promise of its registration resolves
    if (this.registration as ServiceWorkerRegistration | undefined) this.#noteActive();
    if (__DEVELOPMENT__ && this.#container.controller && !this.controls) writeMistake(this, OTHER_WORKER);
  }

  #onMessage({ data, source: worker, ports: [port] }: MessageEvent): void {
    const message = this.#isTrusted(worker as ServiceWorker) && readMessage(data);
    if (!message) return;
    const { source } = this;
    const { playlists, settings } = this.#plan;
    switch (message.secureToken) {
      case 'hello':
        // a page without a token source stays silent, because another page may have one
        if (port && source) answerWorker(port, source);
        break;
      case 'script':
        if (settings.requests === 'all') port?.postMessage({ carries: carriesToken(message, source) });
        break;
      case 'playlist':
        if (playlists) source?.learn(message.url, playlists(message.text));
        break;
      case 'lift':
        source?.liftDenials();
        break;
      case 'problem':
        this.#emit('problem', { url: message.url, header: message.header });
        break;
      case 'event':
        this.#emit(message.type, detailOf(message.detail));
    }
  }

  #emit(type: string, detail: object): void {
    this.dispatchEvent(Object.assign(new CustomEvent(type, { detail }), detail));
  }

  /** Resolves when the worker controls this page, or after `TAKE_OVER_TIMEOUT`. */
  async #takeOver(): Promise<void> {
    const waiting = new AbortController();
    const stop = listen(this.#container, ['controllerchange'], () => this.controls && waiting.abort());
    await sleep(TAKE_OVER_TIMEOUT, waiting.signal).catch(() => undefined);
    stop();
  }
}
