import type { Sabotage } from './sabotage.ts';

const keepPlaying = 'packages/progressive/src/keep-playing.ts';
const swapSource = 'packages/progressive/src/swap-source.ts';
const swapNeed = 'packages/progressive/src/swap-need.ts';
const playbackFailure = 'packages/progressive/src/playback-failure.ts';
const download = 'packages/progressive/src/download.ts';
const downloadPolicy = 'packages/progressive/src/download-policy.ts';

const mp4WorkerLifeTest = 'test/browser/mp4-worker-life.test.ts';
const mp4WorkerTest = 'test/browser/mp4-worker.matrix.test.ts';
const mp4PlaybackTest = 'test/browser/mp4-playback.test.ts';
const mp4ErrorsTest = 'test/browser/mp4-errors.matrix.test.ts';
const mp4TroubleTest = 'test/browser/mp4-trouble.test.ts';
const mp4DownloadTest = 'test/browser/mp4-download.matrix.test.ts';

export const progressive: readonly Sabotage[] = [
  {
    name: 'progressive-worker-first',
    promise: 'A token worker that signs the URL is used: no change of source at all.',
    file: keepPlaying,
    find: "via !== 'swap' && (await",
    replace: "via === 'worker' && (await",
    noticedBy: { test: mp4WorkerLifeTest, name: 'controls a page that was loaded before it' },
  },
  {
    name: 'progressive-forced-worker',
    promise: "`via: 'worker'` is a NotSupportedError where there is none.",
    file: keepPlaying,
    find: "if (via === 'worker' && !signs) throw",
    replace: "if (via === 'worker' && signs) throw",
    noticedBy: { test: mp4WorkerLifeTest, name: 'a foreign one is told from it' },
  },
  {
    name: 'progressive-without-cors',
    promise: 'Without CORS the source is changed: the element is in no CORS mode then.',
    file: keepPlaying,
    find: "else if (crossOrigin === null) media.removeAttribute('crossorigin');",
    replace: '',
    noticedBy: { test: mp4WorkerLifeTest, name: 'says that there is no CORS at all' },
  },
  {
    name: 'progressive-firefox-cors',
    promise: 'Firefox: the element needs `crossorigin` for another origin; secureVideo sets it.',
    file: keepPlaying,
    find: "media.crossOrigin = 'anonymous';",
    replace: 'media.crossOrigin = null;',
    noticedBy: { test: mp4WorkerTest, name: 'firefox seeks' },
    needs: 'all',
  },
  {
    name: 'progressive-position',
    promise: 'A change of source keeps the time.',
    file: swapSource,
    find: 'if (position) media.currentTime = position;',
    replace: '',
    noticedBy: { test: mp4PlaybackTest, name: 'heals a refusal in the middle, and goes on by renew() after a denial' },
  },
  {
    name: 'progressive-errors-hidden',
    promise: 'Errors are healed and hidden from the page as long as a new token helps.',
    file: keepPlaying,
    find: 'event.stopImmediatePropagation();\n    haltedAt',
    replace: 'haltedAt',
    noticedBy: { test: mp4ErrorsTest, name: 'chromium a missing file, a broken one, a refusal and a denial (swap)' },
  },
  {
    name: 'progressive-renew',
    promise: 'renew() goes on after a denial.',
    file: 'packages/progressive/src/secure-video.ts',
    find: '    playback.restart();\n',
    replace: '',
    noticedBy: { test: mp4PlaybackTest, name: 'heals a refusal in the middle, and goes on by renew() after a denial' },
  },
  {
    name: 'progressive-paused',
    promise: 'The source is not changed while paused without a seek.',
    file: swapNeed,
    find: '(paused && !seeking) || ',
    replace: '',
    noticedBy: { test: mp4PlaybackTest, name: 'changes nothing while it is paused' },
  },
  {
    name: 'progressive-all-buffered',
    promise: 'The source is not changed while all that is left is buffered.',
    file: swapNeed,
    find: 'if (ahead >= duration - currentTime - 0.5) return undefined;',
    replace: '',
    noticedBy: {
      test: mp4PlaybackTest,
      name: 'leaves alone a film that is fully buffered, one that is paused, and one that has ended',
    },
  },
  {
    name: 'progressive-destroy',
    promise: 'destroy() gives the element back: its play() is its own.',
    file: keepPlaying,
    find: '      restorePlay();\n',
    replace: '',
    noticedBy: { test: mp4PlaybackTest, name: 'plays on after destroy()' },
  },
  {
    name: 'progressive-pending-play',
    promise: 'A play() that is pending survives a change of source.',
    file: 'packages/progressive/src/lasting-play.ts',
    find: 'if (!busy()) throw error;',
    replace: 'throw error;',
    noticedBy: { test: mp4PlaybackTest, name: 'settles a pending play()' },
  },
  {
    name: 'progressive-token-in-headers',
    promise: 'A token in headers cannot be attached to an element: ERR_SIGNING_RESPONSE.',
    file: keepPlaying,
    find: '!signs && Object.keys(next.headers).length',
    replace: '!signs && next.headers.length',
    noticedBy: { test: mp4PlaybackTest, name: 'says that a token in headers cannot go with an element' },
  },
  {
    name: 'progressive-last-frame',
    promise: 'The last frame stays on screen while the source changes.',
    file: 'packages/progressive/src/held-frame.ts',
    find: '  media.after(canvas);\n',
    replace: '',
    noticedBy: { test: mp4PlaybackTest, name: 'lets the seek of a viewer win' },
  },
  {
    name: 'progressive-rate',
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
    name: 'progressive-shared-source',
    promise: 'destroy() leaves a shared token source alone.',
    file: 'packages/progressive/src/secure-video.ts',
    find: '    release();',
    replace: '    source.destroy();',
    noticedBy: { test: mp4TroubleTest, name: 'two elements that share a source, one of them audio' },
  },
  {
    name: 'progressive-other-source',
    promise: "A source that the page gives in the middle of a change is the page's own.",
    file: keepPlaying,
    find: ' && media.src === given',
    replace: '',
    noticedBy: { test: mp4TroubleTest, name: 'another source in the middle of it' },
  },
  {
    name: 'progressive-told-after-destroy',
    promise: 'destroy() in the middle of a change: nothing more is told.',
    file: keepPlaying,
    find: 'listening.abort();\n      loading',
    replace: 'loading',
    noticedBy: { test: mp4TroubleTest, name: 'destroy() in the middle of it' },
  },
  {
    name: 'progressive-no-token-in-errors',
    promise: 'Events and errors of secureVideo hold no token.',
    file: playbackFailure,
    find: 'throw tokenRefused(url, status)',
    replace: 'throw tokenRefused(request.url, status)',
    noticedBy: { test: mp4TroubleTest, name: 'nothing that it tells or throws carries a token' },
  },
  {
    name: 'progressive-missing-file',
    promise: 'A missing file is a NotFoundError.',
    file: playbackFailure,
    find: 'if (status === 404 && !isRefusal) throw',
    replace: 'if (status === 410 && !isRefusal) throw',
    noticedBy: { test: mp4ErrorsTest, name: 'chromium a missing file, a broken one, a refusal and a denial (swap)' },
  },
  {
    name: 'progressive-broken-file',
    promise: 'A file that the browser cannot play is an EncodingError.',
    file: playbackFailure,
    find: 'error.code > 2',
    replace: 'error.code > 4',
    noticedBy: { test: mp4ErrorsTest, name: 'chromium a missing file, a broken one, a refusal and a denial (swap)' },
  },
  {
    name: 'progressive-refused',
    promise: 'An edge that refuses for good is ERR_TOKEN_REFUSED.',
    file: playbackFailure,
    find: 'if (!replay && failures > 3 && isRefusal) throw tokenRefused(url, status);',
    replace: '',
    noticedBy: { test: mp4ErrorsTest, name: 'chromium a missing file, a broken one, a refusal and a denial (swap)' },
  },
  {
    name: 'progressive-download-resume',
    promise: 'A download goes on past expiry and lost connections.',
    file: download,
    find: '      this.#attempts = 0;\n',
    replace: '',
    noticedBy: { test: mp4DownloadTest, name: 'chromium is cut ten times at random' },
  },
  {
    name: 'progressive-download-stream',
    promise: 'After an abort the stream is left open.',
    file: download,
    find: '      this.#sink.release();\n',
    replace: '',
    noticedBy: { test: mp4DownloadTest, name: 'chromium stops when the page aborts' },
  },
  {
    name: 'progressive-download-versions',
    promise: 'A download never mixes two versions of a file.',
    file: downloadPolicy,
    find: 'differ(before.validator, now.validator) || ',
    replace: '',
    noticedBy: { test: mp4DownloadTest, name: 'chromium notices a file that has changed' },
  },
  {
    name: 'progressive-download-missing',
    promise: 'A download of a missing file is a NotFoundError.',
    file: downloadPolicy,
    find: 'status >= 400 && status < 500',
    replace: 'status > 404 && status < 500',
    noticedBy: { test: mp4DownloadTest, name: 'chromium tells a missing file, a denial and a refusal apart' },
  },
];
