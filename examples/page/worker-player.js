import { createTokenSource, secureVideo } from 'secure-token-progressive';
import { registerTokenWorker } from 'secure-token-worker';
import { app, doctor, edge } from '../addresses.js';
import { playFile } from './file-player.js';
import { createInspector } from './inspector.js';
import { createPlayerFacts, timeJump } from './player-facts.js';
import { showCode } from './show-code.js';
import { viewer } from './viewer.js';

/** The signing endpoint, and the viewer who asks it. */
const signing = { endpoint: `${app}/token`, request: { headers: { 'X-Viewer': viewer } } };
const film = `${edge}/mp4/with-worker/film.mp4`;
const find = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (document.querySelector(selector));
const video = /** @type {HTMLVideoElement} */ (find('#player video'));

/**
 * Registers the token worker, and signs for it, so that the worker's calls show up on the page. With `{ endpoint,
 * protect }` the worker would ask the endpoint by itself.
 */
async function register() {
  const source = createTokenSource({ ...signing, protect: film });
  const worker = await registerTokenWorker('/token-worker.js', { source, protect: film });
  return worker;
}

/**
 * @typedef {import('secure-token-progressive').SecureVideo} SecureVideo
 * @typedef {import('secure-token-progressive').TokenSource} TokenSource
 */
/** @type {(signer: { source: TokenSource }) => Promise<SecureVideo>} */
async function play(worker) {
  const player = await secureVideo(video, film, worker.source);
  return player;
}

const inspector = createInspector(find('#inspector'), {
  player: find('#player'),
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
});

const worker = await register().catch((error) => {
  inspector.say('bad', `The service worker: ${error instanceof Error ? error.message : String(error)}`);
});
worker?.addEventListener('problem', (event) => {
  const { header } = /** @type {CustomEvent<{ header: string }>} */ (event).detail;
  inspector.say('bad', `The edge does not send ${header}`);
});
/** Without the worker the player changes its source, and says so. */
const source = worker?.source ?? createTokenSource(signing);
const facts = createPlayerFacts(find('#facts'));
const file = playFile({ video, source, play: () => play({ source }), say: inspector.say, onPlayer: facts.follow });
inspector.follow({ source, media: video });

find('#jump').addEventListener('click', () => {
  timeJump(video, (video.currentTime + 120) % (video.duration || Infinity), facts.showJump);
});

showCode(find('#code'), {
  imports: [
    "import { createTokenSource, secureVideo } from 'secure-token-progressive';",
    "import { registerTokenWorker } from 'secure-token-worker';",
  ],
  values: { video, film, signing },
  runs: [register, play],
});
