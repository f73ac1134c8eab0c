import { HlsVideoAdapter } from '@videojs/spf/hls-video';
import { installSecureFetch } from 'secure-token-fetch';
import { app, doctor, edge } from '../addresses.js';
import { createFailureNotice, reasonFor } from './failure-notice.js';
import { createInspector } from './inspector.js';
import { createRecovery } from './player-recovery.js';
import { seekOverHoles } from './seek-over-holes.js';
import { showCode } from './show-code.js';
import { chosenStream } from './streams.js';
import { viewer } from './viewer.js';

/** The signing endpoint, the viewer who asks it, and the protected part of all URLs that the page fetches. */
const signing = { endpoint: `${app}/token`, protect: `${edge}/`, request: { headers: { 'X-Viewer': viewer } } };
const video = /** @type {HTMLVideoElement} */ (document.querySelector('video'));
const find = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (document.querySelector(selector));

/** Plays `src`. The page shows the body of this function as its code. @type {(src: string) => Playback} */
function play(src) {
  const installed = installSecureFetch(signing);
  const player = new HlsVideoAdapter();
  player.attach(video);
  player.preload = 'auto';
  player.src = src;
  return { player, ...installed };
}

/**
 * @typedef {import('secure-token-fetch').SecureFetchInstallation} SecureFetchInstallation
 * @typedef {SecureFetchInstallation & { player: HlsVideoAdapter }} Playback
 */
/** @type {Playback | undefined} */
let current;
const notice = createFailureNotice(video);
seekOverHoles(video);

const inspector = createInspector(find('#inspector'), {
  player: find('#player'),
  controls: find('#controls'),
  app,
  edge,
  doctor,
  viewer,
  playing: () => edge + chosenStream(),
  whenRevoked: 'SPF plays what it has loaded, then stops without a word. The page says why in the picture.',
  onRepair: () => recovery.repaired(),
});

const recovery = createRecovery({
  isWell: inspector.isWell,
  renew: () => current?.source.renew(),
  /** SPF asks for nothing more after a refusal: another player goes on where this one stands. */
  goOn() {
    const { currentTime, duration } = video;
    start();
    // a live stream goes on where it is now
    if (Number.isFinite(duration)) current?.player.engine.state.startPosition.set(currentTime);
  },
});

/** Plays the stream that is chosen. */
function start() {
  current?.player.destroy();
  current?.uninstall();
  recovery.forget();
  notice.hide();
  const src = edge + chosenStream();
  current = play(src);
  const { player, source } = current;
  inspector.follow({ source, media: video });
  // of what it was refused SPF says nothing
  const onFailure = (/** @type {unknown} */ error) => {
    notice.show(reasonFor(error));
    recovery.failed();
  };
  source.addEventListener('tokendenied', ({ detail: { error } }) => onFailure(error));
  source.addEventListener('tokenerror', ({ detail: { error } }) => {
    if (error.code === 'ERR_TOKEN_REFUSED') onFailure(error);
  });
  player.addEventListener('error', () => inspector.say('bad', `SPF stopped: error ${player.error?.code}`));
  showCode(find('#code'), {
    imports: [
      "import { HlsVideoAdapter } from '@videojs/spf/hls-video';",
      "import { installSecureFetch } from 'secure-token-fetch';",
    ],
    values: { video, src, signing },
    runs: [play],
  });
}

find('#streams').addEventListener('change', start);
start();
