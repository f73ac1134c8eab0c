import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { labVersions } from '../support/hls-lab.ts';
import { Labs } from '../support/hls-labs.ts';
import type { Player } from '../support/player.ts';
import type { Stage } from '../support/stage.ts';
import { createStage } from '../support/stage.ts';
import { tokenFormat } from '../support/token-formats.ts';

/** Seconds that the signing endpoint takes, longer than a busy machine stands still: in the estimate they would halve it. */
const SLOW = 2;
const SEGMENTS = 24;
const path = 'film/ts/lo/i.m3u8';
const urls = Array.from({ length: SEGMENTS }, (_, index) =>
  path.replace('i.m3u8', `${index < 10 ? '' : `r${Math.floor(index / 10)}/`}s00${index % 10}.ts`),
);
/** Whether a segment has no token at hand. A player that waits each time would learn to expect it. */
const waits = (index: number): boolean => index % 3 === 2;

const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

/** Milliseconds for which hls.js alone waits before it asks again for a segment that was refused. */
const RETRY_MS = 1000;

interface Measured {
  readonly index: number;
  /** Bits a second, as hls.js has them after this segment. */
  readonly estimate: number;
  /** Seconds to the first byte. */
  readonly firstByte: number;
}

describe('a signing endpoint that takes two seconds', () => {
  let stage: Stage;
  beforeAll(async () => {
    // what a segment of some 11 kB takes is the edge's doing, not the machine's
    stage = await createStage({ nginx: false, edge: { bandwidth: 60_000, latency: 0.1 }, signer: { delay: SLOW } });
  });
  afterAll(() => stage.dispose());

  /** Loads the segments, as fast as they come. */
  async function measure(player: Player): Promise<Measured[]> {
    const measured = await player.page.evaluate(async (count) => {
      const measured: Measured[] = [];
      const { hls, Hls } = window;
      await new Promise<void>((resolve) => {
        hls.on(Hls.Events.FRAG_BUFFERED, (_, { frag, stats }) => {
          const { start, first } = stats.loading;
          measured.push({ index: Number(frag.sn), estimate: hls.bandwidthEstimate, firstByte: (first - start) / 1000 });
          if (Number(frag.sn) >= count - 1) resolve();
        });
      });
      return measured;
    }, SEGMENTS);
    expect(await player.snapshot()).toMatchObject({ errors: [], rejections: [], pageErrors: [] });
    return measured;
  }

  test('leaves no trace in the bandwidth estimate, nor in the time to first byte', async () => {
    const config = { maxBufferLength: 600, startPosition: 0, startFragPrefetch: true };
    const format = tokenFormat('exact', stage.edge.secrets);
    const expires = Math.floor(Date.now() / 1000) + 600;
    const ready = [path, ...urls.filter((_, index) => !waits(index))];
    const tokens = await Promise.all(
      ready.map(async (name) => format.sign(new URL(stage.url('exact', name)), expires)),
    );
    // both at once: what disturbs one disturbs the other, and neither has loaded what is measured before the other is there
    const players = await Promise.all([
      stage.open('open', path, { tokens: false, config }),
      stage.open('exact', path, { config, tokens: { tokens, readAhead: 0 } }),
    ]);
    const [plain, signed] = (await Promise.all(players.map(measure))) as [Measured[], Measured[]];
    for (const player of players) await player.close();

    const waited = signed.filter(({ index }) => waits(index));
    expect(stage.signer.calls.length, 'there was something to wait for').toBeGreaterThanOrEqual(SEGMENTS / 3);
    const estimates = [plain, signed].map((all) => median(all.slice(6).map(({ estimate }) => estimate))) as [
      number,
      number,
    ];
    // nearer to that of the player beside it than to one with the waits in it
    expect(estimates[1] / estimates[0], `${estimates.join(' and ')} bit/s`).toBeGreaterThan(0.8);
    expect(estimates[1] / estimates[0], `${estimates.join(' and ')} bit/s`).toBeLessThan(1.25);
    // of each one, against the same segment without tokens: an average would hide a wait
    const later = waited.map(({ index, firstByte }) => firstByte - plain.find((it) => it.index === index)!.firstByte);
    expect(
      Math.max(...later),
      `seconds to the first byte beyond those without tokens: ${later.join(', ')}`,
    ).toBeLessThan(SLOW / 2);
    expect(
      Math.min(...waited.map(({ firstByte }) => firstByte)),
      'what the edge takes is in them',
    ).toBeGreaterThanOrEqual(stage.edge.latency);
    expect(await stage.refusals()).toEqual([]);
  });

  test('or far longer than any time-out does not let one fire', async () => {
    Object.assign(stage.signer, { delay: 4 });
    Object.assign(stage.edge, { bandwidth: 0, latency: 0 });
    // no retries: a time-out would end it all
    const short = { maxTimeToFirstByteMs: 3000, maxLoadTimeMs: 3500, timeoutRetry: null, errorRetry: null };
    const policies = Object.fromEntries(
      ['manifestLoadPolicy', 'playlistLoadPolicy', 'fragLoadPolicy'].map((name) => [name, { default: short }]),
    );
    const player = await stage.open('exact', 'vod/ts/master.m3u8', { config: policies, tokens: { readAhead: 0 } });
    const seen = await player.until(({ loaded, errors }) => loaded.length >= 2 || errors.length > 0);
    await player.close();
    expect(seen).toMatchObject({ errors: [], rejections: [], pageErrors: [] });
  });
});

describe.each(labVersions)('hls.js %s', (version) => {
  let labs: Labs;
  beforeAll(async () => void (labs = await Labs.start()));
  afterAll(() => labs.stop());

  test('a segment that was refused is there after one call for a token and one request, with no wait between them', async () => {
    await using lab = await labs.open(version);
    lab.wait = 0.1;
    lab.refusals.push(
      ...[1, 2, 4, 5, 7, 8].map((index) => ({ path: new RegExp(`s00${index}\\.ts`), status: 410, times: 1 })),
    );
    const { errors, losses, others } = await lab.page.evaluate(async () => {
      const hls = window.lab.create({ startPosition: 0 });
      window.SecureTokenHls.secureToken(hls, { endpoint: '/token', readAhead: 0 });
      const loadedAt = new Map<number, number>();
      hls.on(window.Hls.Events.FRAG_LOADED, (_, { frag }) => loadedAt.set(Number(frag.sn), performance.now()));
      void window.lab.play(hls, '/v/ts/lo/i.m3u8', 60).catch(() => undefined);
      await window.lab.until(() => loadedAt.has(9));
      const entries = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
      const requestsFor = (index: number): PerformanceResourceTiming[] =>
        entries.filter(({ name }) => name.includes(`s00${index}.ts`));
      const losses = [1, 2, 4, 5, 7, 8].map((index) => {
        const [refused, replay] = requestsFor(index) as [PerformanceResourceTiming, PerformanceResourceTiming];
        const call = entries.find(
          ({ name, startTime }) => name.endsWith('/token') && startTime >= refused.responseEnd - 1,
        )!;
        return loadedAt.get(index)! - refused.responseEnd - call.duration - replay.duration;
      });
      const others = [0, 3, 6, 9].map((index) => loadedAt.get(index)! - requestsFor(index)[0]!.responseEnd);
      return { errors: window.lab.watch(hls).errors, losses, others };
    });
    expect(errors).toEqual([]);
    expect(lab.refused).toHaveLength(6);
    expect(median(losses), `ms lost: ${losses.join(', ')}; not refused: ${others.join(', ')}`).toBeLessThan(
      RETRY_MS / 2 + 3 * median(others),
    );
  });
});
