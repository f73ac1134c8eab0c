import Hls from 'hls.js';
import { secureToken } from 'secure-token-hlsjs';
import { app, doctor, edge } from '../addresses.js';
import { createByHand } from './by-hand.js';
import { createFailureNotice, reasonFor } from './failure-notice.js';
import { createInspector } from './inspector.js';
import { createRecovery } from './player-recovery.js';
import { showCode } from './show-code.js';
import { chosenStream } from './streams.js';
import { viewer } from './viewer.js';

/** The signing endpoint, and the viewer who asks it. */
const signing = { endpoint: `${app}/token`, request: { headers: { 'X-Viewer': viewer } } };
const video = /** @type {HTMLVideoElement} */ (document.querySelector('#player video'));
const find = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (document.querySelector(selector));

/** Limits the buffer of hls.js, in seconds. Without the limit hls.js would load all of this small film at once. */
const buffer = { maxMaxBufferLength: 12 };

/** Plays `src`. The page shows the body of this function as its code. @type {(src: string) => Playback} */
function play(src) {
  const hls = new Hls(buffer);
  const source = secureToken(hls, signing);
  hls.loadSource(src);
  hls.attachMedia(video);
  return { hls, source };
}

/** The same without the plugin. @type {import('./by-hand.js').PlayByHand} */
function playByHand({ video, src, withToken }) {
  const hls = new Hls({ ...buffer, xhrSetup: (xhr, url) => xhr.open('GET', withToken(url), true) });
  hls.loadSource(src);
  hls.attachMedia(video);
  return () => hls.destroy();
}

/** @typedef {{ hls: Hls, source: import('secure-token-hlsjs').TokenSource }} Playback */
/** @type {Playback | undefined} */
let current;
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
  whenRevoked: 'hls.js plays what it has loaded, then stops. The page says why in the picture.',
  onRepair: () => recovery.repaired(),
  onReset: () => byHand.again(),
});

const byHand = createByHand(find('#by-hand'), {
  title: 'By hand: <code>xhrSetup</code>, one token for the film',
  app,
  edge,
  viewer,
  play: playByHand,
  onStart: inspector.followByHand,
});

const recovery = createRecovery({
  isWell: inspector.isWell,
  renew: () => current?.source.renew(),
  /** Goes on where the film stands. A first playlist that failed is not loaded again by startLoad. */
  goOn() {
    notice.hide();
    if (current && current.hls.levels.length > 0) current.hls.startLoad();
    else start();
  },
});

/** Plays the stream that is chosen. */
function start() {
  current?.hls.destroy();
  recovery.forget();
  notice.hide();
  const path = chosenStream();
  const src = edge + path;
  current = play(src);
  const { hls, source } = current;
  const isLive = !path.startsWith('/film/');
  inspector.follow({ source, media: video, ...(isLive && { latency: () => hls.latency }) });
  hls.on(Hls.Events.ERROR, (_, { fatal, details, error }) => {
    if (!fatal) return;
    inspector.say('bad', `hls.js stopped loading: ${details}. ${error.message}`);
    notice.show(reasonFor(error));
    recovery.failed();
  });
  showCode(find('#code'), {
    imports: ["import Hls from 'hls.js';", "import { secureToken } from 'secure-token-hlsjs';"],
    values: { video, src, signing, buffer },
    runs: [play],
  });
}

/** Both players play the stream that is chosen. */
function choose() {
  start();
  byHand.play(chosenStream());
}
find('#streams').addEventListener('change', choose);
choose();
