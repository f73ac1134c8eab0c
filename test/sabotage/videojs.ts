import type { Sabotage } from './sabotage.ts';
import { withoutCall } from './sabotage.ts';

const vhsRequests = 'packages/videojs/src/vhs-requests.ts';
const vhsRequestHooks = 'packages/videojs/src/vhs-request-hooks.ts';
const signedXhr = 'packages/videojs/src/signed-xhr.ts';
const secureTokenPlugin = 'packages/videojs/src/secure-token-plugin.ts';

const videojsRequestsTest = 'test/browser/videojs-requests.test.ts';
const videojsTroubleTest = 'test/browser/videojs-trouble.test.ts';
const videojsTimeoutsTest = 'test/browser/videojs-timeouts.all.test.ts';
const videojsNativeTest = 'test/browser/videojs-native.test.ts';
const videojsSharedSourceTest = 'test/browser/videojs-shared-source.test.ts';
const videojsLateTest = 'test/browser/videojs-late.matrix.test.ts';
const licensesTest = 'test/browser/licenses.matrix.test.ts';
const videojsAppsTest = 'test/browser/videojs-apps.test.ts';

export const videojs: readonly Sabotage[] = [
  {
    name: 'videojs-licenses',
    promise: 'Licence requests of videojs-contrib-eme are signed.',
    file: secureTokenPlugin,
    find: 'signLicenses(session)',
    replace: '() => undefined',
    noticedBy: { test: licensesTest, name: 'Video.js' },
  },
  {
    name: 'videojs-first-request',
    promise: 'A source that is given at creation is signed from its first request on.',
    file: vhsRequestHooks,
    find: 'addTo(xhr);',
    replace: '',
    noticedBy: {
      test: videojsRequestsTest,
      name: 'signs the first request of a source given by: plugins, Video.js 8.24',
    },
  },
  {
    name: 'videojs-hooks-for-all',
    promise: 'Request hooks for all players keep running.',
    file: vhsRequestHooks,
    find: 'return callAll(all, options);',
    replace: 'return options;',
    noticedBy: { test: videojsRequestsTest, name: 'hooks of the app run in all three places' },
  },
  {
    name: 'videojs-signs-last',
    promise: 'Hooks of the app run before the request is signed.',
    file: vhsRequestHooks,
    find: '[...hooks].at(-1) !== last',
    replace: '!hooks.has(last)',
    noticedBy: { test: videojsRequestsTest, name: 'hooks of the app run in all three places' },
  },
  {
    name: 'videojs-before-send',
    promise: "The app's own beforeSend keeps running.",
    file: vhsRequests,
    find: 'beforeSend?.(xhr);',
    replace: '',
    noticedBy: { test: videojsRequestsTest, name: 'hooks of the app run in all three places' },
  },
  {
    name: 'videojs-response-url',
    promise: 'The responseURL of requests holds the URL that the app gave, never a token.',
    file: signedXhr,
    ...withoutCall('hideSignedUrl'),
    noticedBy: { test: videojsRequestsTest, name: 'no token is to be seen: query' },
  },
  {
    name: 'videojs-wait-is-no-timeout',
    promise: 'A wait for a token does not count towards time-outs.',
    file: vhsRequests,
    find: '      timeout: 0,\n',
    replace: '',
    noticedBy: {
      test: videojsTimeoutsTest,
      name: 'the time-out of a request does not count while that waits for its token',
    },
  },
  {
    name: 'videojs-current-source',
    promise: 'currentSource() holds the URL that the app gave, never a token.',
    file: secureTokenPlugin,
    find: '        unsignGetters(player, source),\n',
    replace: '',
    noticedBy: { test: videojsNativeTest, name: 'MP4 plays to the end, and its source is told as it was given: query' },
  },
  {
    name: 'videojs-track-after-denial',
    promise: 'A text track that the token worker was denied is there after renew().',
    file: 'packages/videojs/src/native-text-tracks.ts',
    find: '        loadOnceRenewed();\n',
    replace: '',
    noticedBy: {
      test: 'test/browser/videojs-worker.all.test.ts',
      name: 'has its text track, which the worker was denied, after renew()',
    },
  },
  {
    name: 'videojs-tokendenied',
    promise: 'The player event tokendenied tells of a denial.',
    file: secureTokenPlugin,
    find: 'player.trigger({ ...detail, type, detail })',
    replace: "type !== 'tokendenied' && player.trigger({ ...detail, type, detail })",
    noticedBy: {
      test: videojsTroubleTest,
      name: 'the session of the viewer is revoked: an error, no more calls, and renew() goes on',
    },
  },
  {
    name: 'videojs-no-spinner',
    promise: 'A viewer whom the edge refuses for good gets an error, not a spinner.',
    file: vhsRequests,
    find: 'if (refusal.last && isDry(player)) failure.show(refusal.last);',
    replace: '',
    noticedBy: {
      test: videojsTroubleTest,
      name: 'an edge that refuses every token from now on is an error once there is nothing left to play',
    },
  },
  {
    name: 'videojs-first-error',
    promise: 'One refusal is one error, and the first that an app hears of says what is wrong.',
    file: secureTokenPlugin,
    find: 'failure.insteadOf(error, refusal.last)',
    replace: 'error',
    noticedBy: { test: videojsTroubleTest, name: 'an edge that refuses every token is an error, not a spinner' },
  },
  {
    name: 'videojs-early-play',
    promise: 'A `play()` that was called before the plugin came is not lost.',
    file: secureTokenPlugin,
    find: "callPlay: () => unsigned.noteWish(player, 'play'),",
    replace: '',
    noticedBy: { test: videojsLateTest, name: 'the first request was refused: the source is loaded again' },
  },
  {
    name: 'videojs-dispose',
    promise: 'A player that is disposed of ends the requests that wait for their tokens.',
    file: secureTokenPlugin,
    find: '        () => session.waits.forEach((wait) => wait.abort()),\n',
    replace: '',
    noticedBy: { test: videojsSharedSourceTest, name: 'waits for when it is disposed of, is not asked for' },
  },
  {
    name: 'videojs-script-twice',
    promise: 'The script may be there twice.',
    file: secureTokenPlugin,
    find: 'if (known) return',
    replace: 'if (!known) return',
    noticedBy: { test: videojsAppsTest, name: 'the script twice' },
  },
  {
    name: 'videojs-shared-source',
    promise: 'A player that is disposed of leaves a shared token source alone.',
    file: secureTokenPlugin,
    find: '        release,\n',
    replace: '        () => source.destroy(),\n',
    noticedBy: { test: videojsAppsTest, name: 'two players share a token source, and one is disposed of' },
  },
];
