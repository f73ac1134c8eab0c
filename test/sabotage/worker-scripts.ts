import type { Sabotage } from './sabotage.ts';

const carriedTokens = 'packages/core/src/carried-tokens.ts';
const scriptDelivery = 'packages/worker/src/script-delivery.ts';
const scriptRequest = 'packages/worker/src/script-request.ts';
const workerSettings = 'packages/worker/src/worker-settings.ts';
const workerScriptsTest = 'test/browser/worker-scripts.test.ts';

/** Of `requests: 'all'`. */
export const workerScripts: readonly Sabotage[] = [
  {
    name: 'worker-all-requests',
    promise: "With requests: 'all' the requests of scripts are signed.",
    file: workerSettings,
    find: 'return { ...settings, requests };',
    replace: 'return settings;',
    noticedBy: { test: workerScriptsTest, name: 'is signed as it was asked for' },
  },
  {
    name: 'worker-script-headers',
    promise: 'Requests of scripts keep their headers: Range, conditions, their own.',
    file: scriptDelivery,
    find: 'new Headers(request.headers)',
    replace: 'new Headers()',
    noticedBy: { test: workerScriptsTest, name: 'is signed as it was asked for' },
  },
  {
    name: 'worker-script-url',
    promise: 'No script sees a token in the URL of a response.',
    file: scriptDelivery,
    find: 'isWebKit() ? readWhole(response) : handOver(event, response)',
    replace: 'response',
    noticedBy: { test: workerScriptsTest, name: 'is signed as it was asked for' },
  },
  {
    name: 'worker-script-redirect',
    promise: 'A redirect that repeats the token is followed without it.',
    file: scriptDelivery,
    find: 'isElsewhere && showsToken && ',
    replace: 'isElsewhere && !showsToken && ',
    noticedBy: { test: workerScriptsTest, name: 'keeps its mode, and its way with redirects' },
  },
  {
    name: 'worker-script-manual',
    promise: 'A redirect that a script does not follow shows no token.',
    file: scriptDelivery,
    find: 'return Response.redirect(event.request.url);',
    replace: 'return response;',
    noticedBy: { test: workerScriptsTest, name: 'keeps its mode, and its way with redirects' },
  },
  {
    name: 'worker-script-outside',
    promise: 'What the edge redirects to outside of `protect` is answered as it came.',
    file: scriptDelivery,
    find: ' && this.#signer.protects(target)',
    replace: '',
    noticedBy: { test: workerScriptsTest, name: 'keeps its mode, and its way with redirects' },
  },
  {
    name: 'worker-script-stream',
    promise: 'Bodies are streamed to scripts.',
    file: scriptDelivery,
    find: 'isWebKit() ? readWhole(response) : handOver(event, response)',
    replace: 'readWhole(response)',
    noticedBy: { test: workerScriptsTest, name: 'streams, and ends when the script gives it up' },
  },
  {
    name: 'core-signed-twice',
    promise: 'What an adapter has signed is not signed again.',
    file: carriedTokens,
    find: 'by !== asking || isVisible(held)',
    replace: 'by === asking',
    noticedBy: { test: workerScriptsTest, name: 'is left alone with a token in the query' },
  },
  {
    name: 'core-sent-cookie',
    promise: 'A request whose token is a cookie is not signed again.',
    file: carriedTokens,
    find: 'if (!isVisible(held) && !held.token.credentials) return;',
    replace: 'if (!isVisible(held)) return;',
    noticedBy: { test: workerScriptsTest, name: 'is left alone with a token in the cookie' },
  },
  {
    name: 'core-stale-token',
    promise: 'A stale token that a server has written into a URL is replaced.',
    file: carriedTokens,
    find: 'searchParams.getAll(name).includes(value)',
    replace: 'searchParams.has(name)',
    noticedBy: { test: workerScriptsTest, name: 'is signed anew where a server has written a token' },
  },
  {
    name: 'worker-script-pages',
    promise: "A page that has not asked for requests: 'all' is left alone.",
    file: scriptRequest,
    find: 'answers.some(({ wants }) => wants) && !answers.some(({ carries }) => carries)',
    replace: '!answers.some(({ carries }) => carries)',
    noticedBy: { test: workerScriptsTest, name: 'is left alone in a page that has not asked for it' },
  },
  {
    name: 'worker-script-read-ahead',
    promise: 'Playlists that pass through are read ahead.',
    file: scriptDelivery,
    find: 'learnResponse(this.#signer, response, isShown ? target : asked)',
    replace: 'Promise.resolve()',
    noticedBy: { test: workerScriptsTest, name: 'is read ahead by a playlist that passes through' },
  },
  {
    name: 'worker-script-send',
    promise: 'What scripts send, such as calls to the signing endpoint, is left alone.',
    file: scriptRequest,
    find: "(method === 'GET' || method === 'HEAD')",
    replace: "method !== 'OPTIONS'",
    noticedBy: { test: workerScriptsTest, name: 'is left alone where nothing is protected, and where it sends' },
  },
];
