import Hls from 'hls.js';
import { createTokenSource, secureToken } from 'secure-token-hlsjs';
import { app, doctor, edge } from '../addresses.js';
import { createFailureNotice, reasonFor } from './failure-notice.js';
import { createInspector } from './inspector.js';
import { createRecovery } from './player-recovery.js';
import { showCode } from './show-code.js';
import { createSwitchTable } from './switch-table.js';
import { createTitles } from './titles.js';
import { viewer } from './viewer.js';

/** @typedef {{ hls: Hls, source: import('secure-token-hlsjs').TokenSource }} Playback */
/** @typedef {import('./titles.js').Title} Title */

const request = { headers: { 'X-Viewer': viewer } };
/** The ways to fetch tokens. `/token/expanded` also returns tokens for the URLs that a playlist names. */
const modes = {
  ahead: { name: 'pointer on the title', signing: { endpoint: `${app}/token/expanded`, request } },
  once: { name: 'click, in one call', signing: { endpoint: `${app}/token/expanded`, request } },
  chain: { name: 'click, one after the other', signing: { endpoint: `${app}/token`, request } },
};
const video = /** @type {HTMLVideoElement} */ (document.querySelector('video'));
const find = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (document.querySelector(selector));

/** Limits the buffer of hls.js, in seconds. Without the limit hls.js would load all of this small film at once. */
const buffer = { maxMaxBufferLength: 20 };

/**
 * Creates hls.js with a token source. The page shows the bodies of `setUp`, `prepare` and `load` as its code.
 * @type {(signing: { endpoint: string }) => Playback}
 */
function setUp(signing) {
  const source = createTokenSource(signing);
  const hls = new Hls(buffer);
  secureToken(hls, source);
  return { hls, source };
}
/** @type {(playback: Playback, src: string) => Promise<void>} */
async function prepare({ source }, src) {
  await source.sign(src).catch(() => undefined); // if it fails, the player will tell
}
/** @type {(playback: Playback, src: string) => void} */
function load({ hls }, src) {
  hls.loadSource(src);
  hls.attachMedia(video);
}

const mode = () => {
  const chosen = document.querySelector('input[name="mode"]:checked');
  return modes[/** @type {keyof typeof modes} */ (chosen instanceof HTMLInputElement ? chosen.value : 'ahead')];
};
const switches = createSwitchTable(find('#switches'), video);
/** @type {Playback | undefined} */
let current;
/** @type {Title | undefined} */
let playing;
const notice = createFailureNotice(video);

const inspector = createInspector(find('#inspector'), {
  player: find('#player'),
  controls: find('#controls'),
  app,
  edge,
  doctor,
  viewer,
  playing: () => playing && edge + playing.path,
  whenRevoked: 'hls.js plays what it has loaded, then stops. The page says why in the picture.',
  onRepair: () => recovery.repaired(),
});

const recovery = createRecovery({
  isWell: inspector.isWell,
  renew: () => current?.source.renew(),
  /** Goes on where the film stands. A first playlist that failed is not loaded again by startLoad. */
  goOn() {
    notice.hide();
    if (current && current.hls.levels.length > 0) current.hls.startLoad();
    else if (playing) play(playing);
  },
});

/** @type {(title: Title) => void} */
function play(title) {
  playing = title;
  recovery.forget();
  notice.hide();
  titles.mark(title);
  video.style.filter = `hue-rotate(${title.hue}deg)`;
  const src = edge + title.path;
  switches.begin(title.name, src, mode().name);
  if (current) load(current, src);
  showCode(find('#code'), {
    imports: ["import Hls from 'hls.js';", "import { createTokenSource, secureToken } from 'secure-token-hlsjs';"],
    values: { video, src, signing: mode().signing, buffer },
    runs: [setUp, prepare, load],
  });
  video.play().catch(() => undefined);
}

const titles = createTitles(find('#titles'), {
  async onPoint(title) {
    if (current && title !== playing && mode() === modes.ahead) await prepare(current, edge + title.path);
  },
  onChoose: play,
});

/** Starts afresh, without a token. */
function start() {
  current?.hls.destroy();
  current?.source.destroy();
  current = setUp(mode().signing);
  const { hls, source } = current;
  hls.on(Hls.Events.ERROR, (_, { fatal, details, error }) => {
    if (!fatal) return;
    inspector.say('bad', `hls.js stopped loading: ${details}. ${error.message}`);
    notice.show(reasonFor(error));
    recovery.failed();
  });
  switches.follow(source);
  inspector.follow({ source, media: video });
  play(playing ?? titles.first);
}

find('#modes').addEventListener('change', start);
start();
