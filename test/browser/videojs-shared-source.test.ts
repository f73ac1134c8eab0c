import { test } from 'vitest';
import { stageFor } from '../support/stage.ts';
import { openVideojs } from '../support/videojs-player.ts';

/** What each of two players that share a source is told. */
interface Told {
  readonly error: { readonly code: number; readonly message: string; readonly cause: string | undefined } | null;
  readonly events: readonly string[];
}

test('two players share a source: what the edge refuses the one is no error of the other', async (context) => {
  const { expect } = context;
  const stage = await stageFor(context);
  const first = await openVideojs(stage, 'exact', { path: 'vod/ts/lo/i.m3u8' });
  const { page } = first;
  await first.play();
  const cors = { 'access-control-allow-origin': '*' };
  await page.route('**/vod/ts/**', (route) => route.fulfill({ status: 403, headers: cors }));
  await page.route('**/vod/aes/**', (route) => route.fulfill({ status: 404, headers: cors }));
  await page.evaluate((src) => {
    const { videojs, players } = window;
    const element = document.body.appendChild(document.createElement('video'));
    Object.assign(element, { className: 'video-js', muted: true });
    const second = videojs(element, {});
    players.push(second);
    second.secureToken(players[0]!.secureToken().source);
    const told: string[][] = [[], []];
    Object.assign(window, { told });
    for (const type of ['tokenrenewed', 'tokenrefused', 'tokenerror']) {
      players.forEach((player, index) => player.on(type, ({ detail }: { detail: { error?: { code: string } } }) => told[index]!.push(detail.error?.code ?? type)));
    }
    // to a part that is not buffered
    players[0]!.currentTime(8);
    Object.assign(window, { start: () => second.src({ src, type: 'application/x-mpegURL' }) });
  }, stage.url('exact', 'vod/aes/i.m3u8'));
  const told = (): Promise<Told[]> =>
    page.evaluate(() =>
      window.players.map((player, index) => {
        const error = player.error() as unknown as { code: number; message: string; cause?: { code: string } } | null;
        const { told } = window as unknown as { told: string[][] };
        return { error: error && { code: error.code, message: error.message, cause: error.cause?.code }, events: told[index]! };
      }),
    );
  await expect.poll(async () => (await told())[0]!.error, { timeout: 30_000 }).not.toBeNull();
  await page.evaluate(() => (window as unknown as { start: () => void }).start());
  await expect.poll(async () => (await told())[1]!.error, { timeout: 30_000 }).not.toBeNull();
  const [refused, missing] = await told();
  expect(refused!.error).toMatchObject({ cause: 'ERR_TOKEN_REFUSED' });
  expect(refused!.events).toContain('ERR_TOKEN_REFUSED');
  expect(missing!.error!.cause).toBeUndefined();
  expect(missing!.error!.message).not.toContain('refuses');
  expect(missing!.events).not.toContain('ERR_TOKEN_REFUSED');
  expect(missing!.events).not.toContain('tokenrefused');
  expect(missing!.events, 'tokens are shared').toContain('tokenrenewed');
});
