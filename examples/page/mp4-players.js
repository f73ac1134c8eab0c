import { createTokenSource, secureVideo } from 'secure-token-progressive';
import { registerTokenWorker } from 'secure-token-worker';
import { app, edge } from '../addresses.js';
import { createDownloadPanel } from './download-panel.js';
import { createFailureNotice, reasonFor } from './failure-notice.js';
import { createInspector } from './inspector.js';
import { createPlayerFacts } from './player-facts.js';
import { showCode } from './show-code.js';
import { viewer } from './viewer.js';

/** The signing endpoint, and the viewer who asks it. */
const signing = { endpoint: `${app}/token`, request: () => ({ headers: { 'X-Viewer': viewer } }) };
/** Returns one of three addresses of the film, so that the page can tell the requests of its players apart. */
const film = (/** @type {string} */ name) => `${edge}/mp4/${name}/film.mp4`;
const find = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (document.querySelector(selector));

/**
 * Registers the token worker, and signs for it, so that the worker's calls show up on the page. With `{ endpoint,
 * protect }` the worker would ask the endpoint by itself. The worker leaves all other media requests of the page alone,
 * the second player's among them.
 * @type {(film: string) => Promise<TokenWorker>}
 */
async function register(film) {
  const source = createTokenSource({ ...signing, protect: film });
  const worker = await registerTokenWorker('/token-worker.js', { source, protect: film });
  return worker;
}

/** @type {Play} */
async function playWithWorker(video, film, worker) {
  const player = await secureVideo(video, film, worker.source);
  return player;
}

/** Creates the token source that the player shares with the download. */
function makeSource() {
  const source = createTokenSource(signing);
  return source;
}

/** @type {Play} */
async function playBySwap(video, film, { source }) {
  const player = await secureVideo(video, film, { source, via: 'swap' });
  return player;
}

/**
 * @typedef {import('secure-token-worker').TokenWorker} TokenWorker
 * @typedef {import('secure-token-progressive').TokenSource} TokenSource
 * @typedef {import('secure-token-progressive').SecureVideo} SecureVideo
 * @typedef {(video: HTMLVideoElement, film: string, signer: { source: TokenSource }) => Promise<SecureVideo>} Play
 */

/** Functions that play a film again, one for each film that has failed for good. @type {Set<() => void>} */
const failed = new Set();
const inspector = createInspector(find('#inspector'), {
  happened: find('#happened'),
  controls: find('#controls'),
  app,
  edge,
  viewer,
  playing: () => film('with-worker'),
  byBrowser: true,
  lanes: { buffer: 'Buffer, with worker', 'buffer-1': 'Buffer, without', signing: 'Signing endpoint', segment: 'Film' },
  whenRevoked:
    'What is arriving goes on, and a token at hand opens the film until it ends. After that, jump two minutes ahead: the request is denied, and the page says why in its picture.',
  onRepair() {
    // also of a player that has not failed yet: a denial is final until then
    for (const source of sources) source.renew().catch(() => undefined);
    const retries = [...failed];
    failed.clear();
    for (const retry of retries) retry();
  },
});
const say = (/** @type {string} */ name, /** @type {unknown} */ error) =>
  inspector.say('bad', `${name}: ${error instanceof Error ? error.message : String(error)}`);

/**
 * @type {(id: string, name: string, play: Play, film: string, source: TokenSource) => ReturnType<typeof
 * createPlayerFacts>}
 */
function start(id, name, play, film, source) {
  const video = /** @type {HTMLVideoElement} */ (document.querySelector(`#${id} video`));
  const facts = createPlayerFacts(find(`#${id} [data-part="facts"]`), video);
  const notice = createFailureNotice(video);
  video.addEventListener('playing', notice.hide);
  const begin = async () => {
    notice.hide();
    try {
      const player = await play(video, film, { source });
      facts.follow(player);
      player.addEventListener('error', (event) => {
        const { error } = /** @type {CustomEvent<{ error: unknown }>} */ (event).detail;
        say(`${name} stopped`, error);
        notice.show(reasonFor(error));
        failed.add(() => void player.renew().catch(() => failed.add(begin)));
      });
    } catch (error) {
      say(`${name} did not start`, error);
      notice.show(reasonFor(error));
      failed.add(() => {
        const again = () => void begin();
        source.renew().then(again, again);
      });
    }
  };
  void begin();
  return facts;
}

/** The token worker; without service workers the left player changes its source too, and says so. */
const worker = await register(film('with-worker')).catch((error) => void say('The service worker', error));
worker?.addEventListener('problem', (event) => {
  const { header } = /** @type {CustomEvent<{ header: string }>} */ (event).detail;
  inspector.say('bad', `The edge does not send ${header}`);
});
const sources = [worker?.source ?? makeSource(), makeSource()];
const [workerSource, swapSource] = /** @type {[TokenSource, TokenSource]} */ (sources);
const media = /** @type {NodeListOf<HTMLVideoElement>} */ (document.querySelectorAll('.screen video'));
const [workerVideo, swapVideo] = /** @type {[HTMLVideoElement, HTMLVideoElement]} */ ([...media]);
inspector.follow({ source: workerSource, media: workerVideo }, { source: swapSource, media: swapVideo });

const players = [
  start('worker', 'The player with the worker', playWithWorker, film('with-worker'), workerSource),
  start('swap', 'The player without', playBySwap, film('without-worker'), swapSource),
];
find('#jump').addEventListener('click', () => {
  const { currentTime, duration } = workerVideo;
  const goal = (currentTime + 120) % (duration || Infinity);
  for (const { seek } of players) seek(goal);
});

createDownloadPanel(find('#download'), { url: film('download'), source: swapSource });
showCode(find('#worker-code'), {
  imports: [
    "import { createTokenSource, secureVideo } from 'secure-token-progressive';",
    "import { registerTokenWorker } from 'secure-token-worker';",
  ],
  values: { video: workerVideo, film: film('with-worker'), signing },
  runs: [register, playWithWorker],
});
showCode(find('#swap-code'), {
  imports: ["import { createTokenSource, secureVideo } from 'secure-token-progressive';"],
  values: { video: swapVideo, film: film('without-worker'), signing },
  runs: [makeSource, playBySwap],
});
