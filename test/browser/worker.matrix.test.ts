import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { describeMedia } from '../support/media-test.ts';
import type { MediaStage } from '../support/media-stage.ts';
import { inPart } from '../support/parts.ts';
import { TRANSIT } from '../support/signer.ts';

/** `args.signs`: the page makes the calls, where the worker would. */
const register = `window.worker = follow(await SecureTokenWorker.registerTokenWorker('/token-worker.js', {
    protect: args.edge,
    ...(args.signs ? { source: SecureTokenWorker.createTokenSource({ endpoint: '/token', protect: args.edge }) }
      : { endpoint: '/token' }),
  }));
  await until(() => worker.controls);`;
/** Whether the element gets its file. */
const loads = `Object.assign(video, { crossOrigin: 'anonymous', src: args.url });
  await until(() => video.readyState > 2 || video.error);
  return video.error === null;`;

/**
 * A live playlist: a window of four segments of two seconds that moves on in real time, once the first token was asked
 * for: there are twenty seconds, and a page may take some of them to have its worker.
 */
function goLive({ root, signer }: MediaStage): () => void {
  const folder = join(root, 'live');
  mkdirSync(folder, { recursive: true });
  let first = 0;
  const write = (): void => {
    const segments = [0, 1, 2, 3].map((index) => `#EXTINF:2,\n../ts/lo/s00${Math.min(first + index, 9)}.ts`);
    const head = ['#EXTM3U', '#EXT-X-VERSION:3', '#EXT-X-TARGETDURATION:2', `#EXT-X-MEDIA-SEQUENCE:${first}`];
    writeFileSync(join(folder, 'new'), [...head, ...segments, ''].join('\n'));
    renameSync(join(folder, 'new'), join(folder, 'i.m3u8'));
    first = Math.min(first + 1, 6);
  };
  write();
  const timer = setInterval(() => signer.calls.length > 0 && write(), 2000);
  return () => clearInterval(timer);
}

const signed = ({ signer }: MediaStage, pattern: RegExp): number =>
  new Set(signer.calls.flatMap(({ urls }) => urls).filter((url) => pattern.test(url))).size;

describeMedia('the token worker', ({ name }, it) => {
  it.for(inPart([false], [false, true]))(
    '<video src> and <track> are signed; the page asks: %s',
    async (signs, { stage, tab }) => {
      stage.signer.transit = TRANSIT;
      stage.network.rate = 500_000;
      writeFileSync(join(stage.root, 'words.vtt'), 'WEBVTT\n\n00:00.000 --> 00:05.000\nwords\n');
      const seen = await tab.run(
        `${register}
      Object.assign(video, { crossOrigin: 'anonymous', src: args.url });
      const track = video.appendChild(Object.assign(document.createElement('track'), { src: args.words }));
      track.track.mode = 'hidden';
      await until(() => track.readyState > 1);
      await start();
      await sleep(3500);
      await seek(300);
      return [track.track.cues.length, video.src, seen.errors];`,
        { url: stage.url('film.mp4'), words: stage.url('words.vtt'), edge: `${stage.edge}/`, signs },
      );
      expect(seen).toEqual([1, stage.url('film.mp4'), 0]);
      expect(await stage.refusals()).toBe(0);
      expect(stage.signer.calls.length).toBeGreaterThan(1);
    },
  );

  it('a denial ends with renew(), and with the next page', async ({ stage, tab }) => {
    let path = 'short.mp4';
    const run = (body: string): Promise<unknown> => tab.run(body, { url: stage.url(path), edge: `${stage.edge}/` });
    stage.signer.denies = true;
    // twice: the message of a page that has a new worker lifts denials, and may come after the first request
    for (const body of [register + loads, loads]) expect(await run(body)).toBe(false);
    stage.signer.denies = false;
    expect(await run(loads), 'it is believed').toBe(false);
    expect(await run(`await worker.renew(); ${loads}`)).toBe(true);
    // Firefox and earlier Chromium give an element the data of another one with the same URL, in the next page too
    path = 'short.mp4?again';
    // its token opens the path with any query
    await run(`await sleep(${stage.signer.ttl} * 1000)`);
    stage.signer.denies = true;
    await tab.goto(stage.origin);
    expect(await run(register + loads)).toBe(false);
    stage.signer.denies = false;
    await tab.goto(stage.origin);
    expect(await run(register + loads)).toBe(true);
  });

  // Chromium 86 does not tell a worker that nobody reads its answer any more: the one before ends after minutes
  it.skipIf(name === 'chromium 86')(
    'a new version waits while a film plays, and takes over when no page is left',
    async ({ stage, tab }) => {
      stage.network.rate = 1_000_000;
      // what is seen here is a new worker, and not how long a request takes on a busy machine
      stage.signer.ttl = 20;
      const run = (body: string): Promise<unknown> =>
        tab.run(body, { url: stage.url('film.mp4'), edge: `${stage.edge}/` });
      const isWaiting = `return !!(await navigator.serviceWorker.getRegistration()).waiting;`;
      const play = `${register} ${loads.replace(/return.*/, '')} await start();`;
      await run(play);
      stage.signer.version = crypto.randomUUID();
      await run(`await worker.registration.update(); await until(() => worker.registration.waiting);`);
      expect(await run('await seek(300); await moves(0.5); return seen.errors')).toBe(0);
      const isWaitingAfterVisit = async (): Promise<unknown> => {
        await tab.goto('about:blank');
        await tab.run(`await new Promise((resolve) => setTimeout(resolve, 1000))`);
        await tab.goto(stage.origin);
        return run(isWaiting);
      };
      // the one before may have to end requests of the page first
      await vi.waitFor(async () => expect(await isWaitingAfterVisit()).toBe(false), 60_000);
      expect(await run(`${play} await seek(200); return seen.errors`)).toBe(0);
      expect(await stage.refusals()).toBe(0);
    },
  );

  // the others play no HLS
  if (name !== 'chromium' && name !== 'webkit') return;
  const play = `${register} video.src = args.url; await start();`;
  // across origins WebKitGTK fetches playlists past every worker, but for the first
  const base = ({ edge, origin }: MediaStage): string => (name === 'webkit' ? origin : edge);

  it('native HLS on demand, one token for each URL: plays and seeks past their ends', async ({ stage, tab }) => {
    stage.signer.transit = TRANSIT;
    const seen = await tab.run(
      `${play} await moves(5); await seek(14); await moves(2); return [seen.errors, seen.mediaErrors];`,
      { url: stage.url('ts/lo/i.m3u8'), edge: `${stage.edge}/` },
    );
    expect(seen).toEqual([0, []]);
    expect(await stage.refusals()).toBe(0);
  });

  it('native HLS, live, one token for each URL: plays past their ends', async ({ stage, tab }) => {
    stage.signer.transit = TRANSIT;
    const end = goLive(stage);
    const args = { url: `${base(stage)}/live/i.m3u8`, edge: `${base(stage)}/` };
    const errors = await tab.run(`${play} await moves(6); return seen.errors;`, args).finally(end);
    expect(errors).toBe(0);
    expect(signed(stage, /\.ts$/)).toBeGreaterThan(3);
    expect(await stage.refusals()).toBe(0);
  });

  it('native HLS with sound of its own: playlists, init segments and segments are signed', async ({ stage, tab }) => {
    stage.signer.transit = TRANSIT;
    const args = { url: `${base(stage)}/fmp4/master.m3u8`, edge: `${base(stage)}/` };
    // where WebKitGTK goes from one rendition to another its clock may stand still for good, worker or not
    expect(await tab.run(`${play} await moves(1); return seen.errors;`, args)).toBe(0);
    await vi.waitFor(() => expect(signed(stage, /\.m4s$/)).toBeGreaterThan(4), 60_000);
    expect(signed(stage, /i\.m3u8$/)).toBeGreaterThan(1);
    expect(await stage.refusals()).toBe(0);
  });
});
