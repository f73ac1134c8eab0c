import { readFileSync } from 'node:fs';

/** A script as it is shipped. */
const shipped = (path: string): string => readFileSync(new URL(`../../packages/${path}`, import.meta.url), 'utf8');

const html = `<!doctype html><meta charset="utf-8"><title>media</title><link rel="icon" href="data:,">
<body style="margin:0;background:#fff"><video muted playsinline width="320" height="180"></video>
<script src="/progressive.js"></script><script src="/worker-page.js"></script>
<script>
const video = document.querySelector('video');
const seen = { errors: 0, shownErrors: [], mediaErrors: [], swaps: [], failures: [], types: [] };
video.addEventListener('error', (event) => {
  seen.errors++;
  seen.shownErrors.push((event.isTrusted ? '' : 'by a script: ') + (video.error ? video.error.message : 'no error'));
});
// also what secureVideo hides from the page
const noteError = ({ code, message }) => seen.mediaErrors.push(code + ' ' + message + ' at ' + video.currentTime);
addEventListener('error', () => video.error && noteError(video.error), true);
const nameOf = (error) => (error.name === 'SecureTokenError' ? error.code : error.name);
const follow = (target) => {
  target.addEventListener('swap', ({ reason, gap }) => seen.swaps.push({ reason, gap }));
  target.addEventListener('error', ({ error }) => seen.failures.push(nameOf(error)));
  for (const type of ['tokenrenewed', 'tokenrefused', 'tokenerror', 'tokendenied', 'problem']) {
    target.addEventListener(type, (event) => seen.types.push(type === 'problem' ? event.header : type));
  }
  return target;
};
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
/** Chromium asks again for half a minute, and on a busy machine for longer, before it says that a film has failed. */
const untilGivenUp = 120000;
/** Resolves to the ms that it took; after the limit it says what hangs. */
const until = async (test, what = String(test), limit = 60000) => {
  const start = performance.now();
  while (!test()) {
    if (performance.now() - start > limit) {
      const { currentTime, readyState, networkState, seeking, paused, error } = video;
      const state = { currentTime, readyState, networkState, seeking, paused, error: error && error.message, seen };
      throw new Error('never: ' + what + ' ' + JSON.stringify(state));
    }
    await sleep(10);
  }
  return performance.now() - start;
};
/** Plays; a change of source may interrupt the promise of play(). */
const start = () => {
  video.play().catch(() => undefined);
  return moves(0.01);
};
/** Resolves when the picture has moved on by so many seconds. */
const moves = async (seconds) => {
  const goal = video.currentTime + seconds;
  // after a seek WebKitGTK now and then stands still with everything there, without a worker too: a viewer presses
  // pause and play
  let last = video.currentTime;
  const press = setInterval(() => {
    if (video.currentTime === last && video.readyState === 4 && !video.paused && !video.seeking) {
      video.pause();
      video.play().catch(() => undefined);
    }
    last = video.currentTime;
  }, 5000);
  if (/ (Chrome|Firefox)\\//.test(navigator.userAgent)) clearInterval(press);
  await until(() => video.currentTime > goal, 'the picture moves on').finally(() => clearInterval(press));
};
/** Resolves to the ms until the picture is there. */
const seek = (time) => {
  video.currentTime = time;
  return until(() => !video.seeking && video.readyState > 2 && video.currentTime > time - 0.2, 'seek to ' + time);
};
</script>`;

const takesOver = `addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(clients.claim()));`;

/** Answers for the page of the media tests, its scripts and its workers; `version` is written into the token worker. */
export function mediaPage({ version, edge }: { version: () => string; edge: string }): (pathname: string) => Response {
  const workerPage = shipped('worker/dist/secure-token-worker.min.js');
  const workers = new Map(
    ['/token-worker.js', '/token-worker-all.js', '/token-worker.development.js'].map((name) => [
      name,
      shipped(`worker/dist${name}`),
    ]),
  );
  const fixed: Record<string, string> = {
    '/progressive.js': shipped('progressive/dist/secure-token-progressive.min.js'),
    '/worker-page.js': workerPage,
    '/own-worker.js': `const { createTokenSource, handleFetch } = (() => { ${workerPage}
  return SecureTokenWorker; })();
const source = createTokenSource({ endpoint: '/token', protect: '${edge}/' });
addEventListener('fetch', (event) => handleFetch(event, source));
${takesOver}`,
    // its settings are in its own URL, as those of the token worker are
    '/importing-worker.js': `importScripts('/token-worker.js');`,
    '/foreign-worker.js': `addEventListener('fetch', () => undefined);\n${takesOver}`,
  };
  return (pathname) => {
    const worker = workers.get(pathname);
    const script = worker === undefined ? fixed[pathname] : `// ${version()}\n${worker}`;
    const headers = {
      'content-type': script ? 'text/javascript' : 'text/html',
      'cache-control': script ? 'no-cache' : 'no-store',
    };
    return new Response(script ?? html, { headers });
  };
}
