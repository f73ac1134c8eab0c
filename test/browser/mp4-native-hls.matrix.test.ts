import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { describeMedia } from '../support/media-test.ts';

/** A live playlist: a window of four segments of two seconds that moves on in real time. */
function goLive(root: string): () => void {
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
  const timer = setInterval(write, 2000);
  return () => clearInterval(timer);
}

interface Played {
  readonly errors: number;
  readonly reached: number;
}

describeMedia(
  'native HLS through the token worker',
  (engine, mediaIt) => {
    const it = mediaIt.extend<{
      base: string;
      play: (url: string, then: string) => Promise<Played>;
      signed: (pattern: RegExp) => number;
    }>({
      // across origins WebKitGTK fetches playlists past every worker, but for the first
      base: ({ stage }, use) => use(engine.name === 'webkit' ? stage.origin : stage.edge),
      play: ({ tab }, use) =>
        use((url, then) =>
          tab.run(
            `const settings = { endpoint: '/token', protect: new URL('/', args).href };
            await SecureTokenWorker.registerTokenWorker('/token-worker.js', settings);
          video.src = args;
          await video.play();
          ${then}
          return { errors: seen.errors, reached: video.currentTime };`,
            url,
          ),
        ),
      /** How many URLs that fit were signed. */
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
        `await moves(8); await seek(2); await moves(2); await seek(14); await moves(2);`,
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
      expect(result.errors).toBe(0);
      expect(await stage.refusals()).toBe(0);
      expect(signed(/i\.m3u8$/)).toBeGreaterThan(1);
      expect(signed(/\.m4s$/)).toBeGreaterThan(4);
    });

    it('plays live, each URL with a token of five seconds: no refusal', async ({ base, play, signed, stage }) => {
      const end = goLive(stage.root);
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

    if (engine.name === 'webkit')
      it('cannot play a multivariant playlist of another origin: what it names is fetched past the worker', async ({
        play,
        signed,
        stage,
      }) => {
        await play(stage.url('fmp4/master.m3u8'), '').catch(() => undefined);
        expect(signed(/master\.m3u8$/)).toBe(1);
        expect(signed(/i\.m3u8$/)).toBe(0);
        expect(await stage.refusals()).toBeGreaterThan(0);
      });
  },
  { film: { seconds: 20, size: 1e5 }, without: 'firefox' },
);
