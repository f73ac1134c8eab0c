import type { TokenSource } from 'secure-token-core';
import { SecureTokenError } from 'secure-token-core';
import type { AdapterSource } from 'secure-token-core/adapter';
import { carriesToken, forwardEventsBefore, renewWorker, writeMistake } from 'secure-token-core/adapter';
import { answerWorker } from './answer-worker.ts';
import type { PageMessage, PostedScriptAnswer } from '../wire/protocol.ts';
import { parseWorkerMessage, words } from '../wire/protocol.ts';
import type { TokenWorkerOptions, WorkerPlan } from './token-worker-options.ts';
import { planWorker } from './token-worker-options.ts';
import { explainFailure } from './worker-file.ts';
import type { TrustedScriptUrl, WorkerScript } from './worker-script.ts';
import { workerScript } from './worker-script.ts';

/** The longest wait for a worker to take over this page. */
const takeOverTimeoutMs = 5000;

/**
 * A service worker that signs the media requests of this page. Events: those of a token source, and
 * `problem {url, header}` when a response of the edge lacks a header that the worker needs.
 */
export interface TokenWorker extends EventTarget {
  /** Whether the worker controls this page now. Until then the browser's requests go out unsigned. */
  readonly controls: boolean;
  readonly registration: ServiceWorkerRegistration;
  /** The token source that the page has passed. It signs for the worker. */
  readonly source?: TokenSource;
  /**
   * Renews the tokens in use and lifts denials: in this page if it signs for the worker, or else in the worker.
   * @throws as `TokenSource.sign`; `ERR_SIGNING_UNAVAILABLE` for a worker of an earlier version, which cannot renew
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
 * @throws `ERR_OPTIONS` at once, naming the option, and for `requests: 'all'` if the file signs only media;
 *   `NotSupportedError` without service workers (they need https or localhost); the browser's own error if the file is
 *   missing or lies in the wrong place
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
    throw error;
  });
  return worker as TokenWorker;
}

const NO_SERVICE_WORKERS = 'This page has no service workers. Serve it from https or localhost.';

const OTHER_WORKER =
  'secure-token-worker: a service worker with other options has taken over, registered by another page of this site, ' +
  'most likely. The options of this page no longer hold. Register the same file and options in all pages.';

const NO_ANSWER =
  'The token worker that controls this page has not answered. A worker of an earlier version cannot renew: ' +
  'the browser replaces it when all pages of this site are closed.';

/** The worker objects of this page with `requests: 'all'`. They answer for the other worker objects, too. */
const signingScripts = new Set<WorkerOfPage>();

/** The page's side of the token worker. */
class WorkerOfPage extends EventTarget {
  readonly source: AdapterSource | undefined;
  readonly #playlists: WorkerPlan['playlists'];
  registration!: ServiceWorkerRegistration;
  readonly #container: ServiceWorkerContainer;
  readonly #script: WorkerScript;
  readonly #signsScripts: boolean;
  readonly #listening = new AbortController();
  /** Whether our worker has been the active worker of the registration. */
  #hasBeenActive = false;

  constructor(container: ServiceWorkerContainer, script: WorkerScript, plan: WorkerPlan) {
    super();
    this.#container = container;
    this.#script = script;
    this.source = plan.source;
    this.#playlists = plan.playlists;
    this.#signsScripts = plan.settings.requests === 'all';
  }

  get controls(): boolean {
    return this.#isOurs(this.#container.controller);
  }

  /** @throws the browser's own error if the file is missing or lies in the wrong place */
  async start(): Promise<void> {
    this.#listen();
    // `register` also takes a `TrustedScriptURL`, which TypeScript's library does not know
    const registering = this.#container.register(this.#script.url as URL);
    this.registration = await (this.#signsScripts
      ? registering.catch((error: unknown) => explainFailure(error, this.#script))
      : registering);
    const { active } = this.registration;
    // after a hard reload the page has no controller although the worker is active; and the worker may have given up on
    // pages
    this.#tell(active, { secureToken: words.claim });
    // the worker may also take over when the wait is over
    const note = (): unknown => (this.#hasBeenActive ||= this.#isOurs(this.registration.active));
    this.#container.addEventListener('controllerchange', note, { signal: this.#listening.signal });
    if (!this.controls) await this.#takeOver();
    note();
    // a worker that has only now taken over does not know yet that this page listens
    if (!this.#isOurs(active)) this.#tell(this.#container.controller, { secureToken: words.claim });
  }

  async renew(): Promise<void> {
    if (this.source) return this.source.renew();
    // a page that the worker does not control can only send this message
    this.#tell(this.registration.active, { secureToken: words.claim });
    if (!(await renewWorker()) && this.controls) throw new SecureTokenError('ERR_SIGNING_UNAVAILABLE', NO_ANSWER);
  }

  destroy(): void {
    if (this.#signsScripts) this.#tell(this.#container.controller, { secureToken: words.leave });
    this.#listening.abort();
    signingScripts.delete(this);
  }

  /** Whether `worker` is ours: not a worker with other settings, nor another worker of this site. */
  #isOurs(worker: ServiceWorker | null): worker is ServiceWorker {
    return worker?.scriptURL === this.#script.href;
  }

  /**
   * Whether this page listens to a worker: to ours, and to a worker that has replaced ours because another page has
   * other options. A worker that was there before ours may come from an attacker who once ran a script on this site,
   * with settings of the attacker.
   */
  #isTrusted({ scriptURL }: ServiceWorker): boolean {
    return (
      scriptURL === this.#script.href || (this.#hasBeenActive && scriptURL === this.registration.active?.scriptURL)
    );
  }

  /**
   * Warns once when another page of this site has registered other options: the requests of this page are no longer
   * signed as before.
   */
  readonly #warnOfOther = (): void => {
    if (!__DEVELOPMENT__ || !this.#container.controller || this.controls) return;
    this.#container.removeEventListener('controllerchange', this.#warnOfOther);
    writeMistake(this, OTHER_WORKER, 'worker.md');
  };

  #tell(worker: ServiceWorker | null, message: PageMessage): void {
    if (this.#isOurs(worker)) worker.postMessage(message);
  }

  #listen(): void {
    const { signal } = this.#listening;
    this.#container.addEventListener('message', (event) => this.#onMessage(event), { signal });
    if (__DEVELOPMENT__) this.#container.addEventListener('controllerchange', this.#warnOfOther, { signal });
    this.#container.startMessages();
    if (this.#signsScripts) signingScripts.add(this);
    if (!this.source) return;
    const stopForwarding = forwardEventsBefore(this.source, (type, detail) => this.#emit(type, detail));
    signal.addEventListener('abort', stopForwarding);
    // until this page leaves, the source renews the tokens that the worker asks for ahead of use
    signal.addEventListener('abort', this.source.join());
  }

  #onMessage({ data, source, ports: [port] }: MessageEvent): void {
    if (!this.#isTrusted(source as ServiceWorker)) return;
    const message = parseWorkerMessage(data);
    switch (message?.secureToken) {
      case words.connect:
        // a page without a token source stays silent, because another page may have one
        if (port && this.source) answerWorker(port, this.source);
        break;
      case words.script:
        // each question gets one answer: from a worker object with `requests: 'all'`, if there is one
        if (!this.#signsScripts && signingScripts.size) break;
        port?.postMessage({
          carries: carriesToken(message, this.source),
          leave: !this.#signsScripts,
        } satisfies PostedScriptAnswer);
        break;
      case words.playlist:
        if (this.#playlists) this.source?.learn(message.url, this.#playlists(message.text));
        break;
      case words.lift:
        this.source?.liftDenials();
        break;
      case words.problem:
        this.#emit('problem', { url: message.url, header: message.header });
        break;
      case words.event:
        this.#emit(message.type, message.detail);
    }
  }

  #emit(type: string, detail: object): void {
    this.dispatchEvent(Object.assign(new CustomEvent(type, { detail }), detail));
  }

  /** Resolves when the worker controls this page, or after `takeOverTimeoutMs`. */
  async #takeOver(): Promise<void> {
    const late = AbortSignal.timeout(takeOverTimeoutMs);
    await new Promise<unknown>((resolve) => {
      const check = (): void => {
        if (this.controls) resolve(true);
      };
      this.#container.addEventListener('controllerchange', check, { signal: late });
      late.addEventListener('abort', resolve);
    });
  }
}
