import { setTimeout as delay } from 'node:timers/promises';
import type { Engine, Tab } from './engines.ts';
import type { Stage } from './stage.ts';
import type { Carrier } from './token-formats.ts';

/** The state of the player, as the page tells it. */
export interface Seen {
  readonly currentTime: number;
  readonly ended: boolean;
  readonly error: string | null;
  /** The library feeds the element through MSE; otherwise the browser plays by itself. */
  readonly isFed: boolean;
  /** Errors that end playback; Video.js has no others. */
  readonly fatal: readonly string[];
  /** Types of token events, with their reason or code. */
  readonly tokens: readonly string[];
}

/** A player of a script library in one tab of any engine. */
export interface EnginePlayer {
  /** Resolves with what is seen first that fits. @throws with what was seen last */
  until(fits: (seen: Seen) => boolean, seconds?: number): Promise<Seen>;
  /** Seeks, and plays on from there for two seconds. */
  seek(to: number): Promise<Seen>;
}

const shared = `
window.video = document.querySelector('video');
window.seen = { fatal: [], tokens: [] };
window.listen = (target) => {
  for (const type of ['tokenrenewed', 'tokenrefused', 'tokenerror', 'tokendenied']) {
    target.addEventListener(type, ({ detail: { reason, status, error } }) => {
      seen.tokens.push(type + ' ' + (reason ?? status ?? error.code));
    });
  }
};
window.tokens = { endpoint: args.endpoint, request: { credentials: args.credentials } };
// of ten minutes a part only, or there would be no request after a token has expired
const ahead = 4;
const script = (src) => new Promise((resolve, reject) => {
  document.head.append(Object.assign(document.createElement('script'), { src, onload: resolve, onerror: reject }));
});`;

const bodies = {
  'hls.js': `${shared}
    window.hls = new Hls({ maxBufferLength: ahead, maxMaxBufferLength: ahead });
    hls.on(Hls.Events.ERROR, (_, { fatal, details, response }) => {
      if (fatal) seen.fatal.push(details + ' ' + response?.code);
    });
    listen(SecureTokenHls.secureToken(hls, tokens));
    hls.loadSource(args.src);
    hls.attachMedia(video);
    video.play().catch((error) => seen.fatal.push(String(error)));`,
  'Video.js': `
    document.body.innerHTML = '<video class="video-js" muted playsinline width="320"></video>';
    ${shared}
    await script('/node_modules/video.js/dist/video.min.js');
    await script('/packages/videojs/dist/videojs-secure-token.min.js');
    Object.assign(videojs.Vhs, { GOAL_BUFFER_LENGTH: ahead, MAX_GOAL_BUFFER_LENGTH: ahead });
    // this is a test of VHS: WebKit would play HLS by itself
    window.player = videojs(video, { muted: true, preload: 'auto', html5: { vhs: { overrideNative: true } } });
    player.on('error', () => seen.fatal.push(player.error().message));
    listen(player.secureToken(tokens).source);
    player.src({ src: args.src, type: 'application/x-mpegURL' });
    await new Promise((resolve) => player.one('loadstart', resolve));
    window.video = player.tech(true).el();
    player.play().catch((error) => seen.fatal.push(String(error)));`,
};

const look = `const { currentTime, ended, error } = window.video;
const isFed = window.video.currentSrc.startsWith('blob:');
return { ...window.seen, isFed, currentTime, ended, error: error && error.code + ' ' + error.message };`;

/** Opens a page with a player of `path` and tokens of `carrier`; it begins to play. */
export async function openEnginePlayer(
  library: keyof typeof bodies,
  engine: Engine,
  tab: Tab,
  stage: Stage,
  carrier: Carrier,
  path: string,
): Promise<EnginePlayer> {
  const { pages, signer } = stage;
  await tab.goto(library === 'hls.js' ? pages.url('1.7', 'script') : `${pages.origin}/test/support/videojs.html`);
  const credentials = carrier === 'cookie' ? 'include' : 'same-origin';
  await tab.run(bodies[library], { src: stage.url(carrier, path), endpoint: signer.endpoint(carrier), credentials });
  const until = async (fits: (seen: Seen) => boolean, seconds = 60): Promise<Seen> => {
    let last = -1;
    let since = Date.now();
    for (const end = Date.now() + seconds * 1000; ;) {
      await delay(100);
      const seen = await tab.run<Seen>(look);
      if (fits(seen)) return seen;
      if (Date.now() > end) throw new Error(`Not in ${seconds} s: ${fits.toString()}\n${JSON.stringify(seen)}`);
      if (seen.currentTime !== last) since = Date.now();
      last = seen.currentTime;
      // now and then WebKitGTK stands still with everything there: a viewer presses pause and play
      if (engine.name !== 'webkit' || Date.now() - since < 5000) continue;
      since = Date.now();
      await tab.run(`if (video.readyState === 4 && !video.paused) {
        video.pause();
        video.play().catch(() => undefined);
      }`);
    }
  };
  return {
    until,
    async seek(to) {
      await tab.run('video.currentTime = args', to);
      return until(({ currentTime }) => currentTime > to + 2);
    },
  };
}
