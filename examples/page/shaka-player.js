import { app, doctor, edge } from '../addresses.js';
import { createByHand } from './by-hand.js';
import { createFailureNotice, reasonFor } from './failure-notice.js';
import { createInspector } from './inspector.js';
import { createRecovery } from './player-recovery.js';
import { showCode } from './show-code.js';
import { chosenStream } from './streams.js';
import { viewer } from './viewer.js';

const { shaka, SecureTokenShaka } = window;
const { secureToken, isSecureTokenError } = SecureTokenShaka;
/** The signing endpoint, and the viewer who asks it. */
const signing = { endpoint: `${app}/token`, request: { headers: { 'X-Viewer': viewer } } };
const find = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (document.querySelector(selector));
const video = /** @type {HTMLVideoElement} */ (find('#player video'));

const player = new shaka.Player();
await player.attach(video);

/** Plays `src`. The page shows the body of this function as its code. @type {(src: string) => TokenSource} */
function play(src) {
  const source = secureToken(player, signing);
  player.load(src).catch(say);
  return source;
}

/** The same without the plugin. @type {import('./by-hand.js').PlayByHand} */
function playByHand({ video, src, withToken }) {
  const player = new shaka.Player();
  player.getNetworkingEngine()?.registerRequestFilter((_, request) => {
    request.uris = request.uris.map(withToken);
  });
  // it has nobody who listens
  const attached = player.attach(video).then(() => player.load(src));
  attached.catch(console.warn);
  return () => void player.destroy();
}

/** @typedef {import('secure-token-shaka').TokenSource} TokenSource */
/** @type {TokenSource | undefined} */
let source;
const notice = createFailureNotice(video);

const inspector = createInspector(find('#inspector'), {
  player: find('#player'),
  byHand: find('#by-hand'),
  controls: find('#controls'),
  app,
  edge,
  doctor,
  viewer,
  playing: () => edge + chosenStream(),
  whenRevoked: 'Shaka plays what it has loaded, then stops. The page says why in the picture.',
  onRepair: () => recovery.repaired(),
  onReset: () => byHand.again(),
});

const byHand = createByHand(find('#by-hand'), {
  title: 'By hand: a filter, one token for the film',
  app,
  edge,
  viewer,
  play: playByHand,
  onStart: inspector.followByHand,
});

const recovery = createRecovery({
  isWell: inspector.isWell,
  renew: () => source?.renew(),
  /** Goes on where the film stands. What has failed while it was loaded has to be loaded again. */
  goOn() {
    notice.hide();
    if (!player.retryStreaming()) start();
  },
});

/** Plays the stream that is chosen. */
function start() {
  recovery.forget();
  notice.hide();
  const src = edge + chosenStream();
  source = play(src);
  inspector.follow({ source, media: video });
  showCode(find('#code'), {
    imports: [
      "import shaka from 'shaka-player';",
      "import { secureToken } from 'secure-token-shaka';",
      '',
      'const player = new shaka.Player();',
      "await player.attach(document.querySelector('video'));",
      'const say = console.error;',
    ],
    values: { src, signing },
    runs: [play],
  });
}

/** @type {(error: { severity: number, code: number, data: unknown[] }) => void} */
function say({ severity, code, data }) {
  const { CRITICAL } = shaka.util.Error.Severity;
  // another stream was chosen meanwhile
  if (severity !== CRITICAL || code === shaka.util.Error.Code.LOAD_INTERRUPTED) return;
  const error = data.find(isSecureTokenError);
  inspector.say('bad', `Shaka stopped: ${error ?? `error ${code}`}`);
  notice.show(reasonFor(error));
  recovery.failed();
}

player.addEventListener('error', (event) => say(/** @type {any} */ (event).detail));
/** Both players play the stream that is chosen. */
function choose() {
  start();
  byHand.play(chosenStream());
}
find('#streams').addEventListener('change', choose);
choose();
