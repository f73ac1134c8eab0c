import Hls from 'hls.js';
import { secureToken } from 'secure-token-hlsjs';
import { app, edge } from '../addresses.js';
import { createInspector } from './inspector.js';
import { showCode } from './show-code.js';
import { viewer } from './viewer.js';

/** Where tokens come from, and who asks. */
const signing = { endpoint: `${app}/token`, request: { headers: { 'X-Viewer': viewer } } };
const video = /** @type {HTMLVideoElement} */ (document.querySelector('video'));
const find = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (document.querySelector(selector));

/** This film is so small that hls.js would load all of it at once; a film of yours would not fit. In seconds. */
const buffer = { maxMaxBufferLength: 20 };

/** What the page shows as its code is this function, read from itself. @type {(src: string) => Playback} */
function play(src) {
  const hls = new Hls(buffer);
  const source = secureToken(hls, signing);
  hls.loadSource(src);
  hls.attachMedia(video);
  return { hls, source };
}

/** @typedef {{ hls: Hls, source: import('secure-token-hlsjs').TokenSource }} Playback */
/** @type {Playback | undefined} */
let current;
let hasFailed = false;
/** When what was broken last was repaired, by `performance.now()`. */
let repairedAt = -Infinity;
/** What was under way then may fail as late as this, in ms. */
const AFTERMATH = 5000;

/** Goes on after a fatal error. A first playlist that failed is not loaded again by startLoad. */
function goOn() {
  if (!current || !hasFailed) return;
  hasFailed = false;
  if (current.hls.levels.length > 0) current.hls.startLoad();
  else start();
}

const inspector = createInspector(find('#inspector'), {
  aside: find('#aside'),
  app,
  edge,
  viewer,
  async onRecover() {
    repairedAt = performance.now();
    // Also before the player has failed: a denial is final until then.
    await current?.source.renew().catch(() => undefined);
    goOn();
  },
});

/** Plays the stream that is chosen. */
function start() {
  current?.hls.destroy();
  hasFailed = false;
  const chosen = document.querySelector('input[name="stream"]:checked');
  const path = chosen instanceof HTMLInputElement ? chosen.value : '';
  current = play(edge + path);
  const { hls, source } = current;
  const isLive = !path.startsWith('/film/');
  inspector.follow({ source, media: video, ...(isLive && { latency: () => hls.latency }) });
  hls.on(Hls.Events.ERROR, (_, { fatal, details, error }) => {
    if (!fatal) return;
    hasFailed = true;
    inspector.say('bad', `The player stopped loading: ${details}. ${error.message}`);
    if (performance.now() - repairedAt < AFTERMATH) setTimeout(goOn, 500);
  });
}

showCode(find('#code'), [play], `${app}/token`);
find('#streams').addEventListener('change', start);
start();
