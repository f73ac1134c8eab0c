import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Asker } from '../../../packages/cli/src/asker.ts';

const url = 'https://cdn.example.com/a.m3u8';
const ask = (asker: Asker) => asker.ask({ what: 'a test', url });

/** Lets each request take so many milliseconds. */
function answerAfter(ms: number): void {
  vi.stubGlobal('fetch', () => {
    vi.setSystemTime(Date.now() + ms);
    return Promise.resolve(new Response(null, { status: 403 }));
  });
}

describe('Asker', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_795_500_000_000 });
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });

  test('sends forty requests, and not one more', async () => {
    answerAfter(0);
    const asker = new Asker();
    for (let i = 0; i < 40; i++) expect(await ask(asker)).toMatchObject({ status: 403 });
    expect(asker.ranOut).toBe(false);
    expect(await ask(asker)).toBeUndefined();
    expect(asker.asked).toBe(40);
    expect(asker.ranOut).toBe(true);
  });

  test('sends none after ten seconds, and waits for no answer beyond them', async () => {
    answerAfter(3000);
    const waits = vi.spyOn(AbortSignal, 'timeout');
    const asker = new Asker();
    const from = Date.now();
    while (await ask(asker));
    expect(asker.ranOut).toBe(true);
    const patience = waits.mock.calls.map(([ms]) => ms);
    expect(patience.every((ms, at) => ms <= 4000 && 3000 * at + ms <= 10_000)).toBe(true);
    expect(patience).toHaveLength((Date.now() - from) / 3000);
  });
});
