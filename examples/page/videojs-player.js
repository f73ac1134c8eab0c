import { app, doctor, edge } from '../addresses.js';
import { createByHand } from './by-hand.js';
import { createInspector } from './inspector.js';
import { createRecovery } from './player-recovery.js';
import { showCode } from './show-code.js';
import { chosenStream } from './streams.js';
import { viewer } from './viewer.js';

const { videojs } = window;
/** The signing endpoint, and the viewer who asks it. */
const signing = { endpoint: `${app}/token`, request: { headers: { 'X-Viewer': viewer } } };
const find = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (document.querySelector(selector));

// this film is so small that VHS would load all of it at once; a film of yours would not fit. In seconds.
Object.assign(/** @type {{ Vhs: object }} */ (/** @type {unknown} */ (videojs)).Vhs, { GOAL_BUFFER_LENGTH: 20 });

/** VHS plays HLS in Safari too, so the plugin signs each request there. */
const options = { html5: { vhs: { overrideNative: true } } };

/** Creates the player. The page shows the body of this function as its code. */
function createPlayer() {
  const player = videojs('video', options);
  return player;
}

const player = createPlayer();

/** Plays `src`. The page shows the body of this function as its code. @type {(src: string) => TokenSource} */
function play(src) {
  const { source } = player.secureToken(signing);
  player.src({ src, type: 'application/x-mpegURL' });
  return source;
}

/** The same without the plugin. @type {import('./by-hand.js').PlayByHand} */
function playByHand({ video, src, withToken }) {
  const player = videojs(video, options);
  player.on('xhr-hooks-ready', () => {
    Object(player.tech(true)).vhs.xhr.onRequest((/** @type {{ uri: string }} */ options) => ({
      ...options,
      uri: withToken(options.uri),
    }));
  });
  player.src({ src, type: 'application/x-mpegURL' });
  return () => player.dispose();
}

/** @typedef {import('videojs-secure-token').TokenSource} TokenSource */
/** @type {TokenSource | undefined} */
let source;

const inspector = createInspector(find('#inspector'), {
  player: find('#player'),
  byHand: find('#by-hand'),
  controls: find('#controls'),
  app,
  edge,
  doctor,
  viewer,
  playing: () => edge + chosenStream(),
  whenRevoked: 'Video.js plays what it has loaded, then says why it stops.',
  onRepair: () => recovery.repaired(),
  onReset: () => byHand.again(),
});

/** Whether VHS has given up the source for good after a refusal. After a denial VHS goes on by itself. */
const isGivenUp = () => Object(player.error()).cause?.code !== 'ERR_DENIED';

const byHand = createByHand(find('#by-hand'), {
  title: 'By hand: <code>onRequest</code>, one token for the film',
  app,
  edge,
  viewer,
  className: 'video-js vjs-fluid',
  play: playByHand,
  onStart: inspector.followByHand,
});

const recovery = createRecovery({
  isWell: inspector.isWell,
  renew: () => source?.renew(),
  goOn() {
    if (!player.error() || !isGivenUp()) return;
    const stoodAt = player.currentTime();
    start();
    player.one('loadedmetadata', () => {
      player.currentTime(stoodAt);
    });
  },
});

/** Plays the stream that is chosen. */
function start() {
  recovery.forget();
  const src = edge + chosenStream();
  source = play(src);
  inspector.follow({ source, media: /** @type {HTMLVideoElement} */ (document.querySelector('#player video')) });
  showCode(find('#code'), {
    imports: [
      "import videojs from 'video.js';",
      "import { registerSecureToken } from 'videojs-secure-token';",
      '',
      'registerSecureToken(videojs);',
    ],
    values: { src, signing, options },
    runs: [createPlayer, play],
  });
}

player.on('error', () => {
  const error = player.error();
  if (!error) return;
  inspector.say('bad', `Video.js stopped: ${error.message}`);
  recovery.failed();
});
/** Both players play the stream that is chosen. */
function choose() {
  start();
  byHand.play(chosenStream());
}
find('#streams').addEventListener('change', choose);
choose();
