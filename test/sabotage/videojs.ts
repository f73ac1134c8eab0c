import type { Sabotage } from './sabotage.ts';

const vhsRequests = 'packages/videojs/src/vhs-requests.ts';
const vhsRequestHooks = 'packages/videojs/src/vhs-request-hooks.ts';
const signedXhr = 'packages/videojs/src/signed-xhr.ts';
const secureTokenPlugin = 'packages/videojs/src/secure-token-plugin.ts';
const session = 'packages/videojs/src/session.ts';
const latePlugin = 'packages/videojs/src/late-plugin.ts';
const playbackFailure = 'packages/videojs/src/playback-failure.ts';

const videojsRequestsTest = 'test/browser/videojs-requests.test.ts';
const videojsTroubleTest = 'test/browser/videojs-trouble.test.ts';
const videojsOutageTest = 'test/browser/videojs-outage.test.ts';
const videojsTimeoutsTest = 'test/browser/videojs-timeouts.test.ts';
const videojsLifecycleTest = 'test/browser/videojs-lifecycle.test.ts';
const videojsNativeTest = 'test/browser/videojs-native.test.ts';
const videojsSharedSourceTest = 'test/browser/videojs-shared-source.test.ts';
const videojsLateTest = 'test/browser/videojs-late.matrix.test.ts';
const videojsAppsTest = 'test/browser/videojs-apps.test.ts';

export const videojs: readonly Sabotage[] = [
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
    name: 'videojs-loaded-again',
    promise: 'Called after src(), the plugin loads again a source whose first request went out without a token.',
    file: latePlugin,
    find: 'player.src(given);',
    replace: '',
    noticedBy: { test: videojsLateTest, name: 'Video.js 8.24 the first request was refused' },
  },
  {
    name: 'videojs-cookies',
    promise: 'A token that travels as a cookie is sent with credentials.',
    file: signedXhr,
    find: 'if (request.credentials) xhr.withCredentials = true;',
    replace: '',
    noticedBy: { test: videojsRequestsTest, name: 'plays to the end: DASH, an index in each file, cookie' },
  },
  {
    name: 'videojs-response-url',
    promise: 'The responseURL of requests holds the URL that the app gave, never a token.',
    file: signedXhr,
    find: '    hideSignedUrl(this.#xhr, this.#session.source);',
    replace: '',
    noticedBy: { test: videojsRequestsTest, name: 'no token is to be seen: query' },
  },
  {
    name: 'videojs-replay',
    promise: 'A refusal is replayed once with a new token, unseen.',
    file: signedXhr,
    find: 'replayForPlayer(this.#session, request, status, options)',
    replace: 'replayForPlayer(this.#session, request, 0, options)',
    noticedBy: { test: videojsTroubleTest, name: 'every request is refused once: keys' },
  },
  {
    name: 'videojs-timed-out',
    promise: 'VHS hears of a time-out of its own requests as without tokens.',
    file: signedXhr,
    find: "if (type === 'timeout') this.#xhr.timedout = true;",
    replace: '',
    noticedBy: { test: videojsTimeoutsTest, name: 'VHS gives up a segment without a response' },
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
    name: 'videojs-bandwidth',
    promise: 'A wait for a token does not count towards the bandwidth estimate.',
    file: signedXhr,
    find: 'xhr.requestTime = Date.now();',
    replace: '',
    noticedBy: { test: videojsLifecycleTest, name: 'the bandwidth estimate is that of the stream without tokens' },
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
    name: 'videojs-denied-at-once',
    promise: 'A viewer who is denied from the start reads why, and nothing is asked for.',
    file: session,
    find: '!isOutage(error) || !player.readyState()',
    replace: 'player.readyState()',
    noticedBy: { test: videojsNativeTest, name: 'a source that may not be played is not asked for' },
  },
  {
    name: 'videojs-outage-at-start',
    promise: 'Signing endpoint down from the start: the viewer reads why.',
    file: session,
    find: '!isOutage(error) || !player.readyState()',
    replace: '!isOutage(error)',
    noticedBy: { test: videojsOutageTest, name: 'the signing endpoint is down from the start' },
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
    name: 'videojs-goes-on',
    promise: 'source.renew() lifts a denial and playback goes on.',
    file: playbackFailure,
    find: 'if (resume) Promise',
    replace: 'if (!resume) Promise',
    noticedBy: {
      test: videojsTroubleTest,
      name: 'the session of the viewer is revoked: an error, no more calls, and renew() goes on',
    },
  },
  {
    name: 'videojs-no-spinner',
    promise: 'A viewer whom the edge refuses for good gets an error, not a spinner.',
    file: vhsRequests,
    find: 'if (refusal.last && player.readyState() < 3) failure.show(refusal.last);',
    replace: '',
    noticedBy: {
      test: videojsTroubleTest,
      name: 'an edge that refuses every token from now on is an error once there is nothing left to play',
    },
  },
  {
    name: 'videojs-error-again',
    promise: 'An error that the app has cleared is told again.',
    file: playbackFailure,
    find: 'if (shown && player.error()) return;',
    replace: 'if (shown) return;',
    noticedBy: { test: videojsTroubleTest, name: 'an error that the app has cleared is told again' },
  },
  {
    name: 'videojs-cause',
    promise: 'The error of a viewer whom the edge refuses has the SecureTokenError as its cause.',
    file: playbackFailure,
    find: 'cause: error,',
    replace: '',
    noticedBy: { test: videojsSharedSourceTest, name: 'what the edge refuses the one is no error of the other' },
  },
  {
    name: 'videojs-first-error',
    promise: 'One refusal is one error, and the first that an app hears of says what is wrong.',
    file: secureTokenPlugin,
    find: 'return failure && refusal?.last && error !== null ? failure.insteadOf(error, refusal.last) : error;',
    replace: 'return error;',
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
