import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import type { MediaStage } from '../support/media-stage.ts';
import { describeMedia } from '../support/media-test.ts';
import { TRANSIT } from '../support/signer.ts';

/**
 * A live playlist: a window of four segments of two seconds that moves on in real time. It begins to move when `hasBegun`:
 * there are twenty seconds, and a page may take some of them to have its worker.
 */
function goLive(root: string, hasBegun: () => boolean): () => void {
  const folder = join(root, 'live');
  mkdirSync(folder, { recursive: true });
  let first = 0;
  const write = (): void => {
    const segments = Array.from(
      { length: 4 },
      (_, index) => `#EXTINF:2,\n../ts/lo/s00${Math.min(first + index, 9)}.ts`,
    );
    const head = ['#EXTM3U', '#EXT-X-VERSION:3', '#EXT-X-TARGETDURATION:2', `#EXT-X-MEDIA-SEQUENCE:${first}`];
    const text = `${[...head, ...segments].join('\n')}\n`;
    writeFileSync(join(folder, 'new'), text);
    renameSync(join(folder, 'new'), join(folder, 'i.m3u8'));
    first = Math.min(first + 1, 6);
  };
  write();
  const timer = setInterval(() => hasBegun() && write(), 2000);
  return () => clearInterval(timer);
}

interface Played {
  readonly errors: number;
  readonly reached: number;
}

/** Plays what is at `url`, and goes on with `then`, the body of a function in the page. */
type MediaPlay = (url: string, then: string, crossOrigin?: string) => Promise<Played>;

describeMedia(
  'native HLS through the token worker',
  (engine, mediaIt) => {
    const it = mediaIt.extend<{
      base: string;
      play: MediaPlay;
      signed: (pattern: RegExp) => number;
    }>({
      // across origins WebKitGTK fetches playlists past every worker, but for the first
      base: ({ stage }, use) => use(engine.name === 'webkit' ? stage.origin : stage.edge),
      play: ({ stage, tab }, use) => {
        stage.signer.transit = TRANSIT;
        return use((url, then, crossOrigin) =>
          tab.run(
            `const settings = { endpoint: '/token', protect: new URL('/', args.url).href };
            const worker = await SecureTokenWorker.registerTokenWorker('/token-worker.js', settings);
            await until(() => worker.controls);
          video.crossOrigin = args.crossOrigin;
          video.src = args.url;
          await video.play();
          ${then}
          return { errors: seen.errors, reached: video.currentTime };`,
            { url, crossOrigin: crossOrigin ?? null },
          ),
        );
      },
      /** Counts the signed URLs that match a pattern. */
      signed: ({ stage }, use) =>
        use(
          (pattern) => new Set(stage.signer.calls.flatMap(({ urls }) => urls).filter((url) => pattern.test(url))).size,
        ),
    });

    it('plays one rendition on demand across origins, each URL with a token of 5 s, and seeks: no refusal', async ({
      play,
      stage,
    }) => {
      const result = await play(
        stage.url('ts/lo/i.m3u8'),
        `await moves(8); await seek(2); await moves(2); await seek(14); await moves(2);
        await until(() => video.currentTime > 16);`,
      );
      expect(result.errors).toBe(0);
      expect(result.reached).toBeGreaterThan(16);
      expect(await stage.refusals()).toBe(0);
    });

    it('plays a multivariant playlist, each URL with a token of five seconds: no refusal', async ({
      base,
      play,
      signed,
      stage,
    }) => {
      // where WebKitGTK goes from one rendition to another its clock may stand still for good, worker or not
      const result = await play(
        `${base}/fmp4/master.m3u8`,
        engine.name === 'webkit'
          ? `await moves(1); await sleep(6000)`
          : `await moves(8); await seek(2); await moves(2); await seek(14); await moves(2);`,
      );
      // WebKitGTK goes on fetching while its clock stands
      await vi.waitFor(() => expect(signed(/\.m4s$/)).toBeGreaterThan(4), 60_000);
      expect(signed(/i\.m3u8$/)).toBeGreaterThan(1);
      expect(result.errors).toBe(0);
      expect(await stage.refusals()).toBe(0);
    });

    it('plays live, each URL with a token of five seconds: no refusal', async ({ base, play, signed, stage }) => {
      const end = goLive(stage.root, () => stage.signer.calls.length > 0);
      const result = await play(`${base}/live/i.m3u8`, `await moves(9);`).finally(end);
      expect(result.errors).toBe(0);
      expect(await stage.refusals()).toBe(0);
      expect(signed(/\.ts$/)).toBeGreaterThan(4);
    });

    it.for(['aes', 'range'])('plays %s: no refusal', async (folder, { base, play, stage }) => {
      const result = await play(`${base}/${folder}/i.m3u8`, `await moves(6);`);
      expect(result.errors).toBe(0);
      expect(await stage.refusals()).toBe(0);
    });

    if (engine.name !== 'webkit') return;

    /** A live playlist of another origin, in CORS mode, with tokens of so many seconds. */
    const playsLive = async (play: MediaPlay, stage: MediaStage, ttl: number): Promise<Played> => {
      stage.signer.ttl = ttl;
      const end = goLive(stage.root, () => stage.signer.calls.length > 0);
      return play(stage.url('live/i.m3u8'), `await moves(9);`, 'anonymous').finally(end);
    };

    it('plays a live playlist across origins with crossorigin, as long as the token of the playlist lives', async ({
      play,
      signed,
      stage,
    }) => {
      expect((await playsLive(play, stage, 60)).errors).toBe(0);
      expect(await stage.refusals()).toBe(0);
      expect(signed(/\.ts$/)).toBeGreaterThan(4);
    });

    it('and no longer: it is reloaded past the worker, by the URL that was signed first', async ({
      play,
      signed,
      stage,
    }) => {
      stage.signer.transit = 0;
      await playsLive(play, stage, 5).catch(() => undefined);
      expect(signed(/i\.m3u8$/)).toBe(1);
      expect(await stage.refusals()).toBeGreaterThan(0);
    });

    it.for([
      ['fmp4/master.m3u8', undefined],
      ['fmp4/master.m3u8', 'anonymous'],
      ['aes/i.m3u8', 'anonymous'],
    ] as const)(
      'cannot play %s of another origin, crossorigin %s: what it names is fetched past the worker',
      async ([path, crossOrigin], { play, signed, stage }) => {
        await play(stage.url(path), '', crossOrigin).catch(() => undefined);
        expect(signed(/\.m3u8$/)).toBe(1);
        expect(signed(/\.bin$/)).toBe(0);
        expect(await stage.refusals()).toBeGreaterThan(0);
      },
    );
  },
  { film: { seconds: 20, size: 1e5 }, without: 'firefox' },
);
