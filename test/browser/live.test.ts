import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasNginx } from '../support/nginx.ts';
import type { Stage } from '../support/stage.ts';
import { createStage } from '../support/stage.ts';
import type { Carrier } from '../support/token-formats.ts';

const SECONDS = 60;

let stage: Stage;
beforeAll(async () => {
  stage = await createStage({ signer: { ttl: 8, ttlOf: { exact: 5 } } });
});
afterAll(() => stage.dispose());

async function watch(carrier: Carrier) {
  const player = await stage.open(carrier, 'live/master.m3u8');
  await player.play();
  const start = await player.snapshot();
  await player.page.waitForTimeout(SECONDS * 1000);
  const seen = await player.snapshot();
  await player.close();
  console.log(carrier, seen.currentTime - start.currentTime, seen.stalls, seen.errors, seen.tokens.map(({ reason, urls, wait }) => `${reason} ${urls?.length} ${wait}`), seen.latency);
  return { played: seen.currentTime - start.currentTime, seen };
}

describe.concurrent('a live stream, for a minute', () => {
  test('one token a URL, of five seconds each', async () => {
    const { played, seen } = await watch('exact');
    expect(seen).toMatchObject({ errors: [], stalls: [], rejections: [], pageErrors: [] });
    expect(played).toBeGreaterThan(SECONDS - 1);
  });
  test.each<Carrier>(['query', 'header', 'path', 'cookie'])('a token of eight seconds for the whole stream: %s', async (carrier) => {
    const { played, seen } = await watch(carrier);
    expect(seen).toMatchObject({ errors: [], stalls: [], rejections: [], pageErrors: [] });
    expect(played).toBeGreaterThan(SECONDS - 1);
  });
});

test('the edge has refused none of these requests', () => {
  expect(stage.edge.refusals()).toEqual([]);
  console.log(stage.edge.requests.length, stage.signer.calls.length);
});

test.skipIf(!hasNginx)('nginx, with the same secret, let every one of them through', async () => {
  const log = await stage.nginx!.log();
  expect(log.filter(({ status }) => status >= 400)).toEqual([]);
  expect(log).toHaveLength(stage.edge.requests.length);
});
