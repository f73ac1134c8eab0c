import { describe, expect, test } from 'vitest';
import type { Player } from '../support/players.ts';
import { videojs } from '../support/players.ts';
import { stageFor } from '../support/stage.ts';
import { unnoticed, watch } from '../support/viewer.ts';

const everybody = (): boolean => true;

const typeOf = `const typeOf = (src) => (src.endsWith('.mpd') ? 'application/dash+xml'
  : src.endsWith('.mp4') ? 'video/mp4' : 'application/x-mpegURL');`;

/** A page that makes the player in its own way. */
const app = (play: string): Player => ({
  ...videojs,
  play: `${typeOf}
    video.className = 'video-js';
    const follows = () => {
      player.on('error', () => player.error() && seen.failures.push(player.error().message));
      player.on(['loadstart', 'loadedmetadata'], () => player.play()?.catch(() => undefined));
      player.ready(() => (window.video = player.tech(true).el()));
      follow(player.secureToken().source);
    };
    ${play}`,
});

/** All at once: the plugin and the source are there when the player is made. */
const atOnce = app(`window.player = videojs(video, {
    ...args.options,
    muted: true,
    plugins: { secureToken: args.tokens },
    sources: [{ src: args.src, type: typeOf(args.src) }],
  });
  follows();`);

describe.concurrent('an app with Video.js', () => {
  test('plugin and source as options of the player: not even the first request goes out without a token', async (context) => {
    const stage = await stageFor(context);
    const viewer = await watch(stage, atOnce, { carrier: 'query' });
    expect(await viewer.until(({ currentTime }) => currentTime > 1)).toMatchObject(unnoticed);
    expect(await stage.refusals()).toEqual([]);
  });

  test('data-setup and <source> in the page: VHS plays it with tokens', async (context) => {
    const stage = await stageFor(context);
    const page = await stage.browser.newPage();
    const setup = { preload: 'auto', plugins: { secureToken: { endpoint: stage.signer.endpoint('query') } } };
    // a page that has really come from a server, or Chromium lets it reach no local address
    await page.goto(stage.pages.url());
    await page.setContent(`<!doctype html>
<script src="/node_modules/video.js/dist/video.min.js"></script>
<script src="/packages/videojs/dist/videojs-secure-token.min.js"></script>
<video id="v" class="video-js" muted preload="none" data-setup='${JSON.stringify(setup)}'>
  <source src="${stage.url('query', 'vod/ts/master.m3u8')}" type="application/x-mpegURL">
</video>`);
    await page.waitForFunction(() => {
      const { videojs } = window as unknown as { videojs: { getPlayer(id: string): { readyState(): number } } };
      return videojs.getPlayer('v').readyState() > 2;
    });
    expect(await stage.refusals()).toEqual([]);
  });

  test('one player, a title after the other: HLS with keys, DASH, MP4, each with tokens of its own', async (context) => {
    const stage = await stageFor(context);
    const viewer = await watch(stage, atOnce);
    await viewer.until(({ currentTime }) => currentTime > 0.3);
    for (const [path, source] of [
      ['vod/aes/i.m3u8', 'exact'],
      ['vod/dash/template.mpd', 'exact'],
      ['vod/v.mp4', 'exact'],
    ] as const) {
      const next = stage.url(source, path);
      await viewer.run(
        `${typeOf} player.src({ src: args.next, type: typeOf(args.next) });
        await until(() => player.currentSrc() === args.next && player.readyState() > 2 && player.currentTime() > 0.3);`,
        { next },
      );
    }
    expect(await viewer.look()).toMatchObject({ failures: [], uncaught: [] });
    expect(await stage.refusals()).toEqual([]);
  });

  test('its hook onRequest keeps working', async (context) => {
    const stage = await stageFor(context, { nginx: false });
    const hooked = app(`window.player = videojs(video, { muted: true, html5: { vhs: { overrideNative: true } } });
      player.on('xhr-hooks-ready', () => player.tech(true).vhs.xhr.onRequest((options) =>
        ({ ...options, headers: { ...options.headers, 'x-token': 'of the app' } })));
      player.secureToken(args.tokens);
      follows();
      player.src({ src: args.src, type: typeOf(args.src) });`);
    const viewer = await watch(stage, hooked);
    expect(await viewer.until(({ currentTime }) => currentTime > 1)).toMatchObject(unnoticed);
    const { requests } = stage.edge;
    expect(requests.map(({ headers }) => headers.get('x-token'))).toEqual(requests.map(() => 'of the app'));
    expect(await stage.refusals()).toEqual([]);
  });

  test.for([
    ['is denied', 'vod/fmp4/master.m3u8', 'You are not allowed to watch this video.', { denies: everybody }],
    ['is denied', 'vod/v.mp4', 'You are not allowed to watch this video.', { denies: everybody }],
    ['finds the endpoint away', 'vod/v.mp4', 'This video cannot be reached at the moment.', { failWith: 503 }],
    [
      'is refused by the edge',
      'vod/ts/lo/i.m3u8',
      'The video server refuses access to this video.',
      { secrets: ['a'] },
    ],
  ] as const)('a viewer who %s reads why: %s', async ([, path, message, signer], context) => {
    const stage = await stageFor(context, { signer });
    const viewer = await watch(stage, atOnce, { path, tokens: { retry: { limit: 1 } } });
    const { failures } = await viewer.until((seen) => seen.failures.length > 0);
    expect(failures[0]).toBe(message);
    expect(await viewer.run('return player.error().code')).toBe(2);
    if (stage.signer.failWith !== 503) return;
    stage.signer.failWith = 0;
    await viewer.until(({ currentTime }) => currentTime > 1);
    expect(await viewer.run('return player.error()')).toBeNull();
  });

  test('a player of the browser that cannot send a token in a header says so', async (context) => {
    const stage = await stageFor(context);
    const viewer = await watch(stage, atOnce, { carrier: 'header', path: 'vod/v.mp4' });
    const { failures } = await viewer.until((seen) => seen.failures.length > 0);
    expect(failures).toEqual(['This video cannot be played: no valid token.']);
  });
});

describe.concurrent('a source that the browser plays for Video.js', () => {
  /** Seconds that a token lives. */
  const TTL = 3;
  /** Adds subtitles, which come with a token too, and waits for them. */
  const withSubtitles = `const { track } = player.addRemoteTextTrack({ src: args.words, kind: 'subtitles' }, false);
    track.mode = 'showing';
    await until(() => track.cues?.length === 10, 'subtitles');`;
  const native = { html5: { nativeTextTracks: true } };
  const paused = `player.pause(); await sleep(${(TTL + 2) * 1000});`;

  test('an MP4, paused until its token is dead: a seek goes on there, with everything as it was', async (context) => {
    const stage = await stageFor(context, { signer: { ttl: TTL, transit: 0 } });
    const viewer = await watch(stage, atOnce, { path: 'vod/film.mp4' });
    await viewer.until(({ currentTime }) => currentTime > 0);
    const calls = stage.signer.calls.length;
    const state = await viewer.run(
      `${withSubtitles}
      player.playbackRate(1.5);
      ${paused}
      const loads = [];
      player.on(['loadstart', 'volumechange', 'sourceset'], ({ type }) => loads.push(type));
      player.currentTime(300);
      player.play().catch(() => undefined);
      await until(() => video.currentTime > 300.5);
      return [loads, player.playbackRate(), player.currentSrc(), track.mode, track.cues.length, player.error()];`,
      { words: stage.url('exact', 'vod/v.vtt') },
    );
    expect(state).toEqual([[], 1.5, stage.url('exact', 'vod/film.mp4'), 'showing', 10, null]);
    expect(stage.signer.calls.length).toBeGreaterThan(calls);
  });

  test('a cookie goes with an MP4 and with its subtitles, past its end', async (context) => {
    const stage = await stageFor(context, { signer: { ttl: TTL } });
    const options = { ...native, crossOrigin: 'anonymous' };
    const viewer = await watch(stage, atOnce, { carrier: 'cookie', path: 'vod/film.mp4', args: { options } });
    await viewer.until(({ currentTime }) => currentTime > 0);
    const words = stage.url('cookie', 'vod/v.vtt');
    await viewer.run(
      `${withSubtitles} ${paused} player.currentTime(300); player.play().catch(() => undefined); await moves(1);`,
      {
        words,
      },
    );
    expect(await viewer.look()).toMatchObject({ failures: [], uncaught: [] });
    expect(await viewer.run('return player.crossOrigin()')).toBe('use-credentials');
    expect(await stage.refusals()).toEqual([]);
  });

  test.for([
    ['long after its first token has ended: it comes with one that lives', TTL, paused, [200]],
    ['with a token that the edge refuses: it is replayed', 60, '', [403, 200]],
  ] as const)('a <track> that the viewer switches on %s', async ([, ttl, wait, statuses], context) => {
    const stage = await stageFor(context, { nginx: false, signer: { ttl } });
    const viewer = await watch(stage, atOnce, { carrier: 'query', path: 'vod/v.mp4', args: { options: native } });
    await viewer.until(({ currentTime }) => currentTime > 0);
    await viewer.run(
      `player.crossOrigin('anonymous');
      window.track = player.addRemoteTextTrack({ src: args.words, kind: 'subtitles' }, false).track;
      ${wait}`,
      { words: stage.url('query', 'vod/v.vtt') },
    );
    const asked = (): number[] =>
      stage.edge.requests.flatMap(({ url, status }) => (url.includes('v.vtt') ? [status] : []));
    expect(asked()).toEqual([]);
    stage.signer.secrets = ['another secret'];
    stage.edge.secrets = stage.signer.secrets;
    await viewer.run(`track.mode = 'showing'; await until(() => track.cues?.length === 10, 'subtitles')`);
    expect(asked()).toEqual(expect.arrayContaining([...statuses]));
  });

  test('HLS with overrideNative: false plays past its tokens', async (context) => {
    const stage = await stageFor(context, { signer: { ttl: TTL, transit: 0 } });
    const options = { html5: { vhs: { overrideNative: false } } };
    const viewer = await watch(stage, atOnce, { carrier: 'path', path: 'vod/ts/lo/i.m3u8', args: { options } });
    const seen = await viewer.until(({ currentTime }) => currentTime > TTL + 3);
    expect(seen).toMatchObject({ failures: [], uncaught: [] });
    expect(await viewer.run('return [!!player.tech(true).vhs, player.currentSrc()]')).toEqual([
      false,
      stage.url('path', 'vod/ts/lo/i.m3u8'),
    ]);
  });
});
