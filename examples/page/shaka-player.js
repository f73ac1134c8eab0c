import { app, edge } from '../addresses.js';
import { createInspector } from './inspector.js';
import { showCode } from './show-code.js';
import { viewer } from './viewer.js';

const { shaka, SecureTokenShaka } = window;
/** Where tokens come from, and who asks. */
const signing = { endpoint: `${app}/token`, request: { headers: { 'X-Viewer': viewer } } };
const find = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (document.querySelector(selector));
const video = /** @type {HTMLVideoElement} */ (find('video'));

const player = new shaka.Player();
await player.attach(video);

/** What the page shows as its code is this function, read from itself. @type {(src: string) => TokenSource} */
function play(src) {
  const source = SecureTokenShaka.secureToken(player, signing);
  player.load(src).catch(say);
  return source;
}

/** @typedef {import('secure-token-shaka').TokenSource} TokenSource */
/** @type {TokenSource | undefined} */
let source;
let hasFailed = false;

const inspector = createInspector(find('#inspector'), {
  aside: find('#aside'),
  app,
  edge,
  viewer,
  async onRecover() {
    // Also before the player has failed: a denial is final until then.
    await source?.renew().catch(() => undefined);
    if (hasFailed) start();
  },
});

/** Plays the stream that is chosen. */
function start() {
  const chosen = document.querySelector('input[name="stream"]:checked');
  const path = chosen instanceof HTMLInputElement ? chosen.value : '';
  hasFailed = false;
  source = play(edge + path);
  inspector.follow({ source, media: video });
}

/** @type {(error: { severity: number, code: number, data: unknown[] }) => void} */
function say({ severity, code, data }) {
  const { CRITICAL } = shaka.util.Error.Severity;
  // another stream was chosen meanwhile
  if (severity !== CRITICAL || code === shaka.util.Error.Code.LOAD_INTERRUPTED) return;
  hasFailed = true;
  const error = data.find(SecureTokenShaka.isSecureTokenError) ?? `error ${code}`;
  inspector.say('bad', `The player stopped: ${error}`);
}

player.addEventListener('error', (event) => say(/** @type {any} */ (event).detail));
showCode(find('#code'), [play], `${app}/token`);
find('#streams').addEventListener('change', start);
start();
