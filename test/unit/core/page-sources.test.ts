import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Token, TokenSource } from '../../../packages/core/src/index.ts';
import { carriesToken, createTokenSource } from '../../../packages/core/src/index.ts';

const vod = 'https://cdn.test/vod/';
const request = { url: `${vod}a.ts`, headers: [], credentials: false };

describe('carriesToken', () => {
  const sources: TokenSource[] = [];
  const create = (token: Partial<Token>): TokenSource => {
    const tokens = [{ prefix: vod, expires: Date.now() / 1000 + 60, ...token }];
    const source = createTokenSource({ endpoint: 'https://www.test/token', protect: vod, tokens });
    sources.push(source);
    return source;
  };

  beforeEach(() => vi.stubGlobal('document', { baseURI: 'https://www.test/' }));
  afterEach(() => {
    for (const source of sources.splice(0)) source.destroy();
    vi.unstubAllGlobals();
    Reflect.deleteProperty(globalThis, Symbol.for('secure-token.sources'));
  });

  test.each<[string, Partial<Token>, object]>([
    ['query', { query: { st: '1' } }, { url: `${vod}a.ts?x=1&st=old` }],
    ['path', { base: 'https://cdn.test/secret/vod/' }, { url: 'https://cdn.test/secret/vod/a.ts' }],
    ['headers', { headers: { 'X-Token': '1' } }, { headers: ['accept', 'x-token'] }],
    ['cookies', { credentials: true }, { credentials: true }],
  ])('sees a token in the %s, and none elsewhere', (_, token, sent) => {
    create(token);
    expect(carriesToken({ ...request, ...sent }, undefined)).toBe(true);
    expect(carriesToken(request, undefined)).toBe(false);
    const elsewhere = { headers: ['x-token'], credentials: true, url: 'https://other.test/a.ts?st=old' };
    expect(carriesToken(elsewhere, undefined)).toBe(false);
  });

  test('any source of the page counts; of the one that signs, no cookie, for it has to renew that', () => {
    create({ query: { st: '1' } });
    const signer = create({ credentials: true });
    expect(carriesToken({ ...request, url: `${vod}a.ts?st=1` }, signer)).toBe(true);
    expect(carriesToken({ ...request, credentials: true }, signer)).toBe(false);
    expect(carriesToken({ ...request, credentials: true }, undefined)).toBe(true);
  });

  test('where there is no page, nothing is listed', () => {
    vi.unstubAllGlobals();
    create({ query: { st: '1' } });
    expect(carriesToken({ ...request, url: `${vod}a.ts?st=1` }, undefined)).toBe(false);
  });
});
