import { spfEngine } from '../../examples/backend/spf-engine.mjs';
import { builtHlsjs } from './older-chromium.ts';
import type { EdgeSettings } from './edge-server.ts';

/**
 * A player as a page has it. The bodies run in a page with the helpers of `page-helpers.ts`. `args` has `src`, the
 * protected `cdn`, and the options of the plugin in `tokens`: without them, the player is alone.
 */
export interface Player {
  readonly name: string;
  /** Paths in the repository. */
  readonly scripts: readonly string[];
  /** Makes one more script. */
  readonly bundle?: () => Promise<string>;
  /** Films of 20 s, and a live stream, below a carrier. */
  readonly films: readonly string[];
  readonly live: string;
  /** An edge at which the player cannot load all at once, for one that has no setting for that. */
  readonly edge?: Partial<EdgeSettings>;
  /** Plays. With `args.late` the plugin comes after the source; with `args.spies` all that the app gets is searched. */
  readonly play: string;
  /** What the documentation tells an app to do after a log-in. */
  readonly logIn: string;
  /** What ends the player. */
  readonly end?: string;
  /** Whether the plugin may come after the source. */
  readonly mayBeLate?: boolean;
  /** Whether requests wait through an outage of the endpoint; else the player is told 503. */
  readonly waits: boolean;
}

const ours = (path: string): string => `packages/${path}.min.js`;
const FMP4 = 'vod/fmp4/master.m3u8';
const AES = 'vod/aes/i.m3u8';
const RANGE = 'vod/range/i.m3u8';
const DASH = 'vod/dash/template.mpd';
const INDEXED_DASH = 'vod/dash/index.mpd';
const LIVE = 'live/master.m3u8';

/** Of a busy machine, or hls.js has changed its mind. */
const HARMLESS = '/^(aborted|buffer(Stalled|Nudge|Seek))/';

/** Plays with hls.js; `secure` protects `hls`. */
const playHls = (secure: string): string => `
  window.hls = new Hls({ maxBufferLength: 3, maxMaxBufferLength: 3, ...args.config });
  if (args.spies) {
    const { trigger } = hls;
    hls.trigger = (event, data) => (spy(event, data), trigger.call(hls, event, data));
  }
  hls.on(Hls.Events.ERROR, (_, { fatal, details, error, response }) => {
    if (!fatal && ${HARMLESS}.test(details)) return;
    seen.failures.push(error?.code ?? (response?.text?.startsWith('ERR_') ? response.text : details));
  });
  const secure = () => { if (args.tokens) { ${secure} } };
  if (!args.late) secure();
  hls.loadSource(args.src);
  hls.attachMedia(video);
  if (args.late) secure();
  video.play().catch(() => undefined);`;
/** Code of docs/hlsjs.md. */
const hlsGoesOn = `if (hls.media.currentTime > 0) hls.startLoad();
  else hls.loadSource(hls.url);
  video.play().catch(() => undefined);`;

const hlsjsOf = (name: string, folder: string): Player => ({
  name,
  scripts: [`${folder}/dist/hls.min.js`, ours('hlsjs/dist/secure-token-hlsjs')],
  films: [FMP4, AES, RANGE],
  live: LIVE,
  play: playHls(`window.source = follow(SecureTokenHls.secureToken(hls, args.tokens));`),
  logIn: `await source.renew(); ${hlsGoesOn}`,
  end: 'hls.destroy();',
  mayBeLate: true,
  waits: true,
});

const videojsOf = (name: string, ...scripts: string[]): Player => ({
  name,
  scripts: [...scripts, ours('videojs/dist/videojs-secure-token')],
  films: [FMP4, AES, DASH],
  live: LIVE,
  play: `
    videojs.Vhs.GOAL_BUFFER_LENGTH = videojs.Vhs.MAX_GOAL_BUFFER_LENGTH = 4;
    video.className = 'video-js';
    // WebKit would play HLS by itself
    window.player = videojs(video, { muted: true, preload: 'auto', html5: { vhs: { overrideNative: true } } });
    const tap = (target) => {
      const { trigger } = target;
      target.trigger = (event, data) => (spy(event.type ?? event, [event, data]), trigger.call(target, event, data));
    };
    if (args.spies) tap(player);
    player.on('error', () => {
      const error = player.error();
      if (error) seen.failures.push(error.cause?.code ?? error.message);
    });
    // Video.js forgets a play() between the making of its tech and loadstart, with or without a plugin
    player.on(['loadstart', 'loadedmetadata'], () => player.play()?.catch(() => undefined));
    player.ready(() => {
      window.video = player.tech(true).el();
      if (args.spies) tap(player.tech(true));
      player.tech(true).on(['retryplaylist', 'excludeplaylist'], ({ type }) => seen.failures.push(type));
    });
    const secure = () => {
      if (!args.tokens) return;
      player.secureToken(args.tokens);
      window.source = follow(player.secureToken().source);
    };
    if (!args.late) secure();
    player.src({ src: args.src, type: args.src.endsWith('.mpd') ? 'application/dash+xml' : 'application/x-mpegURL' });
    if (args.late) secure();`,
  logIn: 'await source.renew();',
  end: 'player.dispose();',
  mayBeLate: true,
  waits: true,
});

const shakaOf = (name: string, folder: string, films: readonly string[]): Player => ({
  name,
  scripts: [`${folder}/dist/shaka-player.compiled.js`, ours('shaka/dist/secure-token-shaka')],
  films,
  live: LIVE,
  play: `
    shaka.polyfill.installAll();
    window.player = new shaka.Player();
    await player.attach(video);
    // the media of the tests are short: requests must go on while they play
    player.configure({ streaming: { bufferingGoal: 4, rebufferingGoal: 0.5 }, abr: { useNetworkInformation: false } });
    player.configure(args.config ?? {});
    window.source = args.tokens && follow(SecureTokenShaka.secureToken(player, args.tokens));
    const engine = player.getNetworkingEngine();
    if (args.spies) {
      engine.registerRequestFilter((type, request) => spy('request', request));
      engine.registerResponseFilter((type, response) => spy('response', response));
    }
    const hear = (error) => {
      if (args.spies) spy('error', error);
      const own = error.data?.find((it) => it?.name === 'SecureTokenError');
      seen.failures.push(own?.code ?? 'error ' + error.code);
    };
    player.addEventListener('error', ({ detail }) => hear(detail));
    engine.addEventListener('retry', () => seen.failures.push('retry'));
    window.loads = () => player.load(args.src).then(() => {
      window.isLoaded = true;
      video.play().catch(() => undefined);
    }, hear);
    void loads();`,
  // docs/shaka-dashjs.md
  logIn: `await source.renew(); if (window.isLoaded) player.retryStreaming(); else await loads();`,
  end: 'await player.destroy();',
  waits: true,
});

const dashjsOf = (name: string, folder: string): Player => ({
  name,
  scripts: [`${folder}/dist/modern/umd/dash.all.min.js`, ours('dashjs/dist/secure-token-dashjs')],
  films: [DASH, INDEXED_DASH],
  live: 'dashlive/index.mpd',
  play: `
    window.player = dashjs.MediaPlayer().create();
    const buffer = { bufferTimeDefault: 4, bufferTimeAtTopQuality: 4, initialBufferLevel: NaN };
    player.updateSettings({ debug: { logLevel: 0 }, streaming: { buffer } });
    player.on('error', ({ error }) => seen.failures.push(String(error.code)));
    // dash.js may see the end before the element does: it pauses there, and the element never ends
    player.on('playbackEnded', () => (seen.hasEnded = true));
    const secure = () => { if (args.tokens) window.source = follow(SecureTokenDash.secureToken(player, args.tokens)); };
    if (!args.late) secure();
    player.initialize();
    player.setAutoPlay(true);
    if (args.spies) {
      player.addResponseInterceptor(async (response) => (spy('response', response), response));
      player.on('fragmentLoadingCompleted', (event) => spy('fragmentLoadingCompleted', event.request.url));
    }
    player.attachView(video);
    player.attachSource(args.src);
    if (args.late) secure();`,
  logIn: 'await source.renew();',
  end: 'player.destroy();',
  mayBeLate: true,
  waits: true,
});

const fetching: Player = {
  name: 'SPF, which fetches',
  scripts: [ours('fetch/dist/secure-token-fetch')],
  bundle: () => spfEngine('iife'),
  films: [FMP4],
  live: 'continuous/live/master.m3u8',
  edge: { bandwidth: 50_000 },
  play: `
    window.source = follow(SecureTokenFetch.installSecureFetch({ ...args.tokens, protect: args.cdn + '/' }).source);
    // of what it was refused SPF says nothing
    source.addEventListener('tokendenied', ({ detail }) => seen.failures.push(detail.error.code));
    source.addEventListener('tokenerror', ({ detail: { error } }) => {
      if (error.code === 'ERR_TOKEN_REFUSED') seen.failures.push(error.code);
    });
    window.opens = (at) => {
      window.spf?.destroy();
      window.spf = new Spf.HlsVideoAdapter();
      spf.addEventListener('error', () => seen.failures.push('error ' + spf.error?.code));
      spf.attach(video);
      spf.src = args.src;
      if (at) spf.engine.state.startPosition.set(at);
      spf.play().catch(() => undefined);
    };
    video.autoplay = true;
    opens();`,
  // docs/players.md
  logIn: 'await source.renew(); opens(video.currentTime);',
  waits: true,
};

export const behindWorker: Player = {
  name: 'hls.js without a plugin, behind the worker',
  scripts: ['node_modules/hls.js/dist/hls.min.js', ours('worker/dist/secure-token-worker')],
  films: [FMP4],
  live: LIVE,
  play: `window.worker = follow(await SecureTokenWorker.registerTokenWorker('/token-worker-all.js',
      { ...args.tokens, protect: args.cdn + '/', requests: 'all' }));
    await until(() => worker.controls);
    ${playHls('')}`,
  logIn: `await worker.renew(); ${hlsGoesOn}`,
  waits: false,
};

const SHAKA = [DASH, FMP4];
export const hlsjs = hlsjsOf('hls.js', 'node_modules/hls.js');
export const videojs = videojsOf('Video.js', 'node_modules/video.js/dist/video.min.js');
export const shaka = shakaOf('Shaka Player', 'node_modules/shaka-player', SHAKA);
export const dashjs = dashjsOf('dash.js', 'node_modules/dashjs');

/** For browsers without `Object.hasOwn`, in which SPF does not run. */
export const fetchingHlsjs: Player = {
  name: 'hls.js, which fetches',
  scripts: ['node_modules/hls.js/dist/hls.min.js', ours('fetch/dist/secure-token-fetch')],
  films: [FMP4],
  live: LIVE,
  play: `const { source } = SecureTokenFetch.installSecureFetch({ ...args.tokens, protect: args.cdn + '/' });
    window.source = follow(source);
    args.config = { progressive: true, ...args.config };
    ${playHls('')}`,
  logIn: `await source.renew(); ${hlsGoesOn}`,
  end: 'hls.destroy();',
  waits: true,
};

/** hls.js in a page that its app has built for Chrome 71, from the modules of both packages. */
export const hlsjsBuilt: Player = {
  ...hlsjs,
  name: 'hls.js, built for older browsers',
  scripts: [],
  bundle: builtHlsjs,
};

export const newest: readonly Player[] = [hlsjs, videojs, shaka, dashjs, fetching, behindWorker];

/** Versions that are supported beside the newest, and other builds. */
export const others: readonly Player[] = [
  hlsjsOf('hls.js 1.6', 'node_modules/hls.js-1.6'),
  hlsjsOf('hls.js 1.5', 'node_modules/hls.js-1.5'),
  videojsOf('Video.js 8.17', 'node_modules/video.js-8.17/dist/video.min.js'),
  videojsOf(
    'Video.js, VHS in a file of its own',
    'node_modules/video.js/dist/alt/video.core.min.js',
    'node_modules/@videojs/http-streaming/dist/videojs-http-streaming.min.js',
  ),
  shakaOf('Shaka Player 4.16', 'test/extra/node_modules/shaka-player-4.16', SHAKA),
  shakaOf('Shaka Player 4.11', 'node_modules/shaka-player-4.11', SHAKA),
  dashjsOf('dash.js 5.0', 'test/extra/node_modules/dashjs-5.0'),
];
