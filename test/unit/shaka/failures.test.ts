import { inspect } from 'node:util';
import type shaka from 'shaka-player';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Token, TokenRequest } from '../../../packages/core/src/index.ts';
import { SecureTokenError } from '../../../packages/core/src/index.ts';
import { CDN, VERSIONS, createShakaLab, failureOf, numbered } from './shaka-lab.ts';

beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const CRITICAL = 2;
const BAD_HTTP_STATUS = 1001;
const REQUEST_FILTER_ERROR = 1006;

/** The endpoint grants the first call, and denies the second. */
const grantedThenDenied = () => {
  let calls = 0;
  return (request: TokenRequest): Promise<Token[]> =>
    calls++ ? Promise.reject(new SecureTokenError('ERR_DENIED', 'no')) : numbered(request);
};
const carrying =
  (carrier: object) =>
  async ({ urls }: TokenRequest): Promise<Token[]> =>
    urls.map((url) => ({ url, expires: 2e9, ...carrier }));

describe.each(VERSIONS)('what ends a request is an error of Shaka, with ours in its data, %s', (version) => {
  test.each([
    ['where a filter of the app has changed the URL', [], `${CDN}/other.m4s`],
    ['after a refusal', [403], `${CDN}/s-1.m4s`],
  ])('a denial %s', async (_, outcomes, url) => {
    const { request, engine, lib } = createShakaLab(version, grantedThenDenied(), outcomes);
    engine.registerRequestFilter((__, changed) => {
      changed.uris = [url];
    });
    const failure = await failureOf(request());
    expect(failure).toBeInstanceOf(lib.util.Error);
    expect(failure).toMatchObject({ severity: CRITICAL, code: REQUEST_FILTER_ERROR, data: [{ code: 'ERR_DENIED' }] });
    expect(failure.data[0], 'Shaka writes into its errors').not.toHaveProperty('severity');
  });

  test('a refusal of the replay, of which the source hears once', async () => {
    const { request, source, sent } = createShakaLab(version, numbered, [403, 403]);
    const told: string[] = [];
    source.addEventListener('tokenerror', ({ error }) => told.push(error.code));
    const { code, data } = await failureOf(request());
    expect(code).toEqual(BAD_HTTP_STATUS);
    expect(data.at(-1)).toEqual(expect.objectContaining({ code: 'ERR_TOKEN_REFUSED' }));
    expect(sent).toHaveLength(2);
    expect(told).toEqual(['ERR_TOKEN_REFUSED']);
  });
});

describe.each(VERSIONS)('no error shows a token that it quotes, %s', (version) => {
  const SIGNATURE = 'SIGNATURE-of-the-token';
  const hidden = expect.stringContaining('hidden') as string;
  const inQuery = { query: { st: SIGNATURE } };
  const inPath = { prefix: `${CDN}/`, base: `${CDN}/${SIGNATURE}/` };

  /** Requests a segment, on which the edge fails as `fail` says. */
  const failing = async (carrier: object, fail: (lib: typeof shaka, uri: string) => unknown) => {
    const { lib, request, sent } = createShakaLab(version, carrying(carrier), [(uri) => fail(lib, uri)]);
    const failure = await failureOf(request());
    expect(sent).toEqual([expect.stringContaining(SIGNATURE)]);
    expect(inspect(failure, { depth: 5 })).not.toContain(SIGNATURE);
    return failure;
  };
  const status404 = ({ util }: typeof shaka, uri: string, body: string, headers: object): unknown => {
    const { Severity, Category, Code } = util.Error;
    return new util.Error(Severity.RECOVERABLE, Category.NETWORK, Code.BAD_HTTP_STATUS, uri, 404, body, headers, 1);
  };

  test('one that was thrown', async () => {
    const failure = await failing(inQuery, (_, uri) => new TypeError(`Failed to fetch ${uri}`));
    expect(failure).toBeInstanceOf(TypeError);
  });

  test('one that Shaka quotes', async () => {
    const failure = await failing(inQuery, ({ util }, uri) => {
      const { Severity, Category, Code } = util.Error;
      const cause = new TypeError(`Failed to fetch ${uri}`);
      return new util.Error(Severity.CRITICAL, Category.NETWORK, Code.HTTP_ERROR, uri, cause);
    });
    expect(failure.data[0]).toBe(`${CDN}/s-1.m4s`);
  });

  test.each<[string, object, string, string]>([
    ['in the query', inQuery, `Cannot GET /s-1.m4s?st=${SIGNATURE}`, hidden],
    ['in the path', inPath, `Cannot GET /${SIGNATURE}/s-1.m4s`, hidden],
    ['in the path, deep in a URL on another host', inPath, `https://b.test/x/${SIGNATURE}/`, hidden],
    ['in the path, in its place in a URL on another host', inPath, `https://b.test/${SIGNATURE}/`, `${CDN}/`],
  ])('the body of a response: a token %s', async (_, carrier, body, expected) => {
    const failure = await failing(carrier, (lib, uri) => status404(lib, uri, body, {}));
    expect(failure).toMatchObject({ code: BAD_HTTP_STATUS, data: [`${CDN}/s-1.m4s`, 404, expected, {}, 1] });
  });

  test('the headers of a response, of which the others stay', async () => {
    const { data } = await failing(inQuery, (lib, uri) =>
      status404(lib, uri, '', { 'x-cache': 'MISS', 'x-asked': uri, 'x-key': `/s-1.m4s?st=${SIGNATURE}` }),
    );
    expect(data[3]).toEqual({ 'x-cache': 'MISS', 'x-asked': `${CDN}/s-1.m4s`, 'x-key': hidden });
  });
});
