import { describe, test, vi } from 'vitest';
import { BoundedMap } from '../../packages/core/src/bounded-maps.ts';
import { createTokenSource } from '../../packages/core/src/index.ts';
import { expectLinear } from '../support/growth.ts';
import { CDN, FOLDER, MEDIA } from '../unit/core/lab.ts';

vi.setConfig({ testTimeout: 120_000 });

const expires = Date.now() / 1000 + 36_000;
const list = <T>(count: number, of: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => of(n));

test('what a map costs that forgets its oldest entries grows with what is set, from 100,000 to 400,000', async () => {
  const fill = (count: number) => (): void => {
    const map = new BoundedMap<string, number>();
    for (let n = 0; n < count; n++) map.set(`${FOLDER}${n}.ts`, n);
  };
  // more than it keeps, so that no size fits a cache that another does not
  await expectLinear(fill, 100_000);
});

describe('what an answer of the signing endpoint costs grows with what it denies', () => {
  const denied: Record<string, (n: number) => string> = {
    URLs: (n) => `${FOLDER}${n}.ts`,
    'one URL': () => MEDIA,
    'URLs with queries': (n) => `${FOLDER}${n}.ts?a=${n}&st=1`,
    hosts: (n) => `https://${n}.test/`,
    folders: (n) => `${CDN}/${n}/`,
    'what is no URL': (n) => `:${n}`,
    'what is longer each time': (n) => `${FOLDER}${'a'.repeat(n % 100)}`,
  };
  test.each(Object.keys(denied))('%s, from 2000 to 8000', async (name) => {
    const sign = (count: number) => {
      const answer = {
        tokens: [{ url: MEDIA, query: { st: 'a' }, expires }],
        denied: list(count, denied[name]!),
      };
      return async (): Promise<void> => {
        const source = createTokenSource({ getTokens: () => Promise.resolve(answer) });
        await source.sign(MEDIA).catch(() => undefined);
        await source.sign(`${FOLDER}other.ts`).catch(() => undefined);
        source.destroy();
      };
    };
    await expectLinear(sign, 2000);
  });

  test('more than are remembered, from 30,000 to 120,000', async () => {
    const sign = (count: number) => {
      const answer = { tokens: [{ url: MEDIA, expires, query: {} }], denied: list(count, (n) => `${FOLDER}${n}.ts`) };
      return async (): Promise<void> => {
        const source = createTokenSource({ getTokens: () => Promise.resolve(answer) });
        await source.sign(MEDIA);
        source.destroy();
      };
    };
    await expectLinear(sign, 30_000);
  });
});

describe('what a token costs grows with what it carries', () => {
  const carriers: Record<string, (count: number) => object> = {
    'parameters of its query': (count) => ({ query: Object.fromEntries(list(count, (n) => [`st${n}`, 'a'])) }),
    'one long parameter': (count) => ({ query: { st: 'a&+#'.repeat(count) } }),
    headers: (count) => ({ headers: Object.fromEntries(list(count, (n) => [`x-${n}`, 'a'])) }),
    'a cookie, and members that nobody knows': (count) => ({
      credentials: true,
      ...Object.fromEntries(list(count, (n) => [`x${n}`, 'a'])),
    }),
  };
  test.each(Object.keys(carriers))('%s, from 2000 to 8000', async (name) => {
    const sign = (count: number) => {
      const token = { prefix: FOLDER, expires, ...carriers[name]!(count) };
      return async (): Promise<void> => {
        const source = createTokenSource({ getTokens: () => Promise.resolve([token]) });
        await source.refused(await source.sign(MEDIA), 403);
        source.destroy();
      };
    };
    await expectLinear(sign, 2000);
  });

  test('cookies of many folders, from 2000 to 8000', async () => {
    const sign = (count: number) => {
      const tokens = list(count, (n) => ({ prefix: `${CDN}/${n}/`, credentials: true, expires }));
      return async (): Promise<void> => {
        const source = createTokenSource({ getTokens: () => Promise.resolve([]), tokens });
        for (let n = 0; n < count; n += 10) await source.sign(`${CDN}/${n}/a.ts`);
        source.destroy();
      };
    };
    await expectLinear(sign, 2000);
  });
});
