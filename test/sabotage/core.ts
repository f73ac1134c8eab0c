import type { Sabotage } from './sabotage.ts';

const createTokenSource = 'packages/core/src/create-token-source.ts';

const hlsjsTroubleTest = 'test/browser/hlsjs-trouble.test.ts';
const hlsjsSituationsTest = 'test/browser/hlsjs-situations.test.ts';
const hlsjsOutageTest = 'test/browser/hlsjs-outage.test.ts';
const lifecycleTest = 'test/browser/hlsjs-lifecycle.test.ts';
const hlsjsIdentityTest = 'test/browser/hlsjs-identity.matrix.test.ts';
const cachedRefusalsTest = 'test/browser/cached-refusals.test.ts';
const videojsSharedSourceTest = 'test/browser/videojs-shared-source.test.ts';
const liveCallsTest = 'test/browser/hlsjs-live-calls.matrix.test.ts';
const mp4WorkerLifeTest = 'test/browser/mp4-worker-life.test.ts';

/** What core does in a player. What unit tests see of it, mutation testing proves. */
export const core: readonly Sabotage[] = [
  {
    name: 'core-no-cors',
    promise: 'A token that expires on its way to an edge without CORS on refusals is replayed, unseen.',
    file: 'packages/core/src/replays.ts',
    find: ' || (!status && clock.mayHaveExpired(token.expires))',
    replace: '',
    noticedBy: { test: hlsjsTroubleTest, name: 'a token expires on its way to an edge that sends no CORS headers' },
  },
  {
    name: 'core-clock',
    promise: "A viewer's clock that is wrong by hours changes nothing.",
    file: 'packages/core/src/server-clock.ts',
    find: 'this.#offset = serverNow - sentAt;',
    replace: '',
    noticedBy: { test: hlsjsTroubleTest, name: 'the clock of the viewer is 18000 s away from that of the edge' },
  },
  {
    name: 'core-other-hosts',
    promise: 'URLs on another host are untouched, and never sent to the endpoint.',
    file: 'packages/core/src/protection.ts',
    find: '!sources.size || sources.has(originOf(key)) || hasToken()',
    replace: 'true',
    noticedBy: { test: hlsjsTroubleTest, name: 'the endpoint never hears of it: exact' },
  },
  {
    name: 'core-single-flight',
    promise: 'Two players, same asset, one source: one call serves both.',
    file: 'packages/core/src/acquisition.ts',
    find: 'for (const id of own) this.#flights.set(id, flight);',
    replace: '',
    noticedBy: {
      test: hlsjsSituationsTest,
      name: 'two players of the same asset share a source: one call serves both',
    },
  },
  {
    name: 'core-tokens-in-page',
    promise: 'Tokens rendered into the page save the round trip at start-up.',
    file: 'packages/core/src/signing-calls.ts',
    find: 'preset.flatMap((token) => parseToken(token) ?? [])',
    replace: '[]',
    noticedBy: {
      test: 'test/browser/hlsjs-first-frame.test.ts',
      name: 'with tokens in the page, vod/ts/master.m3u8 costs no call',
    },
  },
  {
    name: 'core-denied-is-final',
    promise: "A viewer's session revoked: no more calls.",
    file: 'packages/core/src/denials.ts',
    find: 'for (const id of ids) this.#errors.set(id, error);',
    replace: '',
    noticedBy: {
      test: hlsjsOutageTest,
      name: 'one fatal error says so, no more calls, renew() goes on: query',
    },
  },
  {
    name: 'core-renew-lifts-denial',
    promise: 'source.renew() lifts a denial.',
    file: createTokenSource,
    find: 'denials.clear();',
    replace: '',
    noticedBy: {
      test: hlsjsOutageTest,
      name: 'one fatal error says so, no more calls, renew() goes on: query',
    },
  },
  {
    name: 'core-ahead-of-expiry',
    promise: 'A token near expiry is renewed while the stream plays.',
    file: 'packages/core/src/renewal.ts',
    find: 'renewAt: expires - ',
    replace: 'renewAt: expires + ',
    noticedBy: {
      test: lifecycleTest,
      name: 'hls.destroy() leaves nothing behind in the middle of a live stream: query',
    },
  },
  {
    name: 'core-destroy',
    promise: 'A source that is destroyed leaves no timer and no listener behind.',
    file: createTokenSource,
    find: 'timer.stop();',
    replace: '',
    noticedBy: {
      test: lifecycleTest,
      name: 'hls.destroy() leaves nothing behind in the middle of a live stream: query',
    },
  },
  {
    name: 'core-stale-in-playlist',
    promise: 'Stale tokens that a server writes into playlists are replaced on the wire.',
    file: 'packages/core/src/token-urls.ts',
    find: '(name) => !!known?.has(name)',
    replace: '() => false',
    noticedBy: {
      test: hlsjsIdentityTest,
      name: 'hls.js 1.7 knows everything by its unsigned URL stale tokens that the server writes into playlists',
    },
  },
  {
    name: 'core-kept-410',
    promise: 'A 410 that the browser keeps does not answer the replay.',
    file: 'packages/core/src/replay-of.ts',
    find: 'cache: replayCacheMode(refused, replay),',
    replace: '',
    noticedBy: {
      test: cachedRefusalsTest,
      name: 'Video.js: a 410 that the browser keeps is replayed all the same: header',
    },
  },
  {
    name: 'core-shared-source',
    promise: 'A refusal is told to the player whose request it was, where players share a source.',
    file: 'packages/core/src/create-source-user.ts',
    find: 'concerned.some((it) => it.user === user)',
    replace: 'true',
    noticedBy: { test: videojsSharedSourceTest, name: 'what the edge refuses the one is no error of the other' },
  },
  {
    name: 'core-foreign-worker',
    promise: 'A service worker that signs nothing is told from the token worker.',
    file: 'packages/core/src/worker-signs.ts',
    find: 'status === workerQuestion.yes',
    replace: 'status < 400',
    noticedBy: { test: mp4WorkerLifeTest, name: 'a foreign one is told from it' },
  },
  {
    name: 'core-fetch-status',
    promise: 'The worker replays a refusal once.',
    file: 'packages/core/src/send-signed.ts',
    find: 'response?.status ?? 0',
    replace: '0',
    noticedBy: { test: 'test/browser/mp4-worker-life.test.ts', name: 'plays through a refusal storm' },
  },
  {
    name: 'core-fetch-replay',
    promise: 'A refusal of what a player fetches in mid-stream is not seen by it.',
    file: 'packages/core/src/send-signed.ts',
    find: 'if (!replay) return first;',
    replace: 'if (!replay || first.response) return first;',
    noticedBy: { test: 'test/browser/fetch-spf.test.ts', name: 'a 403 in mid-stream is not seen' },
  },
  {
    name: 'core-live-names',
    promise: 'Live, the next names are signed ahead: a call for six requests.',
    file: 'packages/core/src/known-playlist.ts',
    find: 'this.prediction.learn(listed, now);',
    replace: '',
    noticedBy: { test: liveCallsTest, name: 'calls of the endpoint: live, segments of 1 s, tokens of 20 s' },
  },
  {
    name: 'core-live-refill',
    promise: 'Names are filled up when less than half of the lifetime is left, not with each segment.',
    file: 'packages/core/src/signed-ahead.ts',
    find: 'return isRefillDue(secondsAhead, playlist.nameSeconds, horizon) ||',
    replace: 'return secondsAhead < Infinity ||',
    noticedBy: { test: liveCallsTest, name: 'calls of the endpoint: live, segments of 1 s, tokens of 20 s' },
  },
];
