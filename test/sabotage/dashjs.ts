import type { Sabotage } from './sabotage.ts';

const signedLoad = 'packages/dashjs/src/signed-load.ts';

const dashjsTest = 'test/browser/dashjs.test.ts';
const refused = 'every second request is refused';
const live = 'a live stream goes by';

export const dashjs: readonly Sabotage[] = [
  {
    name: 'dashjs-replay',
    promise: 'A refused request is replayed, and dash.js notices nothing.',
    file: signedLoad,
    find: 'if (hasFailed && !hasTimedOut',
    replace: 'if (hasFailed && hasTimedOut',
    noticedBy: { test: dashjsTest, name: refused },
  },
  {
    name: 'dashjs-unsigned',
    promise: 'URLs that the player sees are unsigned.',
    file: signedLoad,
    find: 'answer.url ? source.unsign(answer.url)',
    replace: 'answer.url ? answer.url',
    noticedBy: { test: dashjsTest, name: refused },
  },
  {
    name: 'dashjs-chunks',
    promise: 'Segments that are read while they arrive are signed, too.',
    file: 'packages/dashjs/src/sign-loads.ts',
    find: "['XHRLoader', 'FetchLoader']",
    replace: "['XHRLoader']",
    noticedBy: { test: dashjsTest, name: live },
  },
  {
    name: 'dashjs-clock',
    promise: 'The request for the time of the server carries its token, in headers as well.',
    file: 'packages/dashjs/src/server-time.ts',
    find: '{ method, headers, cache,',
    replace: '{ method, cache,',
    noticedBy: { test: dashjsTest, name: live },
  },
  {
    name: 'dashjs-latency',
    promise: 'A wait for a token is not in what dash.js measures.',
    file: 'packages/dashjs/src/request-times.ts',
    find: 'this.#sentAt = Date.now();',
    replace: 'this.#sentAt += 0;',
    noticedBy: { test: 'test/browser/dashjs-numbers.all.test.ts', name: 'dash.js 5.2 measures the network alone' },
    needs: 'all',
  },
  {
    name: 'dashjs-outage',
    promise: 'An outage of the signing endpoint that outlasts the tries of dash.js ends by itself.',
    file: 'packages/dashjs/src/session.ts',
    find: 'if (isOutage(error) && hasTriesLeft) return false;',
    replace: 'if (isOutage(error)) return false;',
    noticedBy: {
      test: 'test/browser/dashjs-trouble.all.test.ts',
      name: 'dash.js 5.2 the signing endpoint is down for longer',
    },
    needs: 'all',
  },
];
