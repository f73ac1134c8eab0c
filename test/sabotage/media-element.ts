import type { Sabotage } from './sabotage.ts';
import { withoutCall } from './sabotage.ts';

const elementRequests = 'packages/media-element/src/element-requests.ts';
const heldFrame = 'packages/media-element/src/held-frame.ts';
const nativeSource = 'packages/media-element/src/native-source.ts';

const denialsTest = 'test/browser/denials.matrix.test.ts';
const denials = 'a viewer is denied, and logs in (Chromium)';
const mp4ErrorsTest = 'test/browser/mp4-errors.matrix.test.ts';
const mp4PlaybackTest = 'test/browser/mp4-playback.test.ts';
const mp4TroubleTest = 'test/browser/mp4-trouble.all.test.ts';
const mp4WorkerLifeTest = 'test/browser/mp4-worker-life.all.test.ts';
const videojsWorkerTest = 'test/browser/videojs-worker.all.test.ts';

/** Sabotages of what keeps a media element alive, in the package whose test notices each first. */
export const mediaElement: readonly Sabotage[] = [
  {
    name: 'media-element-renews',
    promise: 'What has failed for want of a token goes on after `renew()` of its source.',
    file: nativeSource,
    ...withoutCall('options.source.addEventListener'),
    noticedBy: {
      test: denialsTest,
      name: `${denials} Video.js, MP4 without a worker, denied in mid-stream: the endpoint is left`,
    },
  },
  {
    name: 'media-element-renews-worker',
    promise: '`renew()` of a player waits until the worker has forgotten its denial.',
    file: nativeSource,
    ...withoutCall('await this.#requests.renewWorker'),
    noticedBy: {
      test: denialsTest,
      name: `${denials} secureVideo with a worker of the team's own, denied in mid-stream: the endpoint is left`,
    },
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
    name: 'media-element-errors-hidden',
    promise: 'Errors are hidden from the page as long as a new token helps.',
    file: nativeSource,
    find: 'event.stopImmediatePropagation();\n    this.#haltedAtMs',
    replace: 'this.#haltedAtMs',
    noticedBy: { test: mp4ErrorsTest, name: 'chromium a missing file, a broken one, a refusal and a denial (swap)' },
  },
  {
    name: 'media-element-release',
    promise: 'destroy() gives the element back: its play() is its own.',
    file: nativeSource,
    find: 'this.#operation, signal)',
    replace: 'this.#operation, new AbortController().signal)',
    noticedBy: { test: mp4PlaybackTest, name: 'plays on after destroy()' },
  },
  {
    name: 'media-element-last-frame',
    promise: 'The last frame stays on screen while the source changes.',
    file: heldFrame,
    ...withoutCall('media.after'),
    noticedBy: { test: mp4PlaybackTest, name: 'lets the seek of a viewer win' },
  },
  {
    name: 'media-element-other-source',
    promise: "A source that the page gives in the middle of a change is the page's own.",
    file: nativeSource,
    find: 'src === url && !srcObject',
    replace: 'true',
    noticedBy: { test: mp4TroubleTest, name: 'another source in the middle of it' },
  },
  {
    name: 'media-element-told-after-release',
    promise: 'destroy() in the middle of a change: nothing more is told.',
    file: nativeSource,
    ...withoutCall('this.#released.abort'),
    noticedBy: { test: mp4TroubleTest, name: 'destroy() in the middle of it' },
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
