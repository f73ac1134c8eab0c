import { MediaPlayer } from 'dashjs';
import { secureToken } from 'secure-token-dashjs';
import { app, edge } from '../addresses.js';
import { createInspector } from './inspector.js';
import { showCode } from './show-code.js';
import { viewer } from './viewer.js';

/** Where tokens come from, and who asks. */
const signing = { endpoint: `${app}/token`, request: { headers: { 'X-Viewer': viewer } } };
const video = /** @type {HTMLVideoElement} */ (document.querySelector('video'));
const find = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (document.querySelector(selector));

/** This film is so small that dash.js would load all of it at once; a film of yours would not fit. In seconds. */
const settings = { streaming: { buffer: { bufferTimeDefault: 6, bufferTimeAtTopQuality: 6 } } };

/** What the page shows as its code is this function, read from itself. @type {(src: string) => Playback} */
function play(src) {
  const player = MediaPlayer().create();
  const source = secureToken(player, signing);
  player.updateSettings(settings);
  player.initialize(video, src, true);
  return { player, source };
}

/** @typedef {{ player: import('dashjs').MediaPlayerClass, source: import('secure-token-dashjs').TokenSource }} Playback */
/** @type {Playback | undefined} */
let current;
let hasFailed = false;

const inspector = createInspector(find('#inspector'), {
  aside: find('#aside'),
  app,
  edge,
  viewer,
  async onRecover() {
    // Also before the player has failed: a denial is final until then.
    await current?.source.renew().catch(() => undefined);
    // dash.js has given up what it has reported; what the plugin holds goes on by itself
    if (hasFailed && video.readyState < 3) start();
  },
});

/** Plays the stream that is chosen. */
function start() {
  current?.player.destroy();
  hasFailed = false;
  const chosen = document.querySelector('input[name="stream"]:checked');
  const path = chosen instanceof HTMLInputElement ? chosen.value : '';
  current = play(edge + path);
  inspector.follow({ source: current.source, media: video });
  current.player.on('error', ({ error }) => {
    hasFailed = true;
    inspector.say('bad', `The player stopped: ${typeof error === 'string' ? error : error.message}`);
  });
}

showCode(find('#code'), [play], `${app}/token`);
find('#streams').addEventListener('change', start);
start();
