import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Player, Snapshot } from '../support/player.ts';
import type { Stage } from '../support/stage.ts';
import { createStage } from '../support/stage.ts';
import { expectNoMoreWaits } from '../support/untouched.ts';

/** Seconds of play: four lifetimes of a token. */
const SECONDS = 20;
/** Length of a part in seconds, as the origin cuts them. */
const PART = 0.5;

let stage: Stage;
beforeAll(async () => {
  stage = await createStage({ signer: { ttl: 5, delay: 0.05 } });
});
afterAll(() => stage.dispose());

// a player that fell behind on a busy machine catches up, all the way
const config = { maxLiveSyncPlaybackRate: 2, liveSyncOnStallIncrease: 0 };

/**
 * Watches the stream; the latency is the median of the second half: by then a start on a busy machine is made up for.
 */
async function watch(player: Player): Promise<Snapshot> {
  await player.play();
  const { currentTime: start } = await player.snapshot();
  const latencies: number[] = [];
  const seen = await player.until(({ currentTime, latency }) => {
    if (currentTime > start + SECONDS / 2) latencies.push(latency);
    return currentTime > start + SECONDS;
  }, 3 * SECONDS);
  await player.close();
  latencies.sort((a, b) => a - b);
  return { ...seen, latency: latencies[Math.floor(latencies.length / 2)]! };
}

test('parts, blocking reloads, delta updates, one token a URL: as near to the live edge as without', async () => {
  // side by side: what disturbs one disturbs the other
  const players = [
    await stage.open('open', 'll/i.m3u8', { tokens: false, config }),
    await stage.open('exact', 'll/i.m3u8', { config }),
  ] as const;
  const [plain, signed] = (await Promise.all(players.map(watch))) as [Snapshot, Snapshot];

  // hls.js gives a blocking reload less than two seconds, which a busy machine may need, and asks again
  const late = signed.faults.filter(({ details, fatal }) => details === 'levelLoadTimeOut' && !fatal);
  expect(signed).toMatchObject({ faults: late, rejections: [], pageErrors: [], mediaError: undefined });
  // so near to the live edge a busy machine is enough for a stall: tokens must not add to that
  expectNoMoreWaits(signed, plain);
  expect(signed.tokens.filter(({ type }) => type !== 'tokenrenewed')).toEqual([]);
  expect(signed.latency, `seconds behind the live edge; without tokens ${plain.latency}`).toBeLessThan(
    plain.latency + PART,
  );

  const requests = stage.edge.requests.filter(({ carrier }) => carrier === 'exact');
  expect(requests.filter(({ status }) => status >= 400)).toEqual([]);
  const parts = requests.filter(({ path }) => /\/p\d+\.\d\.m4s$/.test(path));
  const reloads = requests.filter(({ url }) => url.includes('_HLS_msn=') && url.includes('_HLS_skip=YES'));
  const asked = requests.map(({ path, url }) => path + new URL(url).search.replace(/[?&](st|e)=[^&]+/g, ''));
  // a playlist without directives may be asked for again: hls.js does so if a busy machine has read it late
  const once = asked.filter((name) => !name.endsWith('/i.m3u8') && !late.some(({ url }) => url?.endsWith(name)));
  expect(once, 'nothing is asked for twice').toEqual([...new Set(once)]);
  expect(parts.length).toBeGreaterThan(SECONDS / PART - 4);
  // a hint names a part one reload before it is there; the parts at the start are asked for at once
  const askedAt = new Map(
    stage.signer.calls.flatMap(({ urls, at }) => urls.map((url) => [new URL(url).pathname.replace('/exact', ''), at])),
  );
  const behind = parts.slice(10).filter(({ path, at }) => !(askedAt.get(path)! < at - (PART / 4) * 1000));
  expect(behind.length, 'parts whose token was not asked for ahead; a busy machine loses some').toBeLessThan(
    parts.length / 2,
  );
  // a page that stands still for a while hears of several parts at once
  expect(reloads.length).toBeGreaterThan(SECONDS / PART / 2);
});

test('nginx, with the same secret, let every one of them through', { tags: ['nginx'] }, async () => {
  expect(await stage.nginx!.refusals()).toEqual([]);
  // it writes a request down when it ends, and a page may have been closed in the middle of one
  await vi.waitFor(
    async () => expect((await stage.nginx!.log()).length).toBeGreaterThanOrEqual(stage.edge.requests.length),
    { timeout: 60_000 },
  );
});
