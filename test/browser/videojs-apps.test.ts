import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Stage } from '../support/stage.ts';
import { createStage } from '../support/stage.ts';
import type { VideojsPage } from '../support/videojs-player.ts';
import { openVideojs } from '../support/videojs-player.ts';

/** The stage on which tests do with players what pages do with them. */
let stage: Stage;
beforeAll(async () => {
  stage = await createStage({ signer: { ttl: 8 } });
});
afterAll(() => stage.dispose());

const path = 'vod/fmp4/master.m3u8';
const fine = { error: null, events: [], pageErrors: [] };
const hls = (asset: string): { src: string; type: string } => ({
  src: stage.url('exact', asset),
  type: 'application/x-mpegURL',
});

/** A player without the plugin. */
const openPlain = (): Promise<VideojsPage> => openVideojs(stage, 'open', { path, tokens: false });

test('two players share a token source, and one is disposed of while both wait', async () => {
  stage.signer.delay = 1;
  const player = await openPlain();
  await player.page.evaluate(
    ({ endpoint, source }) => {
      const shared = window.videojsSecureToken.createTokenSource(endpoint);
      const [other] = window.players;
      const element = document.createElement('video');
      element.className = 'video-js';
      document.body.append(element);
      const gone = window.videojs(element, { muted: true });
      for (const each of [gone, other!]) {
        each.secureToken(shared);
        each.src(source);
      }
      return new Promise<void>((resolve) => {
        setTimeout(() => {
          gone.dispose();
          resolve();
        }, 500);
      });
    },
    { endpoint: stage.signer.endpoint('exact'), source: hls(path) },
  );
  await player.until(({ readyState, src }) => src === hls(path).src && readyState > 2);
  stage.signer.delay = 0;
  await player.play();
  expect(await player.until(({ currentTime }) => currentTime > 1)).toMatchObject(fine);
  expect(await player.page.evaluate(() => Object.values(window.videojs.getPlayers()).filter(Boolean).length)).toBe(1);
  await player.close();
});

test.concurrent('five sources in quick succession: the last one plays, after reset() yet another', async () => {
  const player = await openVideojs(stage, 'exact', { path });
  const assets = ['vod/ts/master.m3u8', 'vod/aes/i.m3u8', 'vod/range/i.m3u8', 'vod/ts/lo/i.m3u8', path];
  await player.page.evaluate((sources) => {
    for (const source of sources) window.players[0]!.src(source);
  }, assets.map(hls));
  await player.play();
  expect(await player.until(({ currentTime, src }) => src === hls(path).src && currentTime > 1)).toMatchObject(fine);
  await player.page.evaluate((source) => {
    window.players[0]!.reset();
    window.players[0]!.src(source);
  }, hls('vod/ts/master.m3u8'));
  await player.play();
  expect(await player.until(({ currentTime, src }) => src.includes('/ts/') && currentTime > 1)).toMatchObject(fine);
  await player.close();
});

test.concurrent('a viewer of a live stream goes back to its beginning', async () => {
  const player = await openVideojs(stage, 'exact', { path: 'live/master.m3u8' });
  await player.play();
  await player.until(({ currentTime }) => currentTime > 3);
  await player.page.waitForTimeout(10_000);
  const [start, before] = await player.page.evaluate(() => {
    const [player] = window.players;
    const at = (player!.seekable() as TimeRanges).start(0) + 1;
    const wasAt = player!.currentTime()!;
    player!.currentTime(at);
    return [at, wasAt] as const;
  });
  expect(start).toBeLessThan(before);
  expect(await player.until(({ currentTime, readyState }) => readyState > 2 && currentTime > start + 1)).toMatchObject(
    fine,
  );
  await player.close();
});

test.concurrent('sound alone', async () => {
  const player = await openVideojs(stage, 'exact', { path: 'vod/fmp4/en/i.m3u8', form: 'plugins' });
  await player.play(4);
  expect(await player.until(({ ended }) => ended)).toMatchObject(fine);
  await player.close();
});

test.concurrent('the script twice, an element <video-js>, created, disposed of and created again at once', async () => {
  const player = await openPlain();
  const before = await player.page.evaluate(() => String(window.videojs.getPlugin('secureToken')));
  await player.page.addScriptTag({ url: '/packages/videojs/dist/videojs-secure-token.min.js?again' });
  const kept = await player.page.evaluate(
    ({ endpoint, source, was }) => {
      window.players[0]!.dispose();
      const create = (): (typeof window.players)[0] => {
        const element = document.createElement('video-js');
        document.body.append(element);
        return window.videojs(element, {
          muted: true,
          preload: 'auto',
          plugins: { secureToken: endpoint },
          sources: [source],
        });
      };
      create().dispose();
      window.players[0] = create();
      return String(window.videojs.getPlugin('secureToken')) === was && window.players[0].usingPlugin('secureToken');
    },
    { endpoint: stage.signer.endpoint('exact'), source: hls(path), was: before },
  );
  expect(kept).toBe(true);
  await player.until(({ readyState }) => readyState > 2);
  await player.page.evaluate(() => void window.players[0]!.play());
  expect(await player.until(({ currentTime }) => currentTime > 1)).toMatchObject(fine);
  await player.close();
});

test.concurrent.each(['vod/ts/master.m3u8', 'vod/v.mp4'])(
  'an app takes all listeners from a player of %s and disposes of it: the token source ends',
  async (asset) => {
    const player = await openVideojs(stage, 'exact', { path: asset });
    await player.play();
    const codes = await player.page.evaluate(
      async (src) => {
        const [gone] = window.players;
        const { source } = gone!.secureToken();
        const ending = (): Promise<unknown> =>
          source.sign(src).then(
            () => 'lives',
            (error: unknown) => (error as { code: string }).code,
          );
        // its types want arguments
        (gone as unknown as { off(): void }).off();
        const before = await ending();
        gone!.dispose();
        return [before, await ending()];
      },
      stage.url('exact', asset),
    );
    expect(codes).toEqual(['lives', 'ERR_DESTROYED']);
    expect(player.pageErrors).toEqual([]);
    await player.close();
  },
);

test.concurrent('without options it throws at once, and the player can be given them later', async () => {
  const player = await openPlain();
  const thrown = await player.page.evaluate(
    ({ endpoint, source }) => {
      const [player] = window.players;
      const codes: string[] = [];
      for (const options of [undefined, {}]) {
        try {
          player!.secureToken(options);
        } catch (error) {
          codes.push((error as { code: string }).code);
        }
      }
      player!.secureToken(endpoint);
      player!.src(source);
      return codes;
    },
    { endpoint: stage.signer.endpoint('exact'), source: hls(path) },
  );
  expect(thrown).toEqual(['ERR_OPTIONS', 'ERR_OPTIONS']);
  await player.until(({ readyState, src }) => src === hls(path).src && readyState > 2);
  await player.play();
  expect(await player.until(({ currentTime }) => currentTime > 1)).toMatchObject(fine);
  await player.close();
});

test.concurrent.each(['query', 'path'] as const)(
  'no event of the player, of its tech or of VHS holds a token, nor does the page: %s',
  async (carrier) => {
    const player = await openVideojs(stage, carrier, {
      path,
      before: () => {
        const said: string[] = [];
        const write = (value: unknown, depth: number): string => {
          if (!value || typeof value !== 'object') return typeof value === 'function' ? '' : String(value);
          return depth
            ? Object.keys(value)
                .map((key) => write((value as Record<string, unknown>)[key], depth - 1))
                .join(' ')
            : '';
        };
        const tap = (target: { trigger(...all: unknown[]): unknown }): void => {
          const trigger = target.trigger.bind(target);
          target.trigger = (...all) => {
            said.push(write(all, 5));
            return trigger(...all);
          };
        };
        Object.assign(window, { said });
        window.videojs.hook('setup', (created: unknown) => {
          const player = created as {
            trigger(): unknown;
            on(type: string, work: () => void): void;
            tech(own: true): { trigger(): unknown };
          };
          tap(player);
          player.on('loadstart', () => tap(player.tech(true)));
        });
      },
    });
    await player.play(2);
    await player.until(({ ended }) => ended);
    const said = await player.page.evaluate(() =>
      [...(window as unknown as { said: string[] }).said, document.documentElement.outerHTML].join('\n'),
    );
    expect(said).toContain('s000.m4s');
    expect(said).toContain('tokenrenewed');
    expect(said).not.toMatch(carrier === 'path' ? /\/path\/[\w-]{22}\// : /st=|"st"/);
    await player.close();
  },
);

test('no request was refused', async () => {
  expect(await stage.refusals()).toEqual([]);
});
