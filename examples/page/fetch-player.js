import { HlsVideoAdapter } from '@videojs/spf/hls-video';
import { installSecureFetch } from 'secure-token-fetch';
import { app, edge } from '../addresses.js';
import { createInspector } from './inspector.js';
import { showCode } from './show-code.js';
import { viewer } from './viewer.js';

/** Where tokens come from, who asks, and what is protected: of all that the page fetches. */
const signing = { endpoint: `${app}/token`, protect: `${edge}/`, request: { headers: { 'X-Viewer': viewer } } };
const video = /** @type {HTMLVideoElement} */ (document.querySelector('video'));
const find = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (document.querySelector(selector));

/** What the page shows as its code is this function, read from itself. @type {(src: string) => Playback} */
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
/** The player has got a refusal: SPF asks for nothing more after one. */
let hasFailed = false;

const inspector = createInspector(find('#inspector'), {
  aside: find('#aside'),
  app,
  edge,
  viewer,
  async onRecover() {
    // Also before the player has failed: a denial is final until then.
    await current?.source.renew().catch(() => undefined);
    if (!hasFailed) return;
    const { currentTime } = video;
    const goOn = () => Number.isFinite(video.duration) && (video.currentTime = currentTime);
    video.addEventListener('loadedmetadata', goOn, { once: true });
    start();
  },
});

/** Plays the stream that is chosen. */
function start() {
  current?.player.destroy();
  current?.uninstall();
  hasFailed = false;
  const chosen = document.querySelector('input[name="stream"]:checked');
  const path = chosen instanceof HTMLInputElement ? chosen.value : '';
  current = play(edge + path);
  const { player, source } = current;
  inspector.follow({ source, media: video });
  // of refused segments SPF says nothing
  source.addEventListener('tokendenied', () => (hasFailed = true));
  source.addEventListener('tokenerror', ({ detail: { error } }) => (hasFailed ||= error.code === 'ERR_TOKEN_REFUSED'));
  player.addEventListener('error', () => inspector.say('bad', `The player stopped: error ${player.error?.code}.`));
}

showCode(find('#code'), [play], `${app}/token`);
find('#streams').addEventListener('change', start);
start();
