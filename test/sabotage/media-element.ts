import type { Sabotage } from './sabotage.ts';

const diagnoseFailure = 'packages/media-element/src/diagnose-failure.ts';
const elementRequests = 'packages/media-element/src/element-requests.ts';
const elementSource = 'packages/media-element/src/element-source.ts';
const heldFrame = 'packages/media-element/src/held-frame.ts';
const lastingPlay = 'packages/media-element/src/lasting-play.ts';
const nativeSource = 'packages/media-element/src/native-source.ts';
const requestNeed = 'packages/media-element/src/request-need.ts';
const swapSource = 'packages/media-element/src/swap-source.ts';
const watchStalls = 'packages/media-element/src/watch-stalls.ts';

const mp4ErrorsTest = 'test/browser/mp4-errors.matrix.test.ts';
const mp4PlaybackTest = 'test/browser/mp4-playback.test.ts';
const mp4TroubleTest = 'test/browser/mp4-trouble.test.ts';
const mp4WorkerLifeTest = 'test/browser/mp4-worker-life.test.ts';
const mp4WorkerTest = 'test/browser/mp4-worker.matrix.test.ts';
const videojsSwapTest = 'test/browser/videojs-swap.test.ts';
const videojsWorkerTest = 'test/browser/videojs-worker.test.ts';

/** What keeps a media element alive, seen in the package whose test notices it first. */
export const mediaElement: readonly Sabotage[] = [
  {
    name: 'media-element-stalled',
    promise: 'A refusal that the browser keeps to itself is found out.',
    file: watchStalls,
    find: "media.addEventListener('stalled', () => void ask(), { signal });",
    replace: '',
    noticedBy: { test: mp4TroubleTest, name: 'the secret is rotated, and the clock shows nothing' },
  },
  {
    name: 'media-element-worker-first',
    promise: 'A token worker that signs the URL is used: no change of source at all.',
    file: elementRequests,
    find: "if (via === 'swap') return false;",
    replace: "if (via !== 'worker') return false;",
    noticedBy: { test: mp4WorkerLifeTest, name: 'controls a page that was loaded before it' },
  },
  {
    name: 'media-element-forced-worker',
    promise: "`via: 'worker'` is a NotSupportedError where there is none.",
    file: elementRequests,
    find: 'if (!signs)',
    replace: 'if (signs)',
    noticedBy: { test: mp4WorkerLifeTest, name: 'a foreign one is told from it' },
  },
  {
    name: 'media-element-without-cors',
    promise: 'Without CORS the source is changed: the element is in no CORS mode then.',
    file: elementSource,
    find: "isByWorker && !isSameOrigin ? 'anonymous' : null",
    replace: "isSameOrigin ? null : 'anonymous'",
    noticedBy: { test: mp4WorkerLifeTest, name: 'says that there is no CORS at all' },
  },
  {
    name: 'media-element-firefox-cors',
    promise: 'Firefox: the element needs `crossorigin` for another origin; secureVideo sets it.',
    file: elementSource,
    find: "isByWorker && !isSameOrigin ? 'anonymous' : null",
    replace: 'null',
    noticedBy: { test: mp4WorkerTest, name: 'firefox seeks' },
    needs: 'all',
  },
  {
    name: 'media-element-position',
    promise: 'A change of source keeps the time.',
    file: swapSource,
    find: 'if (position) media.currentTime = position;',
    replace: '',
    noticedBy: { test: mp4PlaybackTest, name: 'heals a refusal in the middle, and goes on by renew() after a denial' },
  },
  {
    name: 'media-element-errors-hidden',
    promise: 'Errors are hidden from the page as long as a new token helps.',
    file: nativeSource,
    find: 'event.stopImmediatePropagation();\n    this.#haltedAtMs',
    replace: 'this.#haltedAtMs',
    noticedBy: { test: mp4ErrorsTest, name: 'chromium a missing file, a broken one, a refusal and a denial (swap)' },
  },
  {
    name: 'media-element-paused',
    promise: 'The source is not changed while paused without a seek.',
    file: requestNeed,
    find: '(paused && !seeking) || ',
    replace: '',
    noticedBy: { test: mp4PlaybackTest, name: 'changes nothing while it is paused' },
  },
  {
    name: 'media-element-all-buffered',
    promise: 'The source is not changed while all that is left is buffered.',
    file: requestNeed,
    find: 'if (ahead >= duration - currentTime - 0.5) return undefined;',
    replace: '',
    noticedBy: {
      test: mp4PlaybackTest,
      name: 'leaves alone a film that is fully buffered, one that is paused, and one that has ended',
    },
  },
  {
    name: 'media-element-release',
    promise: 'destroy() gives the element back: its play() is its own.',
    file: nativeSource,
    find: '    this.#play.release();\n',
    replace: '',
    noticedBy: { test: mp4PlaybackTest, name: 'plays on after destroy()' },
  },
  {
    name: 'media-element-pending-play',
    promise: 'A play() that is pending survives a change of source.',
    file: lastingPlay,
    find: 'if (!this.#operation()) throw error;',
    replace: 'throw error;',
    noticedBy: { test: mp4PlaybackTest, name: 'settles a pending play()' },
  },
  {
    name: 'media-element-token-in-headers',
    promise: 'A token in headers cannot be attached to an element: ERR_SIGNING_RESPONSE.',
    file: elementSource,
    find: '!Object.keys(headers).length',
    replace: '!headers.length',
    noticedBy: { test: mp4PlaybackTest, name: 'says that a token in headers cannot go with an element' },
  },
  {
    name: 'media-element-last-frame',
    promise: 'The last frame stays on screen while the source changes.',
    file: heldFrame,
    find: '  media.after(canvas);\n',
    replace: '',
    noticedBy: { test: mp4PlaybackTest, name: 'lets the seek of a viewer win' },
  },
  {
    name: 'media-element-rate',
    promise: 'A change of source keeps the rate.',
    file: swapSource,
    find: 'media.defaultPlaybackRate = playbackRate;',
    replace: '',
    noticedBy: {
      test: mp4TroubleTest,
      name: 'two elements that share a source, one of them audio, at twice the speed',
    },
  },
  {
    name: 'media-element-other-source',
    promise: "A source that the page gives in the middle of a change is the page's own.",
    file: nativeSource,
    find: 'this.#media.src === this.#assignedSrc',
    replace: 'true',
    noticedBy: { test: mp4TroubleTest, name: 'another source in the middle of it' },
  },
  {
    name: 'media-element-told-after-release',
    promise: 'destroy() in the middle of a change: nothing more is told.',
    file: nativeSource,
    find: '  this.#released.abort();\n    this.#swap',
    replace: '  this.#swap',
    noticedBy: { test: mp4TroubleTest, name: 'destroy() in the middle of it' },
  },
  {
    name: 'core-no-token-in-errors',
    promise: 'Events and errors of secureVideo hold no token.',
    file: 'packages/core/src/refusal-of.ts',
    find: 'tokenRefused(request.unsignedUrl, status)',
    replace: 'tokenRefused(request.url, status)',
    noticedBy: { test: mp4TroubleTest, name: 'nothing that it tells or throws carries a token' },
  },
  {
    name: 'media-element-missing-file',
    promise: 'A missing file is a NotFoundError.',
    file: diagnoseFailure,
    find: 'if (status === 404 && !refusal)',
    replace: 'if (status === 410 && !refusal)',
    noticedBy: { test: mp4ErrorsTest, name: 'chromium a missing file, a broken one, a refusal and a denial (swap)' },
  },
  {
    name: 'media-element-broken-file',
    promise: 'A file that the browser cannot play is an EncodingError.',
    file: diagnoseFailure,
    find: 'error.code > MEDIA_ERR_NETWORK',
    replace: 'error.code > 2 * MEDIA_ERR_NETWORK',
    noticedBy: { test: mp4ErrorsTest, name: 'chromium a missing file, a broken one, a refusal and a denial (swap)' },
  },
  {
    name: 'media-element-refused',
    promise: 'An edge that refuses for good is ERR_TOKEN_REFUSED.',
    file: diagnoseFailure,
    find: 'if (!replay && refusal && isRefusedForGood(failures)) throw refusal;',
    replace: '',
    noticedBy: { test: mp4ErrorsTest, name: 'chromium a missing file, a broken one, a refusal and a denial (swap)' },
  },
  {
    name: 'media-element-stays-paused',
    promise: 'A paused viewer who seeks after expiry stays paused.',
    file: swapSource,
    find: 'else if (isReplacement) native().pause',
    replace: 'else if (isReplacement) native().play',
    noticedBy: { test: videojsSwapTest, name: 'a paused viewer who seeks after expiry stays paused' },
  },
  {
    name: 'media-element-play-after-failure',
    promise: 'A play() that is asked of a source that was refused counts once it is replaced.',
    file: lastingPlay,
    find: 'if (this.#media.error) this.#playRequested = true;',
    replace: '',
    noticedBy: {
      test: videojsSwapTest,
      name: 'what is asked of a player whose source was refused counts once it is replaced: play',
    },
  },
  {
    name: 'media-element-worker-gone',
    promise: "If the worker's place is taken later, the element gets a signed URL.",
    file: elementRequests,
    find: "return this.#areByWorker ? via === 'worker' :",
    replace: 'return this.#areByWorker ? true :',
    noticedBy: { test: videojsWorkerTest, name: 'is given another URL when another worker has taken the place' },
  },
];
