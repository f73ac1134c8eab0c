import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RecordedTokenEvent } from '../support/recording.ts';
import type { Stage } from '../support/stage.ts';
import { createStage } from '../support/stage.ts';
import type { Carrier } from '../support/token-formats.ts';
import { openVideojs } from '../support/videojs-player.ts';
import type { VideojsSnapshot } from '../support/videojs-player-page.ts';

/** Seconds of play: two lifetimes of a token. */
const SECONDS = 20;

let stage: Stage;
beforeAll(async () => {
  stage = await createStage({ signer: { ttl: 10 } });
});
afterAll(() => stage.dispose());

/**
 * The share of what was ahead of use: of the tokens of segments by a quarter of a second, of those of a folder the
 * renewals.
 */
function shareAhead(carrier: Carrier, [, ...renewals]: readonly RecordedTokenEvent[]): number {
  if (carrier !== 'exact') return renewals.filter(({ reason }) => reason === 'expiring').length / renewals.length;
  const askedAt = new Map(stage.signer.calls.flatMap(({ urls, at }) => urls.map((url) => [new URL(url).pathname, at])));
  const segments = stage.edge.requests.filter(({ path, ...it }) => it.carrier === 'exact' && path.endsWith('.m4s'));
  return segments.filter(({ path, at }) => askedAt.get(`/exact${path}`)! < at - 250).length / segments.length;
}

/** Watches the stream. */
async function watch(carrier: Carrier): Promise<VideojsSnapshot> {
  const player = await openVideojs(stage, carrier, { path: 'live/master.m3u8' });
  await player.play();
  const { currentTime: started } = await player.snapshot();
  const seen = await player.until(({ currentTime }) => currentTime > started + SECONDS, 60 + 2 * SECONDS);
  await player.close();
  return seen;
}

test.concurrent.each<Carrier>(['exact', 'query', 'header', 'cookie', 'path'])(
  'a live stream goes by: %s',
  async (carrier) => {
    const seen = await watch(carrier);
    expect(seen).toMatchObject({ error: null, events: [], pageErrors: [], paused: false, parts: 1 });
    expect(
      shareAhead(carrier, seen.tokens),
      'share of tokens that were there ahead of use; a busy machine loses some',
    ).toBeGreaterThan(0.5);
  },
);

test('no request was refused', async () => {
  expect(await stage.refusals()).toEqual([]);
});
