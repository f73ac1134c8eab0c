import type { TokenSource } from 'secure-token-core';
import { SecureTokenError, createTokenSource } from 'secure-token-core';
import { forwardTokenEvents, protectedBy } from 'secure-token-core/adapter';
import { MEDIA_ALONE } from '../wire/media-alone.ts';
import { parsePageMessage, tokenEventMessage, words } from '../wire/protocol.ts';
import type { WorkerSettings } from '../wire/worker-settings.ts';
import { readSettings } from '../wire/worker-settings.ts';
import { handleFetch } from './handle-fetch.ts';
import { PageSigner, forgetPagesWithoutSigner } from './page-signer.ts';
import type { ScriptRequests } from './script-requests.ts';
import type { ExtendableEventLike, FetchEventLike, WorkerClient } from './worker-scope.ts';
import { goOnBeside, scope } from './worker-scope.ts';

/**
 * The worker itself. All it knows stands in its own URL, so it may be stopped and started at any time.
 * @param scripts what it does for the requests of scripts, where its settings say so
 * @throws `ERR_OPTIONS` if they do and this is not given: it is not installed then
 */
export function startWorker(scripts?: ScriptRequests): void {
  const { requests, ...settings } = readSettings(location.href);
  if (requests === 'all' && !scripts) throw new SecureTokenError('ERR_OPTIONS', MEDIA_ALONE);
  const ownSource = settings.endpoint && settings.protect ? createOwnSource(settings) : undefined;
  const protects = settings.protect && protectedBy(settings.protect);
  /** Chooses the signer of a request: the worker itself, if its settings allow that, or else the pages. */
  const signerFor = ({ clientId }: FetchEventLike): TokenSource | PageSigner =>
    ownSource ?? new PageSigner(clientId, protects);

  on('install', () => {
    // other settings take over at once; a new version of this file waits, for Firefox and WebKit would cut off what
    // plays
    const isNewVersion = scope.registration.active?.scriptURL === location.href;
    if (!isNewVersion) goOnBeside(scope.skipWaiting());
  });

  on('activate', (event) => (event as Event & ExtendableEventLike).waitUntil(scope.clients.claim()));

  on('fetch', (event) => {
    const fetchEvent = event as Event & FetchEventLike;
    const signer = signerFor(fetchEvent);
    if (!handleFetch(event, signer) && settings.protect && requests === 'all') scripts?.handleFetch(fetchEvent, signer);
  });

  on('message', (event) => {
    const { data, source } = event as MessageEvent<unknown>;
    const page = source as WorkerClient | null;
    switch (parsePageMessage(data)?.secureToken) {
      case words.claim:
        forgetPagesWithoutSigner();
        // a page that has loaded: its navigation may have passed by the worker
        ownSource?.liftDenials();
        if (page) scripts?.notePageListens(page.id);
        // refused while another version is active still
        goOnBeside(scope.clients.claim());
        break;
      case words.leave:
        if (page) scripts?.notePageLeaves(page.id);
    }
  });
}

/**
 * `registerTokenWorker` registers this file for the folder in which it lies. Whoever could run a script on the site
 * once might do so for a deeper folder, with settings of their own, and would own that folder from then on.
 */
function on(type: string, listener: (event: Event) => void): void {
  const isForItsFolder = scope.registration.scope === new URL('.', location.href).href;
  if (isForItsFolder) addEventListener(type, listener);
}

/** The worker asks the endpoint itself, and its pages hear what happens. */
function createOwnSource({ request, ...options }: WorkerSettings): TokenSource {
  // the settings in the URL of the worker are nothing to the endpoint
  const source = createTokenSource({ ...options, request: { ...request, referrerPolicy: 'no-referrer' } });
  forwardTokenEvents(source, (type, detail) => goOnBeside(tellPages(tokenEventMessage({ type, detail }))));
  return source;
}

async function tellPages(message: ReturnType<typeof tokenEventMessage>): Promise<void> {
  const pages = await scope.clients.matchAll({ type: 'window' });
  pages.forEach((page) => page.postMessage(message));
}
