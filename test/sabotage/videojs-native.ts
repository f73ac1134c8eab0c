import type { Sabotage } from './sabotage.ts';
import { withoutCall } from './sabotage.ts';

const sourceMiddleware = 'packages/videojs/src/source-middleware.ts';
const nativeSource = 'packages/videojs/src/native-source.ts';
const emulatedTextTracks = 'packages/videojs/src/emulated-text-tracks.ts';
const nativeTextTracks = 'packages/videojs/src/native-text-tracks.ts';

const videojsNativeTest = 'test/browser/videojs-native.test.ts';
const videojsTextTracksTest = 'test/browser/videojs-text-tracks.test.ts';
const videojsSubtitlesTest = 'test/browser/videojs-subtitles.test.ts';
const videojsSwapTest = 'test/browser/videojs-swap.test.ts';

/** Sabotages of what the browser itself plays or loads for Video.js. */
export const videojsNative: readonly Sabotage[] = [
  {
    name: 'videojs-older-source',
    promise: 'A late answer for an older source does not replace the newer one.',
    file: sourceMiddleware,
    find: 'stop();\n      failure.forget();',
    replace: 'failure.forget();',
    noticedBy: { test: videojsNativeTest, name: 'a late answer for an older source' },
  },
  {
    name: 'videojs-cookie-in-cors-mode',
    promise: 'With a cookie, an element in CORS mode is set to use-credentials.',
    file: 'packages/videojs/src/send-cookies.ts',
    find: "player.crossOrigin('use",
    replace: "Boolean('use",
    noticedBy: {
      test: videojsNativeTest,
      name: 'a cookie goes with the media and with its tracks in CORS mode, given as an option, before src()',
    },
  },
  {
    name: 'videojs-source-in-page',
    promise: 'A source in the page with preload="none" is not asked for without a token.',
    file: sourceMiddleware,
    find: 'if (isProtected) detachMarkupSource(player);',
    replace: '',
    noticedBy: {
      test: videojsNativeTest,
      name: 'a source in the page that may be loaded only now is not loaded without a token: exact',
    },
  },
  {
    name: 'videojs-emulated-track',
    promise: 'Text tracks beside the media that Video.js loads are signed.',
    file: emulatedTextTracks,
    ...withoutCall('signRequest'),
    noticedBy: { test: videojsNativeTest, name: 'text tracks beside the media, loaded by the browser: false' },
  },
  {
    name: 'videojs-track-once-on',
    promise: 'A <track> that the browser loads is given its URL once it is switched on.',
    file: nativeTextTracks,
    find: " || element.track.mode === 'disabled'",
    replace: '',
    noticedBy: {
      test: videojsTextTracksTest,
      name: 'is asked for once it is on, with a token that lives: element, exact, ',
    },
  },
  {
    name: 'videojs-late-track',
    promise: 'Tracks that Video.js loads as they are switched on go out signed.',
    file: emulatedTextTracks,
    find: 'signing(() => (track.mode = mode));',
    replace: 'track.mode = mode;',
    noticedBy: { test: videojsTextTracksTest, name: 'text tracks that Video.js loads once they are on go out signed' },
  },
  {
    name: 'videojs-track-replay',
    promise: 'A <track> is replayed once if the edge refuses it.',
    file: nativeTextTracks,
    find: "element.addEventListener('error', replay, { signal });",
    replace: '',
    noticedBy: {
      test: videojsSubtitlesTest,
      name: 'a <track> that the edge refuses to the browser is replayed once, and the app hears of it: false',
    },
  },
  {
    name: 'videojs-track-error',
    promise: 'A <track> whose token the browser cannot send is a tokenerror that the app hears of.',
    file: nativeTextTracks,
    find: "type: 'tokenerror'",
    replace: "type: 'nothing'",
    noticedBy: { test: videojsSubtitlesTest, name: 'a <track> whose token the browser cannot send' },
  },
  {
    name: 'videojs-swap-unseen',
    promise: 'A new URL of the same source is no other source to Video.js.',
    file: nativeSource,
    find: "const HIDDEN_EVENTS = ['loadstart'];",
    replace: 'const HIDDEN_EVENTS: string[] = [];',
    noticedBy: { test: videojsSwapTest, name: 'a paused viewer who seeks after expiry stays paused' },
  },
];
