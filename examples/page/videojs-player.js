import { app, edge } from '../addresses.js';
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

const player = videojs('player');

/** Plays `src`. The page shows the body of this function as its code. @type {(src: string) => TokenSource} */
function play(src) {
  const { source } = player.secureToken(signing);
  player.src({ src, type: 'application/x-mpegURL' });
  return source;
}

/** @typedef {import('videojs-secure-token').TokenSource} TokenSource */
/** @type {TokenSource | undefined} */
let source;

const inspector = createInspector(find('#inspector'), {
  happened: find('#happened'),
  controls: find('#controls'),
  app,
  edge,
  viewer,
  playing: () => edge + chosenStream(),
  whenRevoked: 'Video.js plays what it has loaded, then says why it stops.',
  onRepair: () => recovery.repaired(),
});

/** Whether VHS has given up the source for good after a refusal. After a denial VHS goes on by itself. */
const isGivenUp = () => Object(player.error()).cause?.code !== 'ERR_DENIED';

const recovery = createRecovery({
  isWell: inspector.isWell,
  renew: () => source?.renew(),
  goOn() {
    if (!player.error() || !isGivenUp()) return;
    const stoodAt = player.currentTime();
    start();
    player.one('loadedmetadata', () => void player.currentTime(stoodAt));
  },
});

/** Plays the stream that is chosen. */
function start() {
  recovery.forget();
  const src = edge + chosenStream();
  source = play(src);
  inspector.follow({ source, media: /** @type {HTMLVideoElement} */ (document.querySelector('video')) });
  showCode(find('#code'), {
    imports: [
      "import videojs from 'video.js';",
      "import { registerSecureToken } from 'videojs-secure-token';",
      '',
      'registerSecureToken(videojs);',
      "const player = videojs('player');",
    ],
    values: { src, signing },
    runs: [play],
  });
}

player.on('error', () => {
  const error = player.error();
  if (!error) return;
  inspector.say('bad', `Video.js stopped: ${error.message}`);
  recovery.failed();
});
find('#streams').addEventListener('change', start);
start();
