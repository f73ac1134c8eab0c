import { MediaPlayer } from 'dashjs';
import { secureToken } from 'secure-token-dashjs';
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

/** Limits the buffer of dash.js, in seconds. Without the limit dash.js would load all of this small film at once. */
const settings = { streaming: { buffer: { bufferTimeDefault: 6, bufferTimeAtTopQuality: 6 } } };

/** Plays `src`. The page shows the body of this function as its code. @type {(src: string) => Playback} */
function play(src) {
  const player = MediaPlayer().create();
  const source = secureToken(player, signing);
  player.updateSettings(settings);
  player.initialize(video, src, true);
  return { player, source };
}

/** The same without the plugin. @type {import('./by-hand.js').PlayByHand} */
function playByHand({ video, src, withToken }) {
  const player = MediaPlayer().create();
  player.addRequestInterceptor((request) => Promise.resolve({ ...request, url: withToken(request.url) }));
  player.updateSettings(settings);
  player.initialize(video, src, true);
  return () => player.destroy();
}

/** @typedef {{ player: import('dashjs').MediaPlayerClass, source: import('secure-token-dashjs').TokenSource }} Playback */
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
  whenRevoked:
    'dash.js plays what it has loaded, then stops. The page says why in the picture. This film is short: if all of it is loaded, it goes round.',
  onRepair: () => recovery.repaired(),
  onReset: () => byHand.again(),
});

const byHand = createByHand(find('#by-hand'), {
  title: 'By hand: <code>addRequestInterceptor</code>, one token',
  app,
  edge,
  viewer,
  play: playByHand,
  onStart: inspector.followByHand,
});

const recovery = createRecovery({
  isWell: inspector.isWell,
  renew: () => current?.source.renew(),
  /** dash.js does not ask again for what it has reported: it is given its source anew, where the film stands. */
  goOn() {
    notice.hide();
    current?.player.attachSource(edge + chosenStream(), video.currentTime);
  },
});

/** Plays the stream that is chosen. */
function start() {
  current?.player.destroy();
  recovery.forget();
  notice.hide();
  const src = edge + chosenStream();
  current = play(src);
  const { player, source } = current;
  inspector.follow({ source, media: video });
  player.on('error', ({ error }) => {
    inspector.say('bad', `dash.js reports: ${typeof error === 'string' ? error : error.message}`);
    notice.show(reasonFor(error));
    // the plugin holds what was denied: it goes on by itself
    if (Object(error).code !== 'ERR_DENIED') recovery.failed();
  });
  source.addEventListener('tokenrenewed', () => {
    // a call that went out before the button was pressed may bring tokens of others
    if (inspector.isWell()) notice.hide();
  });
  showCode(find('#code'), {
    imports: ["import { MediaPlayer } from 'dashjs';", "import { secureToken } from 'secure-token-dashjs';"],
    values: { video, src, signing, settings },
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
