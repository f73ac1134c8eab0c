/** A player, and what its documentation tells an app to do about a denial. All bodies of functions run in the page. */
export interface DeniedPlayer {
  readonly name: string;
  /** Paths in the repository of scripts beside those of the page. */
  readonly scripts: readonly string[];
  /** Path of the media on the media stage. */
  readonly path: string;
  /** Plays `args.url` in `video`; what the app hears of the denial is pushed to `seen.failures` as the code of the error. */
  readonly play: string;
  /** Does what the app does after a log-in. */
  readonly afterLogIn: string;
  /** Makes the player ask in mid-stream, where the player would ask for nothing soon. */
  readonly seek?: string;
  /** Expression for how far playback has come. @default 'video.currentTime' */
  readonly progress?: string;
}

const buffer = { maxBufferLength: 2, maxMaxBufferLength: 2 };

const hlsjs = (secure: string): string => `window.hls = new Hls(${JSON.stringify(buffer)});
  ${secure}
  hls.on(Hls.Events.ERROR, (event, { fatal, error, response }) => {
    if (fatal) seen.failures.push(error.code ?? response?.text);
  });
  hls.loadSource(args.url);
  hls.attachMedia(video);
  video.play().catch(() => undefined);`;
/** Code of docs/hlsjs.md. */
const hlsjsGoesOn = `if (hls.media.currentTime > 0) hls.startLoad();
  else hls.loadSource(hls.url);`;

const videojs = (
  source: string,
  vhs: string,
): string => `videojs.Vhs.GOAL_BUFFER_LENGTH = videojs.Vhs.MAX_GOAL_BUFFER_LENGTH = 3;
  video.className = 'video-js';
  window.player = videojs(video, { html5: { vhs: ${vhs} } });
  window.plugin = player.secureToken('/token');
  player.on('error', () => seen.failures.push(player.error()?.cause?.code));
  player.src(${source});
  player.ready(() => player.play()?.catch(() => undefined));`;

const secureVideo = (tokens = "'/token'"): string => `window.opens = () =>
    SecureTokenProgressive.secureVideo(video, args.url, ${tokens}).then(
      (secure) => {
        window.secure = follow(secure);
        video.play().catch(() => undefined);
      },
      (error) => seen.failures.push(error.code));
  await opens();`;
/** One that was never there is opened anew. */
const secureVideoGoesOn = `await (window.secure ? secure.renew() : opens());`;
const sharedGoesOn = (source: string): string => `await ${source}.renew(); if (!window.secure) await opens();`;

const asking = `endpoint: '/token', protect: args.edge`;
const worker = (options = asking, file = '/token-worker.js'): string => `window.worker = follow(
  await SecureTokenWorker.registerTokenWorker('${file}', { ${options} }));`;
const workerOfPage = worker(`source: SecureTokenWorker.createTokenSource({ ${asking} }), protect: args.edge`);

const native = `video.crossOrigin = 'anonymous';
  worker.addEventListener('tokendenied', ({ error }) => seen.failures.push(error.code));
  video.src = args.url;
  video.play().catch(() => undefined);`;
const nativeGoesOn = `await worker.renew();
  const { currentTime } = video;
  video.load();
  video.currentTime = currentTime;
  video.play().catch(() => undefined);`;

const mp4 = { path: 'film.mp4', scripts: [], seek: 'video.currentTime = 300;' };
const videojsScripts = ['node_modules/video.js/dist/video.min.js', 'packages/videojs/dist/videojs-secure-token.min.js'];

export const deniedPlayers: readonly DeniedPlayer[] = [
  {
    name: 'secureVideo with a worker that asks',
    ...mp4,
    play: `${worker()} ${secureVideo()}`,
    afterLogIn: secureVideoGoesOn,
  },
  {
    name: "secureVideo with a worker of the team's own",
    ...mp4,
    play: `await navigator.serviceWorker.register('/own-worker.js');
      await until(() => navigator.serviceWorker.controller);
      ${secureVideo()}`,
    afterLogIn: secureVideoGoesOn,
  },
  {
    name: 'secureVideo with a worker whose page asks',
    ...mp4,
    play: `${workerOfPage} ${secureVideo()}`,
    afterLogIn: secureVideoGoesOn,
  },
  {
    name: 'secureVideo with the tokens of a worker whose page asks',
    ...mp4,
    play: `${workerOfPage} ${secureVideo('worker.source')}`,
    afterLogIn: sharedGoesOn('worker'),
  },
  { name: 'secureVideo without a worker', ...mp4, play: secureVideo(), afterLogIn: secureVideoGoesOn },
  {
    name: 'secureVideo with a shared source',
    ...mp4,
    play: `window.tokens = SecureTokenProgressive.createTokenSource('/token'); ${secureVideo('tokens')}`,
    afterLogIn: sharedGoesOn('tokens'),
  },
  {
    name: '<video src> behind a worker that asks',
    ...mp4,
    play: `${worker()} ${native}`,
    afterLogIn: nativeGoesOn,
  },
  {
    name: '<video src> behind a worker whose page asks',
    ...mp4,
    play: `${workerOfPage} ${native}`,
    afterLogIn: nativeGoesOn,
  },
  {
    name: 'hls.js',
    scripts: ['node_modules/hls.js/dist/hls.min.js', 'packages/hlsjs/dist/secure-token-hlsjs.min.js'],
    path: 'fmp4/master.m3u8',
    play: hlsjs(`window.source = SecureTokenHls.secureToken(hls, '/token');`),
    afterLogIn: `await source.renew(); ${hlsjsGoesOn}`,
  },
  {
    name: "hls.js without a plugin, behind a worker with requests: 'all'",
    scripts: ['node_modules/hls.js/dist/hls.min.js'],
    path: 'fmp4/master.m3u8',
    play: `${worker(`${asking}, requests: 'all'`, '/token-worker-all.js')} ${hlsjs('')}`,
    afterLogIn: `await worker.renew(); ${hlsjsGoesOn}`,
  },
  {
    name: 'Video.js, VHS',
    scripts: videojsScripts,
    path: 'fmp4/master.m3u8',
    play: videojs(`{ src: args.url, type: 'application/x-mpegURL' }`, '{ overrideNative: true }'),
    afterLogIn: 'await plugin.source.renew();',
  },
  {
    name: 'Video.js, MP4 without a worker',
    ...mp4,
    scripts: videojsScripts,
    play: videojs(`{ src: args.url, type: 'video/mp4' }`, '{}'),
    seek: 'player.currentTime(300);',
    afterLogIn: 'await plugin.source.renew();',
  },
  {
    name: 'Video.js, MP4 with a worker that asks',
    ...mp4,
    scripts: videojsScripts,
    play: `${worker()} video.crossOrigin = 'anonymous'; ${videojs(`{ src: args.url, type: 'video/mp4' }`, '{}')}`,
    seek: 'player.currentTime(300);',
    afterLogIn: 'await plugin.source.renew();',
  },
  {
    name: 'Shaka Player',
    scripts: [
      'node_modules/shaka-player/dist/shaka-player.compiled.js',
      'packages/shaka/dist/secure-token-shaka.min.js',
    ],
    path: 'dash/template.mpd',
    play: `shaka.polyfill.installAll();
      window.player = new shaka.Player();
      await player.attach(video);
      player.configure({ streaming: { bufferingGoal: 3, rebufferingGoal: 1 } });
      window.source = SecureTokenShaka.secureToken(player, '/token');
      const isOurs = ({ name }) => name === 'SecureTokenError';
      const hear = ({ severity, data }) => severity === 2 && seen.failures.push(data.find(isOurs)?.code);
      player.addEventListener('error', ({ detail }) => hear(detail));
      window.loads = () => player.load(args.url).then(() => void (window.isLoaded = true), hear);
      await loads();
      video.play().catch(() => undefined);`,
    afterLogIn: `await source.renew();
      if (window.isLoaded) player.retryStreaming();
      else await loads().then(() => void video.play());`,
  },
  {
    name: 'dash.js',
    scripts: ['node_modules/dashjs/dist/modern/umd/dash.all.min.js', 'packages/dashjs/dist/secure-token-dashjs.min.js'],
    path: 'dash/template.mpd',
    play: `window.player = dashjs.MediaPlayer().create();
      const buffer = { bufferTimeDefault: 3, bufferTimeAtTopQuality: 3, bufferTimeAtTopQualityLongForm: 3 };
      player.updateSettings({ debug: { logLevel: 0 }, streaming: { buffer } });
      window.source = SecureTokenDash.secureToken(player, '/token');
      player.on('error', ({ error }) => seen.failures.push(error.code));
      player.initialize(video, args.url, true);`,
    afterLogIn: 'await source.renew();',
  },
  {
    name: 'download',
    path: 'film.mp4',
    scripts: [],
    play: `window.received = { received: 0 };
      window.opens = () => SecureTokenProgressive.download(args.url, {
        endpoint: '/token',
        from: received,
        as: new WritableStream({}),
        onProgress: (progress) => (window.received = progress),
      }).catch((error) => seen.failures.push(error.code));
      void opens();`,
    progress: 'window.received.received / 1e5',
    afterLogIn: 'void opens();',
  },
  {
    name: 'fetch',
    path: 'open/short.mp4',
    scripts: ['packages/fetch/dist/secure-token-fetch.min.js'],
    play: `window.load = SecureTokenFetch.secureFetch({ endpoint: '/token', protect: args.edge });
      window.loaded = 0;
      window.opens = async () => {
        let status = 200;
        while (status === 200) {
          const response = await load(args.url + '?part=' + loaded);
          ({ status } = response);
          if (status === 200) loaded++;
          else seen.failures.push(response.statusText);
          await sleep(200);
        }
      };
      void opens();`,
    progress: 'window.loaded',
    afterLogIn: 'await load.source.renew(); void opens();',
  },
];
