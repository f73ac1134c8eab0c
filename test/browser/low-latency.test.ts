import { afterAll, beforeAll, expect, test } from 'vitest';
import { hasNginx } from '../support/nginx.ts';
import type { Player, Snapshot } from '../support/player.ts';
import type { Stage } from '../support/stage.ts';
import { createStage } from '../support/stage.ts';

const SECONDS = 30;
/** Seconds; the origin's. */
const PART = 0.5;

let stage: Stage;
beforeAll(async () => {
  stage = await createStage({ signer: { ttl: 5, delay: 0.02 }, expand: true });
});
afterAll(() => stage.dispose());

async function watch(player: Player): Promise<Snapshot & { typicalLatency: number }> {
  await player.play();
  const { currentTime: start } = await player.snapshot();
  const latencies: number[] = [];
  const seen = await player.until(({ currentTime, latency }) => {
    latencies.push(latency);
    return currentTime > start + SECONDS;
  }, 3 * SECONDS);
  await player.close();
  latencies.sort((a, b) => a - b);
  return { ...seen, typicalLatency: latencies[Math.floor(latencies.length / 2)]! };
}

test('low latency: parts and blocking reloads with one token a URL, beside a player without tokens', async () => {
  const [plain, signed] = await Promise.all(
    [await stage.open('open', 'll/i.m3u8', { tokens: false }), await stage.open('exact', 'll/i.m3u8')].map(watch),
  );
  console.log(plain!.typicalLatency, signed!.typicalLatency, plain!.stalls, signed!.stalls, plain!.errors, signed!.errors, signed!.loaded);
  console.log(stage.edge.requests.filter(r => r.carrier === 'exact').map(r => r.path + new URL(r.url).search), stage.signer.calls.map(c => c.reason + c.urls.map(u => new URL(u).pathname)));
  expect(signed).toMatchObject({ faults: [], starved: [], rejections: [], pageErrors: [] });
});
test.skipIf(!hasNginx)('nginx, with the same secret, let every one of them through', async () => {
  expect(await stage.nginx!.refusals()).toEqual([]);
  expect((await stage.nginx!.log()).length).toBeGreaterThanOrEqual(stage.edge.requests.length);
});
