import { HARMLESS } from './player.ts';

/** A player that knows nothing of tokens, and requests by script. */
export interface ScriptPlayer {
  readonly name: string;
  /** Files of the player as they are shipped. */
  readonly scripts: readonly string[];
  /** Makes one script of a player that is shipped in many files. */
  readonly bundle?: () => Promise<string>;
  /** Path of the media on the media stage. */
  readonly path: string;
  /** Bytes a second of one connection, for one that cannot be told to load a few seconds ahead only. */
  readonly rate?: number;
  /** Body of a function in the page: plays `args.url` in `video`, a few seconds ahead. */
  readonly play: string;
  /** Expression for the player's estimate of the throughput, in bits a second. */
  readonly estimate: string;
}

/** Expression for whether an error of hls.js is one: by itself hls.js ends a request for a seek, say. */
const isFault = `(fatal || !${JSON.stringify(HARMLESS)}.includes(details))`;

const hlsjs = (config: string): Pick<ScriptPlayer, 'scripts' | 'play' | 'estimate'> => ({
  scripts: ['hls.js/dist/hls.min.js'],
  play: `window.hls = new Hls({ maxBufferLength: 2, maxMaxBufferLength: 2, ${config} });
    hls.on(Hls.Events.ERROR, (event, { fatal, details }) => ${isFault} && seen.failures.push(details));
    hls.loadSource(args.url);
    hls.attachMedia(video);`,
  estimate: 'hls.bandwidthEstimate',
});

const shaka: Omit<ScriptPlayer, 'name' | 'path'> = {
  scripts: ['shaka-player/dist/shaka-player.compiled.js'],
  play: `shaka.polyfill.installAll();
    window.player = new shaka.Player();
    await player.attach(video);
    player.configure({ streaming: { bufferingGoal: 3, rebufferingGoal: 1 } });
    player.addEventListener('error', ({ detail }) => seen.failures.push(detail.code));
    player.addEventListener('retry', () => seen.failures.push('retry'));
    await player.load(args.url);`,
  estimate: 'player.getStats().estimatedBandwidth',
};

const dashjs: Omit<ScriptPlayer, 'name' | 'path'> = {
  scripts: ['dashjs/dist/modern/umd/dash.all.min.js'],
  play: `window.player = dashjs.MediaPlayer().create();
    const buffer = { bufferTimeDefault: 3, bufferTimeAtTopQuality: 3, bufferTimeAtTopQualityLongForm: 3 };
    player.updateSettings({ debug: { logLevel: 0 }, streaming: { buffer } });
    player.on(dashjs.MediaPlayer.events.ERROR, ({ error }) => seen.failures.push(error.code));
    player.initialize(video, args.url, false);`,
  estimate: `player.getAverageThroughput('video') * 1000`,
};

/** The engine of Video.js 10, which fetches by itself and has no hook. */
export const spf: ScriptPlayer = {
  name: 'Video.js 10, SPF',
  path: 'fmp4/master.m3u8',
  scripts: [],
  bundle: async () => (await import('./spf-player.ts')).spf,
  rate: 4000,
  play: `window.spf = new Spf.HlsVideoAdapter();
    spf.attach(video);
    spf.src = args.url;
    await spf.play();`,
  estimate: 'undefined',
};

export const scriptPlayers: readonly ScriptPlayer[] = [
  { name: 'hls.js by XMLHttpRequest', path: 'fmp4/master.m3u8', ...hlsjs('') },
  { name: 'hls.js by fetch', path: 'fmp4/master.m3u8', ...hlsjs('progressive: true') },
  { name: 'hls.js with keys', path: 'aes/i.m3u8', ...hlsjs('') },
  { name: 'Shaka, HLS', path: 'fmp4/master.m3u8', ...shaka },
  { name: 'Shaka, DASH', path: 'dash/index.mpd', ...shaka },
  { name: 'dash.js, byte ranges', path: 'dash/index.mpd', ...dashjs },
  { name: 'dash.js, templates', path: 'dash/template.mpd', ...dashjs },
  {
    name: 'Video.js, VHS',
    path: 'fmp4/master.m3u8',
    scripts: ['video.js/dist/video.min.js'],
    play: `videojs.Vhs.GOAL_BUFFER_LENGTH = videojs.Vhs.MAX_GOAL_BUFFER_LENGTH = 3;
      video.className = 'video-js';
      window.player = videojs(video, { html5: { vhs: { overrideNative: true } } });
      player.on('error', () => seen.failures.push(player.error().message));
      player.src({ src: args.url, type: 'application/vnd.apple.mpegurl' });`,
    estimate: 'player.tech(true).vhs.systemBandwidth',
  },
  spf,
];

const moves = `await video.play();
  await moves(5);
  await seek(15);
  await moves(2);`;

/** Players that have an adapter, which signs for itself. Scripts are named by their paths in the repository. */
export const playersBesideAdapters: readonly Omit<ScriptPlayer, 'estimate'>[] = [
  {
    name: 'secure-token-hlsjs',
    path: 'fmp4/master.m3u8',
    scripts: ['node_modules/hls.js/dist/hls.min.js', 'packages/hlsjs/dist/secure-token-hlsjs.min.js'],
    play: `window.hls = new Hls({ maxBufferLength: 2, maxMaxBufferLength: 2 });
      SecureTokenHls.secureToken(hls, '/token');
      hls.on(Hls.Events.ERROR, (event, { fatal, details }) => ${isFault} && seen.failures.push(details));
      hls.loadSource(args.url);
      hls.attachMedia(video);
      ${moves}`,
  },
  {
    name: 'videojs-secure-token',
    path: 'fmp4/master.m3u8',
    scripts: ['node_modules/video.js/dist/video.min.js', 'packages/videojs/dist/videojs-secure-token.min.js'],
    play: `videojs.Vhs.GOAL_BUFFER_LENGTH = videojs.Vhs.MAX_GOAL_BUFFER_LENGTH = 3;
      video.className = 'video-js';
      const html5 = { vhs: { overrideNative: true } };
      window.player = videojs(video, { html5, plugins: { secureToken: '/token' } });
      player.on('error', () => seen.failures.push(player.error().message));
      player.src({ src: args.url, type: 'application/vnd.apple.mpegurl' });
      ${moves}`,
  },
  {
    name: 'download() of secure-token-progressive',
    path: 'film.mp4',
    scripts: [],
    play: `for (let turn = 0; turn < 4; turn++) {
        const { size } = await SecureTokenProgressive.download(args.url + '?turn=' + turn, '/token');
        if (size < 6e7) seen.failures.push(size);
      }`,
  },
];
