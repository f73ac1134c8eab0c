import type Hls from 'hls.js';
import type { Events, HlsConfig } from 'hls.js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { TokenSource } from '../../../packages/hlsjs/src/index.ts';
import { createTokenSource, secureToken, secureTokenConfig } from '../../../packages/hlsjs/src/index.ts';
import { FakeLoader, MANIFEST } from './loader-lab.ts';

const DESTROYING = 'hlsDestroying' as unknown as Events.DESTROYING;

beforeAll(() => {
  vi.stubGlobal('self', globalThis);
  vi.stubGlobal('location', new URL('https://app.test/'));
});
afterAll(() => vi.unstubAllGlobals());
beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 });
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** A token of 24 s for the folder of the manifest, which is counted. */
function tokens(): { getTokens: () => Promise<{ prefix: string; expires: number }[]>; calls: () => number } {
  let calls = 0;
  return {
    getTokens: () => {
      calls++;
      return Promise.resolve([
        { prefix: new URL('.', MANIFEST).href, query: { st: 'a' }, expires: Date.now() / 1000 + 24 },
      ]);
    },
    calls: () => calls,
  };
}

describe.each(['hls.js', 'hls.js-1.6', 'hls.js-1.5'])('%s', (version) => {
  let HlsClass: typeof Hls;
  beforeAll(async () => {
    HlsClass = ((await import(version)) as { default: typeof Hls }).default;
  });

  const load = async (config: Partial<HlsConfig>): Promise<Hls> => {
    const hls = new HlsClass({ autoStartLoad: false, loader: FakeLoader, ...config });
    hls.loadSource(MANIFEST);
    await vi.advanceTimersByTimeAsync(0);
    return hls;
  };

  test('secureTokenConfig: the last player is destroyed after one request: no call any more, no timer', async () => {
    const { getTokens, calls } = tokens();
    const hls = await load(secureTokenConfig({ getTokens, jitter: 0 }));
    expect(calls()).toBe(1);
    hls.destroy();
    await vi.advanceTimersByTimeAsync(0);
    expect(vi.getTimerCount()).toBe(0);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(calls()).toBe(1);
  });

  test('a source that is shared: one of two players is destroyed: the token is renewed for the other', async () => {
    const { getTokens, calls } = tokens();
    const source: TokenSource = createTokenSource({ getTokens, jitter: 0 });
    const [first, second] = [new HlsClass({ autoStartLoad: false }), await load(secureTokenConfig(source))];
    secureToken(first, source);
    first.destroy();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(calls()).toBe(2);
    second.destroy();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(vi.getTimerCount()).toBe(0);
    expect(calls()).toBe(2);
  });

  test('called again while a request waits for its first token: that one is sent with it, and playback goes on', async () => {
    const slow = tokens();
    const getTokens = async (): ReturnType<typeof slow.getTokens> => {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      return slow.getTokens();
    };
    const hls = new HlsClass({ autoStartLoad: false, loader: FakeLoader });
    const fatal: string[] = [];
    hls.on('hlsError' as unknown as Events.ERROR, (_, { details }) => fatal.push(details));
    secureToken(hls, { getTokens });
    hls.loadSource(MANIFEST);
    await vi.advanceTimersByTimeAsync(100);
    const source = secureToken(hls, { getTokens: tokens().getTokens });
    await vi.advanceTimersByTimeAsync(2000);
    expect(fatal).toEqual([]);
    hls.destroy();
    await expect(source.sign(MANIFEST)).rejects.toMatchObject({ code: 'ERR_DESTROYED' });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('called again while a child player, such as one of an interstitial, plays on: the child keeps its tokens', async () => {
    const hls = await load({});
    secureToken(hls, { getTokens: tokens().getTokens });
    const child = new HlsClass({ ...hls.userConfig });
    secureToken(hls, { getTokens: tokens().getTokens });
    const fatal: string[] = [];
    child.on('hlsError' as unknown as Events.ERROR, (_, { details }) => fatal.push(details));
    child.loadSource(MANIFEST);
    await vi.advanceTimersByTimeAsync(1000);
    expect(fatal).toEqual([]);
    child.destroy();
    hls.destroy();
  });

  test('called again, with the source that it has returned: that lives until the player is destroyed', async () => {
    const { getTokens } = tokens();
    const hls = new HlsClass({ autoStartLoad: false });
    const source = secureToken(hls, { getTokens, jitter: 0 });
    expect(secureToken(hls, source)).toBe(source);
    await expect(source.sign(MANIFEST)).resolves.toMatchObject({ token: { query: { st: 'a' } } });
    hls.destroy();
    await expect(source.sign(MANIFEST)).rejects.toMatchObject({ code: 'ERR_DESTROYED' });
  });

  test('called again, in place of a source that is shared: that lives on for others', async () => {
    const { getTokens } = tokens();
    const shared = createTokenSource({ getTokens, jitter: 0 });
    const hls = new HlsClass({ autoStartLoad: false });
    secureToken(hls, shared);
    secureToken(hls, { getTokens, jitter: 0 });
    shared.allow(MANIFEST);
    await expect(shared.sign(MANIFEST)).resolves.toMatchObject({ token: { query: { st: 'a' } } });
    hls.destroy();
    shared.destroy();
  });

  test.each([
    ['has removed all listeners', (hls: Hls) => hls.removeAllListeners()],
    [
      'has a listener that throws',
      (hls: Hls) =>
        hls.on(DESTROYING, () => {
          throw new Error('of the app');
        }),
    ],
  ])('the app %s before it destroys the player: its source ends with it', async (_, change) => {
    const { getTokens, calls } = tokens();
    const hls = new HlsClass({ autoStartLoad: false });
    change(hls);
    const source = secureToken(hls, { getTokens, jitter: 0 });
    await source.sign(MANIFEST);
    change(hls);
    hls.destroy();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(calls()).toBe(1);
    await expect(source.sign(MANIFEST)).rejects.toMatchObject({ code: 'ERR_DESTROYED' });
  });
});
