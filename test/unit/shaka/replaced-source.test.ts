import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Token, TokenRequest, TokenSource } from '../../../packages/core/src/index.ts';
import { createTokenSource } from '../../../packages/core/src/index.ts';
import { secureToken } from '../../../packages/shaka/src/index.ts';
import { CDN, createShakaLab, failureOf } from './shaka-lab.ts';

afterEach(() => vi.unstubAllGlobals());

const VERSIONS = ['shaka-player', 'shaka-player-4.11'] as const;

const token =
  (st: string) =>
  ({ urls }: TokenRequest): Promise<Token[]> =>
    Promise.resolve(urls.map((url) => ({ url, expires: Date.now() / 1000 + 60, query: { st } })));
/** As `secureToken()`, until the test is over. */
const install = (...given: Parameters<typeof secureToken>): TokenSource => {
  const source = secureToken(...given);
  onTestFinished(() => source.destroy());
  return source;
};
const never = (): Promise<never> => new Promise(() => undefined);

describe.each(VERSIONS)('secureToken() is called again while a request waits for a token: %s', (version) => {
  test.each([
    ['an own source, which is destroyed', false],
    ['a shared source, which lives on', true],
  ])('it gets the token of the second source: %s', async (_, isShared) => {
    const { player, request, sent } = createShakaLab(version, never);
    const former = { getTokens: never, protect: CDN };
    install(player, isShared ? createTokenSource(former) : former);
    const { promise } = request();
    await Promise.resolve();
    install(player, { getTokens: token('new'), protect: CDN });
    await expect(promise).resolves.toMatchObject({ status: 200, uri: `${CDN}/s-1.m4s` });
    expect(sent).toEqual([`${CDN}/s-1.m4s?st=new`]);
  });

  test('after a refusal, too', async () => {
    let calls = 0;
    const { player, request, sent } = createShakaLab(version, never, [403]);
    const getTokens = (asked: TokenRequest): Promise<Token[]> => (calls++ ? never() : token('old')(asked));
    const former = install(player, { getTokens, protect: CDN });
    const { promise } = request();
    await new Promise((resolve) => former.addEventListener('tokenrefused', resolve));
    install(player, { getTokens: token('new'), protect: CDN });
    await expect(promise).resolves.toMatchObject({ status: 200, uri: `${CDN}/s-1.m4s` });
    expect(sent).toEqual([`${CDN}/s-1.m4s?st=old`, `${CDN}/s-1.m4s?st=new`]);
  });

  test('an abort still ends it, and so does the end of the player', async () => {
    const { player, request, engine, sent } = createShakaLab(version, never);
    const [aborted, destroyed] = [request(), request()];
    const failures = [failureOf(aborted), failureOf(destroyed)];
    await Promise.resolve();
    install(player, { getTokens: never, protect: CDN });
    await aborted.abort();
    await engine.destroy();
    expect((await Promise.all(failures)).map(({ code }) => code)).toEqual([7001, 7001]);
    expect(sent).toEqual([]);
  });
});
