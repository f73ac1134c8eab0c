import type { Sabotage } from './sabotage.ts';
import { withoutCall } from './sabotage.ts';

const tokenLoader = 'packages/hlsjs/src/token-loader.ts';

const cachedRefusalsTest = 'test/browser/cached-refusals.all.test.ts';
const hlsjsIdentityTest = 'test/browser/hlsjs-identity.matrix.test.ts';
const hlsjsOutageTest = 'test/browser/hlsjs-outage.test.ts';

export const hlsjsLoader: readonly Sabotage[] = [
  {
    name: 'hlsjs-kept-410',
    promise: 'A 410 that the browser keeps is replayed with tokens in headers, too.',
    file: tokenLoader,
    find: 'replayOf(this.#source, request, error.code, how)',
    replace: 'this.#source.refused(request, error.code, how)',
    noticedBy: {
      test: cachedRefusalsTest,
      name: 'hls.js: a 410 that the browser keeps is replayed all the same: header',
    },
  },
  {
    name: 'hlsjs-network-details',
    promise: 'The networkDetails of its events tell the unsigned URL.',
    file: tokenLoader,
    ...withoutCall('hideSignedUrl'),
    noticedBy: {
      test: hlsjsIdentityTest,
      name: 'hls.js 1.7 knows everything by its unsigned URL no event holds a token: /v/ts/master.m3u8',
    },
  },
  {
    name: 'hlsjs-outage-live',
    promise: 'In an outage requests wait for its end once there is a picture: no fatal error.',
    file: 'packages/hlsjs/src/install.ts',
    find: '!!hls.media?.readyState &&',
    replace: '!hls.media?.readyState &&',
    noticedBy: {
      test: hlsjsOutageTest,
      name: 'live with audio and subtitles, requests for all playlists fail at once',
    },
  },
  {
    name: 'hlsjs-outage-gone',
    promise: 'After an outage that outlasted the live window, segments that are gone do not end hls.js.',
    file: tokenLoader,
    find: 'if (this.#isGone(error)) void this.#tellGone(error, details);\n      else ',
    replace: '',
    noticedBy: {
      test: 'test/browser/hlsjs-left-behind.matrix.test.ts',
      name: 'hls.js 1.7 outlasts the live window: playback goes on at the live edge: with segments that are gone',
    },
  },
];
