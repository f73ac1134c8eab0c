import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Snapshot } from '../support/player.ts';
import type { Stage } from '../support/stage.ts';
import { createStage } from '../support/stage.ts';
import type { Carrier } from '../support/token-formats.ts';

/** Seconds of play: what is renewed is renewed in the first seconds as it is later. */
const SECONDS = 20;
const EXACT_TTL = 8;
const TTL = 10;

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
  const seen = await player.until(({ currentTime }) => currentTime > start + SECONDS, 60 + 2 * SECONDS);
  await player.close();
  return { ...seen, wall: (Date.now() - begun) / 1000 };
}

const spotless = { faults: [], rejections: [], pageErrors: [], mediaError: undefined };

describe.concurrent('a live stream goes by without an error', () => {
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
      expect(tokens.filter(({ type }) => type !== 'tokenrenewed')).toEqual([]);
      // ahead of use: the stream did not have to wait for one; where the machine is busy, a call may take too long
      const ahead = tokens.filter(({ reason }) => reason === 'expiring');
      expect(ahead.length).toBeGreaterThan((tokens.length - 1) / 2);
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

test('nginx, with the same secret, let every one of them through', { tags: ['nginx'] }, async () => {
  expect(await stage.nginx!.refusals()).toEqual([]);
  // it writes a request down when it ends, and a page may have been closed in the middle of one
  await vi.waitFor(
    async () => expect((await stage.nginx!.log()).length).toBeGreaterThanOrEqual(stage.edge.requests.length),
    { timeout: 60_000 },
  );
});
