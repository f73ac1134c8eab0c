import { createTokenSource } from 'secure-token-core';
import type { AdapterSource } from 'secure-token-core/adapter';
import { forwardTokenEvents } from 'secure-token-core/adapter';
import { eventMessage, isClaim } from '../wire/messages.ts';
import type { WorkerSettings } from '../wire/worker-settings.ts';
import { readSettings } from '../wire/worker-settings.ts';
import { handleFetch } from './handle-fetch.ts';
import { PageSigner, forgetPagesWithoutSigner } from './page-signer.ts';
import type { ScriptRequests } from './script-requests.ts';
import type { ExtendableEventLike, FetchEventLike, WorkerClient } from './worker-scope.ts';
import { goOnBeside, scope } from './worker-scope.ts';

/**
 * Starts the worker. The URL of the worker holds all that it knows, so the browser may stop and start it at any time.
 * @param scripts the part for requests of scripts, used if the settings say `requests: 'all'`
 */
export function startWorker(scripts?: ScriptRequests): void {
  const { requests, ...settings } = readSettings(location.href);
  // without an endpoint it only tells which URLs are protected; without `protect` the pages tell that
  const source = settings.protect && createSource(settings);
  /** Chooses the signer of a request: the worker itself, if its settings allow that, or else the pages. */
  const signerFor = ({ clientId }: FetchEventLike): AdapterSource | PageSigner =>
    source && settings.endpoint ? source : new PageSigner(clientId, source && ((url) => source.protects(url)));

  on('install', () => {
    // a worker with other settings takes over at once; a new version of this file waits, because Firefox and WebKit
    // would cut off what is playing
    const isNewVersion = scope.registration.active?.scriptURL === location.href;
    if (!isNewVersion) goOnBeside(scope.skipWaiting());
  });

  on('activate', (event) => (event as Event & ExtendableEventLike).waitUntil(scope.clients.claim()));

  on('fetch', (event) => {
    const fetchEvent = event as Event & FetchEventLike;
    const signer = signerFor(fetchEvent);
    if (!handleFetch(event, signer) && source && requests === 'all') scripts?.handleFetch(fetchEvent, signer);
  });

  on('message', (event) => {
    const { data, source: page } = event as MessageEvent<unknown>;
    if (!isClaim(data)) return;
    forgetPagesWithoutSigner();
    // the page has loaded, and the worker may not have seen its navigation
    source?.liftDenials();
    if (page) scripts?.notePageListens((page as unknown as WorkerClient).id);
    // the browser refuses this while another version is still active
    goOnBeside(scope.clients.claim());
  });
}

/**
 * Listens only if the worker is registered for the folder of its file, as `registerTokenWorker` does. An attacker who
 * once runs a script on the site might register the file for a deeper folder, with settings of the attacker, and would
 * own that folder from then on.
 */
function on(type: string, listener: (event: Event) => void): void {
  const isForItsFolder = scope.registration.scope === new URL('.', location.href).href;
  if (isForItsFolder) addEventListener(type, listener);
}

/** Creates the token source of the worker. The pages receive its events. */
function createSource({ endpoint, request, ...options }: WorkerSettings): AdapterSource {
  const asking = endpoint
    ? // no referrer: the settings in the URL of the worker do not concern the endpoint
      { endpoint, request: { credentials: request?.credentials, referrerPolicy: 'no-referrer' } as RequestInit }
    : { getTokens: () => Promise.resolve([]) };
  const source = createTokenSource({ ...options, ...asking }) as AdapterSource;
  forwardTokenEvents(source, (type, detail) => goOnBeside(tellPages(eventMessage(type, detail))));
  return source;
}

async function tellPages(message: ReturnType<typeof eventMessage>): Promise<void> {
  const pages = await scope.clients.matchAll({ type: 'window' });
  pages.forEach((page) => page.postMessage(message));
}
