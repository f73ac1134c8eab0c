import type { TokenSource, TokenSourceOptions } from 'secure-token-core';
import { TOKEN_EVENTS, createTokenSource } from 'secure-token-core';
import { answerWorker } from './answer-worker.ts';
import { SETTINGS, workerSettings } from './worker-settings.ts';

/** For how long a worker is waited for that is slow to take over, in ms. */
const PATIENCE = 5000;

/**
 * A service worker that signs the media requests of this page. Events: those of a token source, and
 * `problem {url, header}` when the edge does not send a response header without which the worker cannot help.
 */
export interface TokenWorker extends EventTarget {
  /** Whether it controls this page now; until then the browser's requests go out as they are. */
  readonly controls: boolean;
  readonly registration: ServiceWorkerRegistration;
  /** The tokens, where the page hands them out. */
  readonly source?: TokenSource;
  /** This page no longer hands out tokens; the worker stays, for the other pages. */
  destroy(): void;
}

/** Resolves when the worker of this page `controls` it, or is late. */
async function takeOver(controls: () => boolean): Promise<void> {
  const late = AbortSignal.timeout(PATIENCE);
  const taken = new Promise<unknown>((resolve) => {
    navigator.serviceWorker.addEventListener('controllerchange', () => controls() && resolve(true), { signal: late });
    late.addEventListener('abort', resolve);
  });
  await taken;
}

/**
 * Registers the token worker and waits until it controls this page, for five seconds at most: see `controls`.
 *
 * @param url of `token-worker.js`; it must lie at or above the pages it is to help
 * @param options with an `endpoint` and nothing but numbers beside it, or `request: { credentials }`, the worker asks
 * the endpoint itself; its URL holds them. With anything else that may be secret in them (headers, a body, functions,
 *   tokens, an endpoint with a query), or for a `TokenSource`, this page hands out the tokens. Options need `protect`.
 * @throws `ERR_OPTIONS` at once, naming the option; `NotSupportedError` without service workers (they need https or
 *   localhost); what the browser throws when the file is missing or lies in the wrong place
 */
export async function registerTokenWorker(
  url: string | URL,
  options: TokenSourceOptions | TokenSource,
): Promise<TokenWorker> {
  // checks the options in any case
  const tokens = createTokenSource(options);
  const settings = workerSettings(options);
  const source = settings.endpoint ? undefined : tokens;
  if (!source) tokens.destroy();
  const { serviceWorker } = navigator as { serviceWorker?: ServiceWorkerContainer };
  if (!serviceWorker)
    throw new DOMException('No service workers here: they need https or localhost', 'NotSupportedError');

  const target = new EventTarget();
  const listening = new AbortController();
  const { signal } = listening;
  const emit = (type: string, detail: object): unknown =>
    target.dispatchEvent(Object.assign(new CustomEvent(type, { detail }), detail));
  const forward = ({ type, detail }: CustomEvent<object>): unknown => emit(type, detail);
  const hear = ({ data, ports: [port] }: MessageEvent): void => {
    const { secureToken, type, ...detail } = (data ?? {}) as { secureToken?: string; type?: string };
    if (secureToken === 'hello' && source) answerWorker(port!, source);
    else if (secureToken === 'problem' || secureToken === 'event') emit(type ?? 'problem', detail);
  };
  serviceWorker.addEventListener('message', hear, { signal });
  serviceWorker.startMessages();
  for (const type of TOKEN_EVENTS) source?.addEventListener(type, forward as never, { signal });

  const script = new URL(url, document.baseURI);
  script.searchParams.set(SETTINGS, JSON.stringify(settings));
  const registration = await serviceWorker.register(script);
  const controls = (worker = serviceWorker.controller): boolean => worker?.scriptURL === script.href;
  const { active } = registration;
  // after a hard reload the page has no controller, though the worker is there; and it may have given up on pages
  if (controls(active)) active!.postMessage({ secureToken: 'claim' });
  if (!controls()) await takeOver(controls);
  const destroy = (): void => {
    listening.abort();
    if (source !== options) source?.destroy();
  };
  return Object.defineProperty(Object.assign(target, { registration, source, destroy }), 'controls', {
    get: controls,
  }) as unknown as TokenWorker;
}
