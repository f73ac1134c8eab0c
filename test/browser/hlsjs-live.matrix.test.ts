import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { hasNginx } from '../support/nginx.ts';
import { runsRest } from '../support/parts.ts';
import type { Snapshot } from '../support/player.ts';
import type { Stage } from '../support/stage.ts';
import { createStage } from '../support/stage.ts';
import type { Carrier } from '../support/token-formats.ts';

/** A minute in `npm run test:all`; what is renewed is renewed in the first seconds as it is later. */
const SECONDS = runsRest ? 60 : 20;
const EXACT_TTL = 6;
const TTL = 8;

let stage: Stage;
beforeAll(async () => {
  stage = await createStage({ signer: { ttl: TTL, ttlOf: { exact: EXACT_TTL } } });
});
afterAll(() => stage.dispose());

/** Watches the stream. */
async function watch(carrier: Carrier): Promise<Snapshot & { wall: number }> {
  const player = await stage.open(carrier, 'live/master.m3u8');
  await player.play();
  const begun = Date.now();
  const { currentTime: start } = await player.snapshot();
  const seen = await player.until(({ currentTime }) => currentTime > start + SECONDS, 2 * SECONDS);
  await player.close();
  return { ...seen, wall: (Date.now() - begun) / 1000 };
}

const spotless = { faults: [], starved: [], rejections: [], pageErrors: [], mediaError: undefined };

describe.concurrent('a live stream goes by without an error or a stall', () => {
  test(`with one token a URL, of ${EXACT_TTL} seconds each`, async () => {
    const seen = await watch('exact');
    expect(seen).toMatchObject(spotless);
    expect(seen.tokens.filter(({ type }) => type !== 'tokenrenewed')).toEqual([]);
    const requests = stage.edge.requests.filter(({ carrier }) => carrier === 'exact');
    const calls = stage.signer.calls.filter(({ carrier }) => carrier === 'exact');
    expect(calls.length, 'calls to the signing endpoint').toBeLessThan(requests.length);
  });

  test.each<Carrier>(['query', 'header', 'path', 'cookie'])(
    `with a token of ${TTL} seconds for all of it: %s`,
    async (carrier) => {
      const { tokens, wall, ...seen } = await watch(carrier);
      expect(seen).toMatchObject(spotless);
      // ahead of use, every time: the stream never had to wait for one
      expect(tokens.map(({ type, reason }) => `${type} ${reason}`)).toEqual([
        'tokenrenewed initial',
        ...tokens.slice(1).map(() => 'tokenrenewed expiring'),
      ]);
      expect(tokens.length).toBeGreaterThanOrEqual(wall / TTL);
      expect(tokens.length).toBeLessThanOrEqual(2 + wall / (TTL / 2));
    },
  );
});

test('the edge has refused none of these requests, and had all that was asked for', () => {
  expect(stage.edge.requests.filter(({ status }) => status >= 400)).toEqual([]);
  expect(stage.edge.requests.length).toBeGreaterThan(5 * SECONDS);
  expect(stage.signer.calls.filter(({ status }) => status !== 200)).toEqual([]);
});

test.skipIf(!hasNginx)('nginx, with the same secret, let every one of them through', async () => {
  expect(await stage.nginx!.refusals()).toEqual([]);
  // it writes a request down when it ends, and a page may have been closed in the middle of one
  await vi.waitFor(
    async () => expect((await stage.nginx!.log()).length).toBeGreaterThanOrEqual(stage.edge.requests.length),
    { timeout: 10_000 },
  );
});
