import type { TokenSource } from 'secure-token-core';
import { createTokenSource } from 'secure-token-core';
import { forwardTokenEvents, protectedBy } from 'secure-token-core/adapter';
import { hlsOrDash } from 'secure-token-core/playlists';
import { handleFetch, handleScriptFetch } from './handle-fetch.ts';
import { PageSigner, forgetPagesWithoutSigner } from './page-signer.ts';
import { parsePageMessage, tokenEventMessage, words } from './protocol.ts';
import type { ScriptSigner } from './request-signer.ts';
import { notePageLeaves, notePageListens } from './script-request.ts';
import type { ExtendableEventLike, FetchEventLike, WorkerClient } from './worker-scope.ts';
import { scope } from './worker-scope.ts';
import type { WorkerSettings } from './worker-settings.ts';
import { readSettings } from './worker-settings.ts';

// The worker itself. All it knows stands in its own URL, so it may be stopped and started at any time.
const { requests, ...settings } = readSettings(location.href);
const ownSource = settings.endpoint && settings.protect ? createOwnSource(settings) : undefined;
const protects = settings.protect && protectedBy(settings.protect);

/**
 * `registerTokenWorker` registers this file for the folder in which it lies. Whoever could run a script on the site
 * once might do so for a deeper folder, with settings of their own, and would own that folder from then on.
 */
const isForItsFolder = scope.registration.scope === new URL('.', location.href).href;
const on = (type: string, listener: (event: Event) => void): void => {
  if (isForItsFolder) addEventListener(type, listener);
};

on('install', () => {
  // other settings take over at once; a new version of this file waits, for Firefox and WebKit would cut off what plays
  const isNewVersion = scope.registration.active?.scriptURL === location.href;
  if (!isNewVersion) void scope.skipWaiting();
});

on('activate', (event) => (event as Event & ExtendableEventLike).waitUntil(scope.clients.claim()));

on('fetch', (event) => {
  const fetchEvent = event as Event & FetchEventLike;
  const signer = signerFor(fetchEvent);
  if (!handleFetch(event, signer) && settings.protect && requests === 'all') handleScriptFetch(fetchEvent, signer);
});

on('message', (event) => {
  const { data, source } = event as MessageEvent<unknown>;
  const page = source as WorkerClient | null;
  switch (parsePageMessage(data)?.secureToken) {
    case words.claim:
      forgetPagesWithoutSigner();
      // a page that has loaded: its navigation may have passed by the worker
      ownSource?.liftDenials();
      if (page) notePageListens(page.id);
      void scope.clients.claim();
      break;
    case words.leave:
      if (page) notePageLeaves(page.id);
  }
});

/** Who signs a request: the worker, by its settings, or else the pages. */
function signerFor({ clientId }: FetchEventLike): ScriptSigner {
  return ownSource ?? new PageSigner(clientId, protects);
}

/** The worker asks the endpoint itself, and its pages hear what happens. */
function createOwnSource({ request, ...options }: WorkerSettings): ScriptSigner & TokenSource {
  // the settings in the URL of the worker are nothing to the endpoint
  const source = createTokenSource({ ...options, request: { ...request, referrerPolicy: 'no-referrer' } });
  forwardTokenEvents(source, (type, detail) => tellPages(tokenEventMessage({ type, detail })));
  return Object.assign(source, { learnText: (url: string, text: string) => source.learn(url, hlsOrDash(text)) });
}

async function tellPages(message: ReturnType<typeof tokenEventMessage>): Promise<void> {
  const pages = await scope.clients.matchAll({ type: 'window' });
  pages.forEach((page) => page.postMessage(message));
}
