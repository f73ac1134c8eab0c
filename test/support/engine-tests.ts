import { describe, expect, test } from 'vitest';
import type { EnginePlayer, Seen } from './engine-player.ts';
import { openEnginePlayer } from './engine-player.ts';
import { engines } from './engines.ts';
import type { Stage, StageOptions } from './stage.ts';
import { createStage } from './stage.ts';
import type { Carrier } from './token-formats.ts';

type Script = (player: EnginePlayer, stage: Stage) => Promise<void>;

const well = { fatal: [], error: null, isFed: true };

/**
 * Runs the same tests of one library in every engine that is installed; the others count as skipped, with their names.
 */
export function describeEngines(library: 'hls.js' | 'Video.js'): void {
  for (const engine of engines) {
    describe(`${library} in ${engine.name}`, { retry: engine.retry, tags: [...engine.tags] }, () => {
      /** A stage and a browser of its own for each test, for some of them break it, and a browser may end. */
      const play = async (carrier: Carrier, path: string, script: Script, options?: StageOptions): Promise<void> => {
        const stage = await createStage({ signer: { ttl: 5 }, ...options });
        const { tab, close } = await engine.open();
        try {
          const player = await openEnginePlayer(library, engine, tab, stage, carrier, path);
          await player.until(({ currentTime }) => currentTime > 0);
          await script(player, stage);
        } finally {
          await close();
          await stage.dispose();
        }
      };

      test('on demand, with seeks', () =>
        play('exact', 'film/ts/lo/i.m3u8', async (player, stage) => {
          await player.until(({ currentTime }) => currentTime > 2);
          for (const to of [300, 100, 590]) await player.seek(to);
          const seen = await player.until(({ tokens }) => tokens.length > 3);
          expect(seen).toMatchObject(well);
          expect(await stage.refusals()).toEqual([]);
        }));

      test('live, 15 seconds with tokens of five', () =>
        play('exact', 'live/master.m3u8', async (player, stage) => {
          const { currentTime } = await player.until(() => true);
          expect(await player.until((seen) => seen.currentTime > currentTime + 15)).toMatchObject(well);
          expect(stage.edge.requests.filter(({ path }) => path.endsWith('.m3u8')).length).toBeGreaterThan(5);
          expect(await stage.refusals()).toEqual([]);
        }));

      test('AES-128, to the end', () =>
        play('exact', 'vod/aes/i.m3u8', async (player, stage) => {
          await player.seek(13);
          expect(await player.until(({ ended }) => ended)).toMatchObject(well);
          const paths = stage.edge.requests.map(({ path }) => path);
          expect(paths).toEqual(expect.arrayContaining(['/vod/aes/k0.bin', '/vod/aes/k2.bin']));
          expect(await stage.refusals()).toEqual([]);
        }));

      test('a rotation of the secret goes unseen', () =>
        play(
          'query',
          'film/ts/lo/i.m3u8',
          async (player, stage) => {
            await stage.setSecret('another secret');
            const { currentTime } = await player.until(() => true);
            const seen = await player.until((now) => now.currentTime > currentTime + 8);
            expect(seen).toMatchObject(well);
            expect(seen.tokens).toContain('tokenrefused 403');
            expect(seen.tokens).toContain('tokenrenewed refused');
          },
          { nextSecret: 'another secret', signer: { ttl: 60 } },
        ));

      test('the endpoint is down for longer than a token lives, and playback resumes by itself', () =>
        play('query', 'film/ts/lo/i.m3u8', async (player, stage) => {
          stage.signer.failWith = 503;
          const isDown = ({ tokens }: Seen): boolean => tokens.some((each) => each.startsWith('tokenerror'));
          const { currentTime } = await player.until(isDown);
          await new Promise((resolve) => setTimeout(resolve, 6000));
          stage.signer.failWith = 0;
          expect(await player.until((now) => now.currentTime > currentTime + 12)).toMatchObject(well);
          expect(await stage.refusals()).toEqual([]);
        }));

      test.each(['query', 'header', 'cookie', 'path'] as const)('a token in: %s', (carrier) =>
        play(carrier, 'vod/fmp4/master.m3u8', async (player, stage) => {
          expect(await player.until(({ currentTime }) => currentTime > 7)).toMatchObject(well);
          expect(stage.edge.requests.filter(({ path }) => path.endsWith('.m4s')).length).toBeGreaterThan(2);
          expect(await stage.refusals()).toEqual([]);
        }),
      );
    });
  }
}
