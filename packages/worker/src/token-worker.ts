import type { SecureTokenError } from 'secure-token-core';
import { TOKEN_EVENTS, createTokenSource } from 'secure-token-core';
import { handleFetch } from './handle-fetch.ts';
import { createPageSigner, pageSigns } from './page-signer.ts';
import type { FetchEventLike } from './worker-scope.ts';
import { scope } from './worker-scope.ts';
import { readSettings } from './worker-settings.ts';

// The worker itself. All it knows stands in its own URL, so it may be stopped and started at any time.
const settings = readSettings(location.href);
const { endpoint, protect, request } = settings;
// the settings in the URL of the worker are nothing to the endpoint
const source =
  endpoint && protect
    ? createTokenSource({ ...settings, request: { ...request, referrerPolicy: 'no-referrer' } })
    : undefined;
const rules = protect && createTokenSource({ endpoint: '/', protect });

/** What of an error can be posted: one itself would lose its code on the way, and its cause may be a Response. */
const postable = ({ code, message, url, status, retryAfter }: SecureTokenError): object => ({
  code,
  message,
  url,
  status,
  retryAfter,
});

for (const name of TOKEN_EVENTS) {
  source?.addEventListener(name, ({ detail }) => {
    const { error } = detail as { error?: SecureTokenError };
    const message = { secureToken: 'event', type: name, ...detail, ...(error && { error: postable(error) }) };
    void scope.clients.matchAll({ type: 'window' }).then((pages) => pages.forEach((page) => page.postMessage(message)));
  });
}

addEventListener('fetch', (event) => {
  handleFetch(
    event,
    source ?? createPageSigner((event as Event & FetchEventLike).clientId, rules && ((url) => rules.protects(url))),
  );
});
// other settings take over at once; a new version of this file waits, for Firefox and WebKit would cut off what plays
addEventListener('install', () => {
  if (scope.registration.active?.scriptURL !== location.href) void scope.skipWaiting();
});
addEventListener('activate', (event) => (event as unknown as FetchEventLike).waitUntil(scope.clients.claim()));
addEventListener('message', ({ data }) => {
  if ((data as { secureToken?: string } | undefined)?.secureToken !== 'claim') return;
  pageSigns();
  void scope.clients.claim();
});
