import type { TestContext } from 'vitest';
import { test } from 'vitest';
import { stageFor } from '../support/stage.ts';

/**
 * Limits of a start. The browser decides which of three renditions asks first, and whether the next ones still come
 * into the same call: 8 to 10 calls were seen, 5 to 6 with `expand`. `test/session/on-demand-calls.test.ts` holds the
 * exact numbers: the requests of its simulated player come in a fixed order.
 */
const A_START = { requests: 45, perCall: 4, perCallExpanded: 6 };

/** The film of the benchmark is so small that hls.js would load all of it. */
const config = { maxMaxBufferLength: 30 };

interface Counts {
  readonly calls: number;
  readonly requests: number;
}

/** A film with audio and subtitles, segments of two seconds and tokens of twenty, until `seconds` have been played. */
async function countCalls(
  context: TestContext,
  { seconds, expands, bufferSeconds = 30 }: { seconds: number; expands: boolean; bufferSeconds?: number },
): Promise<Counts> {
  const { expect } = context;
  const stage = await stageFor(context, {
    signer: { ttl: 20, delay: 0.05 },
    ...(expands && { expand: { fetch } }),
  });
  const player = await stage.open('exact', 'film/fmp4/master.m3u8', {
    config: { ...config, maxBufferLength: bufferSeconds, maxMaxBufferLength: bufferSeconds },
  });
  await player.play();
  const hasPlayed = await player.until(
    ({ currentTime, buffered }) => currentTime >= seconds && (buffered[0]?.[1] ?? 0) > currentTime + bufferSeconds - 3,
  );
  const counts = { calls: stage.signer.calls.length, requests: stage.edge.requests.length };
  if (process.env.COUNTS)
    console.log(
      context.task.name,
      counts,
      stage.signer.calls.map(({ urls, at }) => `${urls.length}@${at - stage.signer.calls[0]!.at}`).join(' '),
    );
  expect(hasPlayed).toMatchObject({ faults: [], rejections: [], pageErrors: [], mediaError: undefined });
  expect(await stage.refusals()).toEqual([]);
  return counts;
}

test('hls.js: the buffers of a start are filled with a call for four requests at most', async (context) => {
  const { calls, requests } = await countCalls(context, { seconds: 0, expands: false });
  context.expect(requests).toBeGreaterThan(A_START.requests);
  context.expect(calls).toBeLessThanOrEqual(requests / A_START.perCall);
});

test('hls.js: with a call for six requests at most where the endpoint expands playlists', async (context) => {
  const { calls, requests } = await countCalls(context, { seconds: 0, expands: true });
  context.expect(requests).toBeGreaterThan(A_START.requests);
  context.expect(calls).toBeLessThanOrEqual(requests / A_START.perCallExpanded);
});

test('hls.js: 22 s of play cost a call for six requests at most', async (context) => {
  const { calls, requests } = await countCalls(context, { seconds: 22, expands: false, bufferSeconds: 10 });
  context.expect(calls / requests).toBeLessThanOrEqual(1 / 6);
});
