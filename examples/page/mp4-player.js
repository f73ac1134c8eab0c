import { createTokenSource, secureVideo } from 'secure-token-progressive';
import { app, doctor, edge } from '../addresses.js';
import { createByHand } from './by-hand.js';
import { createDownloadPanel } from './download-panel.js';
import { playFile } from './file-player.js';
import { createInspector } from './inspector.js';
import { createPlayerFacts, timeJump } from './player-facts.js';
import { showCode } from './show-code.js';
import { viewer } from './viewer.js';

/** The signing endpoint, and the viewer who asks it. */
const signing = { endpoint: `${app}/token`, request: { headers: { 'X-Viewer': viewer } } };
const path = '/mp4/film/film.mp4';
const film = edge + path;
const find = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (document.querySelector(selector));
const video = /** @type {HTMLVideoElement} */ (find('#player video'));

/** Creates the token source that the player shares with the download. */
function makeSource() {
  const source = createTokenSource(signing);
  return source;
}

/** @type {(source: import('secure-token-progressive').TokenSource) => Promise<import('secure-token-progressive').SecureVideo>} */
async function play(source) {
  const player = await secureVideo(video, film, { source, via: 'swap' });
  return player;
}

const source = makeSource();
const inspector = createInspector(find('#inspector'), {
  player: find('#player'),
  byHand: find('#by-hand'),
  controls: find('#controls'),
  app,
  edge,
  doctor,
  viewer,
  playing: () => film,
  byBrowser: true,
  lanes: { signing: 'Signing calls', segment: 'Film' },
  whenRevoked:
    'What is arriving goes on, and a token at hand opens the film until it ends. After that, jump two minutes ahead: the request is denied, and the page says why in its picture.',
  onRepair: () => file.repaired(),
  onReset: () => byHand.again(),
});

const byHand = createByHand(find('#by-hand'), {
  title: 'By hand: a signed <code>src</code>',
  app,
  edge,
  viewer,
  play({ video, src, withToken }) {
    video.src = withToken(src);
    return () => video.removeAttribute('src');
  },
  onStart: inspector.followByHand,
});

const facts = createPlayerFacts(find('#facts'));
const file = playFile({ video, source, play: () => play(source), say: inspector.say, onPlayer: facts.follow });
inspector.follow({ source, media: video });
byHand.play(path);

find('#jump').addEventListener('click', () => {
  const goal = (video.currentTime + 120) % (video.duration || Infinity);
  timeJump(video, goal, facts.showJump);
  const other = /** @type {HTMLVideoElement} */ (find('#by-hand video'));
  timeJump(other, goal, facts.showJumpByHand);
});

createDownloadPanel(find('#download'), { url: `${edge}/mp4/download/film.mp4`, source });
showCode(find('#code'), {
  imports: ["import { createTokenSource, secureVideo } from 'secure-token-progressive';"],
  values: { video, film, signing },
  runs: [makeSource, play],
});
