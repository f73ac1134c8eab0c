import { test, vi } from 'vitest';
import { stageFor } from '../support/stage.ts';
import { openVideojs } from '../support/videojs-player.ts';

/** The state of one of two players that share a source, and the token events that it was told. */
interface Told {
  readonly cause: string | null | undefined;
  readonly readyState: number;
  readonly events: readonly string[];
}

test('two players share a source: what the edge refuses the one is no error of the other', async (context) => {
  const { expect } = context;
  const stage = await stageFor(context);
  const { page, play } = await openVideojs(stage, 'exact', { path: 'vod/ts/lo/i.m3u8' });
  await play();
  await page.evaluate(
    (src) => {
      const { videojs, players } = window;
      const element = document.body.appendChild(document.createElement('video'));
      Object.assign(element, { className: 'video-js', muted: true });
      const second = videojs(element, { preload: 'auto' });
      players.push(second);
      second.secureToken(players[0]!.secureToken().source);
      const told: string[][] = [[], []];
      Object.assign(window, { told });
      for (const type of ['tokenrenewed', 'tokenrefused', 'tokenerror']) {
        players.forEach((player, index) =>
          player.on(type, ({ detail }: { detail: { error?: { code: string } } }) =>
            told[index]!.push(detail.error?.code ?? type),
          ),
        );
      }
      second.src({ src, type: 'application/x-mpegURL' });
    },
    stage.url('exact', 'vod/aes/i.m3u8'),
  );
  const told = (index: number): Promise<Told> =>
    page.evaluate((at) => {
      const player = window.players[at]!;
      const error = player.error() as unknown as { cause?: { code: string } } | null;
      const cause = error ? error.cause?.code : null;
      return { cause, readyState: player.readyState(), events: (window as unknown as { told: string[][] }).told[at]! };
    }, index);
  const seek = (index: number): Promise<void> =>
    page.evaluate((at) => {
      // to what is not buffered
      window.players[at]!.currentTime(9);
      void Promise.resolve(window.players[at]!.play()).catch(() => undefined);
    }, index);
  await vi.waitFor(async () => expect((await told(1)).readyState).toBeGreaterThan(2), { timeout: 30_000 });

  await page.route('**/vod/ts/**', (route) =>
    route.fulfill({ status: 403, headers: { 'access-control-allow-origin': '*' } }),
  );
  await seek(0);
  await vi.waitFor(async () => expect((await told(0)).cause).toBe('ERR_TOKEN_REFUSED'), { timeout: 30_000 });

  // the other one has nothing to play for a while, for reasons of its own
  await page.route('**/vod/aes/**', () => undefined);
  await seek(1);
  await vi.waitFor(async () => expect((await told(1)).readyState).toBeLessThan(3), { timeout: 60_000 });
  await page.waitForTimeout(8000);
  expect((await told(1)).cause).toBeNull();
  expect((await told(1)).events).not.toContain('ERR_TOKEN_REFUSED');
  expect((await told(1)).events).not.toContain('tokenrefused');
  expect((await told(1)).events, 'tokens are shared').toContain('tokenrenewed');
  expect((await told(0)).events).toContain('ERR_TOKEN_REFUSED');
});

test('two players share a source: what one waits for when it is disposed of, is not asked for', async (context) => {
  const { expect } = context;
  const stage = await stageFor(context);
  const { page, play } = await openVideojs(stage, 'exact', { path: 'vod/ts/lo/i.m3u8' });
  await play();
  const asked = (): number => stage.signer.calls.filter(({ urls }) => urls.some((url) => url.endsWith('v.vtt'))).length;
  stage.signer.failWith = 503;
  await page.evaluate(
    (src) => {
      const { videojs, players } = window;
      const element = document.body.appendChild(document.createElement('video'));
      Object.assign(element, { className: 'video-js', muted: true });
      const second = videojs(element, { html5: { nativeTextTracks: false } });
      second.secureToken(players[0]!.secureToken().source);
      const { track } = second.addRemoteTextTrack({ src, kind: 'subtitles', srclang: 'en' }, false) as unknown as {
        track: TextTrack;
      };
      track.mode = 'showing';
      players.push(second);
    },
    stage.url('exact', 'vod/v.vtt'),
  );
  await vi.waitFor(() => expect(asked()).toBeGreaterThan(0), { timeout: 30_000 });

  await page.evaluate(() => window.players[1]!.dispose());
  await vi.waitFor(() => expect(stage.signer.calls.every(({ status }) => status > 0)).toBe(true), { timeout: 60_000 });
  stage.signer.failWith = 0;
  // whoever still waits asks again as soon as a token has come
  await page.evaluate(() => window.players[0]!.secureToken().source.renew());
  await page.waitForTimeout(1000);
  expect(stage.edge.requests.filter(({ path }) => path.endsWith('v.vtt'))).toEqual([]);
});
