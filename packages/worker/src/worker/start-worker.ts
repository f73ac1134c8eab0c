import { createTokenSource } from 'secure-token-core';
import type { AdapterSource } from 'secure-token-core/adapter';
import { forwardEventsBefore, protectedBy } from 'secure-token-core/adapter';
import { parsePageMessage, tokenEventMessage, words } from '../wire/protocol.ts';
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
  const ownSource = settings.endpoint && settings.protect ? createOwnSource(settings) : undefined;
  const protects = settings.protect && protectedBy(settings.protect);
  /** Chooses the signer of a request: the worker itself, if its settings allow that, or else the pages. */
  const signerFor = ({ clientId }: FetchEventLike): AdapterSource | PageSigner =>
    ownSource ?? new PageSigner(clientId, protects);

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
    if (!handleFetch(event, signer) && settings.protect && requests === 'all') scripts?.handleFetch(fetchEvent, signer);
  });

  on('message', (event) => {
    const { data, source } = event as MessageEvent<unknown>;
    const page = source as WorkerClient | null;
    switch (parsePageMessage(data)?.secureToken) {
      case words.claim:
        forgetPagesWithoutSigner();
        // the page has loaded, and the worker may not have seen its navigation
        ownSource?.liftDenials();
        if (page) scripts?.notePageListens(page.id);
        // the browser refuses this while another version is still active
        goOnBeside(scope.clients.claim());
        break;
      case words.leave:
        if (page) scripts?.notePageLeaves(page.id);
    }
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

/** Creates the token source of a worker that calls the endpoint itself. The pages receive the events of the source. */
function createOwnSource({ request: given, ...options }: WorkerSettings): AdapterSource {
  // no referrer: the settings in the URL of the worker do not concern the endpoint
  const request = { ...given, referrerPolicy: 'no-referrer' } as const;
  const source = createTokenSource({ ...options, request }) as AdapterSource;
  forwardEventsBefore(source, (type, detail) => goOnBeside(tellPages(tokenEventMessage({ type, detail }))));
  return source;
}

async function tellPages(message: ReturnType<typeof tokenEventMessage>): Promise<void> {
  const pages = await scope.clients.matchAll({ type: 'window' });
  pages.forEach((page) => page.postMessage(message));
}
