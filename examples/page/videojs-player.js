import { app, edge } from '../addresses.js';
import { createInspector } from './inspector.js';
import { showCode } from './show-code.js';
import { viewer } from './viewer.js';

const { videojs } = window;
/** Where tokens come from, and who asks. */
const signing = { endpoint: `${app}/token`, request: { headers: { 'X-Viewer': viewer } } };
const find = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (document.querySelector(selector));

// this film is so small that VHS would load all of it at once; a film of yours would not fit. In seconds.
Object.assign(/** @type {{ Vhs: object }} */ (/** @type {unknown} */ (videojs)).Vhs, { GOAL_BUFFER_LENGTH: 20 });

const player = videojs('player');

/** What the page shows as its code is this function, read from itself. @type {(src: string) => TokenSource} */
function play(src) {
  const { source } = player.secureToken(signing);
  player.src({ src, type: 'application/x-mpegURL' });
  return source;
}

/** @typedef {import('videojs-secure-token').TokenSource} TokenSource */
/** @type {TokenSource | undefined} */
let source;

const inspector = createInspector(find('#inspector'), {
  aside: find('#aside'),
  app,
  edge,
  viewer,
  async onRecover() {
    // Also before the player has failed: a denial is final until then.
    await source?.renew().catch(() => undefined);
    if (player.error()) start();
  },
});

/** Plays the stream that is chosen. */
function start() {
  const chosen = document.querySelector('input[name="stream"]:checked');
  const path = chosen instanceof HTMLInputElement ? chosen.value : '';
  source = play(edge + path);
  inspector.follow({ source, media: /** @type {HTMLVideoElement} */ (document.querySelector('video')) });
}

player.on('error', () => {
  const error = player.error();
  if (error) inspector.say('bad', `The player stopped: ${error.message}`);
});
showCode(find('#code'), [play], `${app}/token`);
find('#streams').addEventListener('change', start);
start();
