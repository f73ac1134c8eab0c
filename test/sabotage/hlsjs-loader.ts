import type { Sabotage } from './sabotage.ts';

const tokenLoader = 'packages/hlsjs/src/token-loader.ts';

const hlsjsChildrenTest = 'test/browser/hlsjs-children.test.ts';
const hlsjsKeysTest = 'test/browser/hlsjs-keys.matrix.test.ts';
const hlsjsAppLoadersTest = 'test/browser/hlsjs-app-loaders.matrix.test.ts';
const hlsjsRefusalsTest = 'test/browser/hlsjs-refusals.matrix.test.ts';
const cachedRefusalsTest = 'test/browser/cached-refusals.test.ts';
const hlsjsIdentityTest = 'test/browser/hlsjs-identity.matrix.test.ts';
const hlsjsNumbersTest = 'test/browser/hlsjs-numbers.matrix.test.ts';
const hlsjsOutageTest = 'test/browser/hlsjs-outage.test.ts';
const lifecycleTest = 'test/browser/hlsjs-lifecycle.test.ts';
const hlsjsTroubleTest = 'test/browser/hlsjs-trouble.test.ts';

export const hlsjsLoader: readonly Sabotage[] = [
  {
    name: 'hlsjs-ads',
    promise: 'An ad of an interstitial on another host is untouched, and never sent to the endpoint.',
    file: tokenLoader,
    find: ' && !assetPlayerId',
    replace: '',
    noticedBy: { test: hlsjsChildrenTest, name: 'interstitials of hls.js 1.7 an ad on another host (X-ASSET-URI)' },
  },
  {
    name: 'hlsjs-context',
    promise: 'hls.js gets its own context object back: a key is asked for once.',
    file: tokenLoader,
    find: 'onSuccess(unsigned, stats, this.#context,',
    replace: 'onSuccess(unsigned, stats, { ...this.#context },',
    noticedBy: { test: hlsjsKeysTest, name: 'AES-128 keys, hls.js 1.7 one request for each' },
  },
  {
    name: 'hlsjs-progressive',
    promise: 'With `progressive` a segment is in use before its last bytes have come.',
    file: tokenLoader,
    find: '...(onProgress && {',
    replace: '...(!onProgress && {',
    noticedBy: { test: hlsjsAppLoadersTest, name: 'hls.js 1.7 progressive really streams' },
  },
  {
    name: 'hlsjs-replay',
    promise: 'A request that the edge refuses once is replayed, and hls.js does not see it.',
    file: tokenLoader,
    find: 'replayOf(this.#source, request, error.code, { signal })',
    replace: 'replayOf(this.#source, request, 0, { signal })',
    noticedBy: { test: hlsjsRefusalsTest, name: 'a refusal with 403 of the segment is replayed' },
  },
  {
    name: 'hlsjs-kept-410',
    promise: 'A 410 that the browser keeps is replayed with tokens in headers, too.',
    file: tokenLoader,
    find: 'replayOf(this.#source, request, error.code, { signal })',
    replace: 'this.#source.refused(request, error.code, { signal })',
    noticedBy: {
      test: cachedRefusalsTest,
      name: 'hls.js: a 410 that the browser keeps is replayed all the same: header',
    },
  },
  {
    name: 'hlsjs-response-url',
    promise: 'hls.js knows its playlists by their unsigned URLs.',
    file: 'packages/hlsjs/src/unsigned-response.ts',
    find: 'readsToken(playlist, request) ? response : { ...response, url }',
    replace: 'response',
    noticedBy: {
      test: hlsjsIdentityTest,
      name: 'hls.js 1.7 knows everything by its unsigned URL no event holds a token: /v/ts/master.m3u8',
    },
  },
  {
    name: 'hlsjs-network-details',
    promise: 'The networkDetails of its events tell the unsigned URL.',
    file: tokenLoader,
    find: 'hideSignedUrl(details, this.#source);',
    replace: '',
    noticedBy: {
      test: hlsjsIdentityTest,
      name: 'hls.js 1.7 knows everything by its unsigned URL no event holds a token: /v/ts/master.m3u8',
    },
  },
  {
    name: 'hlsjs-queryparam',
    promise: 'A playlist that reads the token with EXT-X-DEFINE:QUERYPARAM finds it.',
    file: 'packages/hlsjs/src/unsigned-response.ts',
    find: 'readsToken(playlist, request) ? response : ',
    replace: '',
    noticedBy: {
      test: hlsjsIdentityTest,
      name: 'hls.js 1.7 knows everything by its unsigned URL EXT-X-DEFINE:QUERYPARAM of the token finds it',
    },
  },
  {
    name: 'hlsjs-bandwidth',
    promise: 'A wait for a token leaves no trace in the bandwidth estimate and the time to first byte.',
    file: tokenLoader,
    find: 'Object.assign(this.stats.loading, { start: 0, first: 0, end: 0 });',
    replace: '',
    noticedBy: {
      test: hlsjsNumbersTest,
      name: 'a signing endpoint that takes a second leaves no trace in the bandwidth estimate',
    },
  },
  {
    name: 'hlsjs-outage',
    promise: 'Signing endpoint down for longer than the tokens live: buffering, then it resumes by itself.',
    file: tokenLoader,
    find: 'const isFinal = !isOutage(error);',
    replace: 'const isFinal = isOutage(error);',
    noticedBy: {
      test: hlsjsOutageTest,
      name: 'down for longer than the tokens live: buffering, and on it goes when it is back: query',
    },
  },
  {
    name: 'hlsjs-outage-live',
    promise: 'In an outage media playlists are tried again as their own policy says: no fatal error.',
    file: 'packages/hlsjs/src/retry-policy.ts',
    find: 'isMediaPlaylist ? config.playlistLoadPolicy.default.errorRetry : loadPolicy.errorRetry',
    replace: 'loadPolicy.errorRetry',
    noticedBy: {
      test: hlsjsOutageTest,
      name: 'live with audio and subtitles, requests for all playlists fail at once',
    },
  },
  {
    name: 'hlsjs-abort',
    promise: 'A segment that is given up while it waits for its token is asked for again.',
    file: tokenLoader,
    find: 'this.#callbacks!.onAbort?.(this.stats, this.#context, null);',
    replace: '',
    noticedBy: { test: lifecycleTest, name: 'a segment given up while it waits for its token' },
  },
  {
    name: 'hlsjs-destroy',
    promise: 'hls.destroy() ends requests that wait for their tokens.',
    file: tokenLoader,
    find: 'this.#stopWaiting();\n    this.#callbacks = undefined;',
    replace: 'this.#callbacks = undefined;',
    noticedBy: {
      test: lifecycleTest,
      name: 'hls.destroy() leaves nothing behind while the first playlist waits for its token',
    },
  },
  {
    name: 'hlsjs-headers',
    promise: 'A token that travels in headers is sent along.',
    file: tokenLoader,
    find: '{ ...this.#context.headers, ...headers }',
    replace: '{ ...this.#context.headers }',
    noticedBy: { test: hlsjsTroubleTest, name: 'the endpoint never hears of it: header' },
  },
  {
    name: 'hlsjs-read-ahead',
    promise: 'Tokens of single URLs are asked for in batches, ahead of the playhead.',
    file: 'packages/hlsjs/src/unsigned-response.ts',
    find: 'if (playlist) source.learn(url || request.unsignedUrl, playlist);',
    replace: '',
    noticedBy: { test: hlsjsTroubleTest, name: 'the clock of the viewer is 18000 s away from that of the edge' },
  },
];
