import { expect, test, vi } from 'vitest';
import { simulate } from './simulator-run.ts';

const COMMAND = 'npx vitest run test/session/simulator --project unit';
const only = process.env.SIMULATOR_SEED;
const count = Number(process.env.SIMULATOR_SEEDS ?? 100);
const first = Number(process.env.SIMULATOR_FIRST ?? 1);
const seeds = only === undefined ? Array.from({ length: count }, (_, i) => first + i) : [Number(only)];
/** Number of seeds of which one is run twice. */
const TWICE = 20;

// as many seeds as somebody asks for
vi.setConfig({ testTimeout: 60_000 + count * 1000 });

/** One text for the whole of a red run, to be read and to be run again. */
async function failureOf(seed: number): Promise<string | undefined> {
  const { plan, violations, trace } = await simulate(seed);
  if (only !== undefined) console.log([JSON.stringify(plan, null, 1), ...trace].join('\n'));
  if (violations.length === 0) return undefined;
  const { carrier, session, isHls, tells } = plan;
  const what = `seed ${seed} (${carrier}, ${session}, ${isHls ? 'hls.js' : 'core'}, tells ${tells})`;
  const lines = violations.map(({ message }) => `  ${message}`);
  return [what, ...lines, `  again: SIMULATOR_SEED=${seed} ${COMMAND}`].join('\n');
}

test(`${seeds.length} sessions with seeded faults keep the invariants of ARCHITECTURE.md`, async () => {
  const failures: string[] = [];
  for (const seed of seeds) {
    const failure = await failureOf(seed);
    if (failure) failures.push(failure);
  }
  expect(failures.length, `${failures.length} seeds are red:\n${failures.slice(0, 20).join('\n')}`).toBe(0);
});

test('the same seed gives the same trace', async () => {
  for (const seed of seeds.filter((_, index) => index % TWICE === 0)) {
    const first = await simulate(seed);
    const second = await simulate(seed);
    expect(second.trace, `seed ${seed}`).toEqual(first.trace);
  }
});
