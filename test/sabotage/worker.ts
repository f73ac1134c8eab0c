import type { Sabotage } from './sabotage.ts';
import { withoutCall } from './sabotage.ts';

const mediaDelivery = 'packages/worker/src/worker/media-delivery.ts';
const tokenWorker = 'packages/worker/src/worker/start-worker.ts';

const mp4WorkerLifeTest = 'test/browser/mp4-worker-life.all.test.ts';
const mp4WorkerSecretsTest = 'test/browser/mp4-worker-secrets.test.ts';

export const worker: readonly Sabotage[] = [
  {
    name: 'worker-no-cors',
    promise: 'The worker says that there is no CORS at all, and leaves requests as they are.',
    file: mediaDelivery,
    ...withoutCall('checkCors'),
    noticedBy: { test: mp4WorkerLifeTest, name: 'says that there is no CORS at all' },
  },
  {
    name: 'worker-page-is-back',
    promise: 'A page that hands out tokens again is heard.',
    file: tokenWorker,
    ...withoutCall('forgetPagesWithoutSigner'),
    noticedBy: { test: mp4WorkerLifeTest, name: 'tokens in a page, and no such page is open' },
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
    name: 'worker-script-headers',
    promise: 'Requests of scripts keep their headers: Range, conditions, their own.',
    file: 'packages/worker/src/worker/script-delivery.ts',
    find: 'new Headers(request.headers)',
    replace: 'new Headers()',
    noticedBy: { test: 'test/browser/worker-scripts.test.ts', name: 'is signed as it was asked for' },
  },
  {
    name: 'worker-script-stream',
    promise: 'Bodies are streamed to scripts.',
    file: 'packages/worker/src/worker/script-delivery.ts',
    find: 'isWebKit() ? readWhole(response) : handOver(event, response)',
    replace: 'readWhole(response)',
    noticedBy: { test: 'test/browser/worker-scripts.test.ts', name: 'streams, and ends when the script gives it up' },
  },
];
