import Hls from 'hls.js';
import { createTokenSource, secureToken } from 'secure-token-hlsjs';
import { app, edge } from '../addresses.js';
import { createInspector } from './inspector.js';
import { showCode } from './show-code.js';
import { createSwitchTable } from './switch-table.js';
import { createTitles } from './titles.js';
import { viewer } from './viewer.js';

/** @typedef {{ hls: Hls, source: import('secure-token-hlsjs').TokenSource }} Playback */
/** @typedef {import('./titles.js').Title} Title */

const request = { headers: { 'X-Viewer': viewer } };
/** How tokens are fetched. `/token/expanded` also answers for what a playlist names. */
const modes = {
  ahead: { name: 'pointer on the title', signing: { endpoint: `${app}/token/expanded`, request } },
  once: { name: 'click, in one call', signing: { endpoint: `${app}/token/expanded`, request } },
  chain: { name: 'click, one after the other', signing: { endpoint: `${app}/token`, request } },
};
const video = /** @type {HTMLVideoElement} */ (document.querySelector('video'));
const find = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (document.querySelector(selector));

/** This film is so small that hls.js would load all of it at once; a film of yours would not fit. In seconds. */
const buffer = { maxMaxBufferLength: 20 };

/**
 * What the page shows as its code are these functions, read from themselves. @type {(signing: { endpoint: string }) =>
 * Playback}
 */
function setUp(signing) {
  const source = createTokenSource(signing);
  const hls = new Hls(buffer);
  secureToken(hls, source);
  return { hls, source };
}
/** @type {(playback: Playback, src: string) => Promise<void>} */
async function prepare({ source }, src) {
  await source.sign(src).catch(() => undefined); // if it fails, play() will tell
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
let hasFailed = false;

const inspector = createInspector(find('#inspector'), {
  aside: find('#aside'),
  app,
  edge,
  viewer,
  async onRecover() {
    if (!current) return;
    // Also before the player has failed: a denial is final until then.
    await current.source.renew().catch(() => undefined);
    if (hasFailed && playing) play(playing);
  },
});

/** @type {(title: Title) => void} */
function play(title) {
  playing = title;
  hasFailed = false;
  titles.mark(title);
  video.style.filter = `hue-rotate(${title.hue}deg)`;
  switches.begin(title.name, edge + title.path, mode().name);
  current?.hls.loadSource(edge + title.path);
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
  hls.attachMedia(video);
  hls.on(Hls.Events.ERROR, (_, { fatal, details, error }) => {
    if (!fatal) return;
    hasFailed = true;
    inspector.say('bad', `The player stopped loading: ${details}. ${error.message}`);
  });
  switches.follow(source);
  inspector.follow({ source, media: video });
  play(playing ?? titles.first);
}

showCode(find('#code'), [setUp, prepare], modes.ahead.signing.endpoint);
find('#modes').addEventListener('change', start);
start();
