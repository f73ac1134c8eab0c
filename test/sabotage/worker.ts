import type { Sabotage } from './sabotage.ts';

const mediaDelivery = 'packages/worker/src/media-delivery.ts';
const tokenWorker = 'packages/worker/src/token-worker.ts';
const mediaRequest = 'packages/worker/src/media-request.ts';
const pageSigner = 'packages/worker/src/page-signer.ts';
const pageSearch = 'packages/worker/src/page-search.ts';
const workerSettings = 'packages/worker/src/worker-settings.ts';

const mp4WorkerLifeTest = 'test/browser/mp4-worker-life.test.ts';
const mp4WorkerSecretsTest = 'test/browser/mp4-worker-secrets.test.ts';
const mp4WorkerUpdateTest = 'test/browser/mp4-worker-update.matrix.test.ts';
const mp4WorkerVersionsTest = 'test/browser/mp4-worker-versions.test.ts';
const mp4WorkerTest = 'test/browser/mp4-worker.matrix.test.ts';

export const worker: readonly Sabotage[] = [
  {
    name: 'worker-range',
    promise: 'Range requests keep their range.',
    file: mediaDelivery,
    find: '{ ...headers, ...(range && { range }),',
    replace: '{ ...headers,',
    noticedBy: { test: mp4WorkerLifeTest, name: 'plays through a refusal storm' },
  },
  {
    name: 'worker-protect',
    promise: 'The worker leaves alone what it does not protect.',
    file: tokenWorker,
    find: 'createTokenSource({ ...options, request',
    replace: 'createTokenSource({ endpoint: options.endpoint!, request',
    noticedBy: { test: mp4WorkerLifeTest, name: 'leaves alone what it does not protect, and what scripts request' },
  },
  {
    name: 'worker-scripts',
    promise: 'The worker leaves alone what scripts request.',
    file: mediaRequest,
    find: "'GET' && /",
    replace: "'GET' || /",
    noticedBy: { test: mp4WorkerLifeTest, name: 'leaves alone what it does not protect, and what scripts request' },
  },
  {
    name: 'worker-tracks',
    promise: 'The worker signs <track>.',
    file: mediaRequest,
    find: 'audio|video|track',
    replace: 'audio|video',
    noticedBy: { test: mp4WorkerLifeTest, name: 'signs a text track' },
  },
  {
    name: 'worker-no-cors',
    promise: 'The worker says that there is no CORS at all, and leaves requests as they are.',
    file: mediaDelivery,
    find: 'await checkCors(event, sent);',
    replace: '',
    noticedBy: { test: mp4WorkerLifeTest, name: 'says that there is no CORS at all' },
  },
  {
    name: 'worker-hidden-header',
    promise: '`problem` tells which header CORS does not expose.',
    file: mediaDelivery,
    find: 'response.status === 206 && !',
    replace: 'response.status === 200 && !',
    noticedBy: { test: mp4WorkerLifeTest, name: 'says which header CORS does not expose' },
  },
  {
    name: 'worker-hard-reload',
    promise: 'The page is controlled after a hard reload, too.',
    file: 'packages/worker/src/register-token-worker.ts',
    find: '    this.#tell(active, { secureToken: words.claim });\n',
    replace: '',
    noticedBy: {
      test: mp4WorkerLifeTest,
      name: 'controls a page that was loaded before it, one that is reloaded hard',
    },
  },
  {
    name: 'worker-waits-once',
    promise: 'A page without tokens is held up once only.',
    file: pageSigner,
    find: 'if (pagesWithoutSigner.has(this.#clientId)) return undefined;',
    replace: '',
    noticedBy: { test: mp4WorkerLifeTest, name: 'tokens in a page, and no such page is open' },
  },
  {
    name: 'worker-page-is-back',
    promise: 'A page that hands out tokens again is heard.',
    file: tokenWorker,
    find: '      forgetPagesWithoutSigner();\n',
    replace: '',
    noticedBy: { test: mp4WorkerLifeTest, name: 'tokens in a page, and no such page is open' },
  },
  {
    name: 'worker-other-pages',
    promise: 'Any open page may help another.',
    file: pageSearch,
    find: 'while (!found && ',
    replace: 'while (found && ',
    noticedBy: {
      test: mp4WorkerLifeTest,
      name: 'controls a page that was loaded before it, one that is reloaded hard, and a second tab',
    },
  },
  {
    name: 'worker-needs-protect',
    promise: 'A worker without `protect` is ERR_OPTIONS.',
    file: workerSettings,
    find: 'if (!protect) throw',
    replace: 'if (!protect && !endpoint) throw',
    noticedBy: { test: mp4WorkerLifeTest, name: 'is mixed into a worker of the page' },
  },
  {
    name: 'worker-secret-in-endpoint',
    promise: 'An endpoint with a query does not stand in the URL of the worker.',
    file: workerSettings,
    find: '  endpoint: isBareUrl,',
    replace: "  endpoint: (value) => typeof value === 'string',",
    noticedBy: { test: mp4WorkerSecretsTest, name: 'with an endpoint with a query the page hands out tokens' },
  },
  {
    name: 'worker-secret-in-headers',
    promise: 'Headers do not stand in the URL of the worker.',
    file: workerSettings,
    find: 'isObjectOf({ credentials: (value) => CREDENTIALS.includes(value) })',
    replace: "(value) => typeof value === 'object'",
    noticedBy: { test: mp4WorkerSecretsTest, name: 'with headers the page hands out tokens' },
  },
  {
    name: 'worker-endpoint-referer',
    promise: 'Calls to the endpoint carry no Referer.',
    file: tokenWorker,
    find: "...request, referrerPolicy: 'no-referrer'",
    replace: '...request',
    noticedBy: { test: mp4WorkerSecretsTest, name: 'the endpoint and the edge hear nothing of its URL' },
  },
  {
    name: 'worker-edge-referer',
    promise: 'Requests to the edge do not tell the URL of the worker.',
    file: mediaDelivery,
    find: '      referrer,\n',
    replace: '',
    noticedBy: { test: mp4WorkerSecretsTest, name: 'the endpoint and the edge hear nothing of its URL' },
  },
  {
    name: 'worker-events',
    promise: 'The worker object tells of a denial.',
    file: 'packages/worker/src/token-event-report.ts',
    find: "...('error' in detail ? { error: postableError(detail.error) } : detail)",
    replace: '...detail',
    noticedBy: { test: mp4WorkerSecretsTest, name: 'an endpoint that answers 403 is told to the page' },
  },
  {
    name: 'worker-new-version',
    promise: 'A new version of the file waits until no page uses the old one.',
    file: tokenWorker,
    find: 'if (!isNewVersion) void',
    replace: 'void',
    noticedBy: { test: mp4WorkerUpdateTest, name: 'chromium waits while a film plays' },
  },
  {
    name: 'worker-words',
    promise: 'Page and worker of different versions understand each other.',
    file: 'packages/worker/src/protocol.ts',
    find: "connect: 'hello'",
    replace: "connect: 'connect'",
    noticedBy: { test: mp4WorkerVersionsTest, name: 'signed at once, and replayed when it is refused' },
  },
  {
    name: 'worker-page-closed',
    promise: 'A page that is closed before it has answered holds nothing up.',
    file: 'packages/worker/src/page-connection.ts',
    find: 'if (!pages.some(({ id }) => id === this.pageId)) reject',
    replace: 'if (!pages.length) reject',
    noticedBy: { test: mp4WorkerVersionsTest, name: 'is closed before it has answered' },
  },
  {
    name: 'worker-webkit',
    promise: 'In WebKit everything goes on untouched.',
    file: mediaDelivery,
    find: 'isWebKit() || ',
    replace: '',
    noticedBy: { test: mp4WorkerTest, name: 'webkit seeks' },
    needs: 'all',
  },
];
