import { inspect } from 'node:util';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Token, TokenRequest } from '../../../packages/core/src/index.ts';
import { SecureTokenError } from '../../../packages/core/src/index.ts';
import { CDN, createShakaLab, failureOf } from './shaka-lab.ts';

// early failures, which early-failure.test.ts is about
vi.spyOn(console, 'error').mockImplementation(() => undefined);

afterEach(() => vi.unstubAllGlobals());

const VERSIONS = ['shaka-player', 'shaka-player-4.11'] as const;

let count = 0;
const token = ({ urls }: TokenRequest): Token[] =>
  urls.map((url) => ({ url, expires: Date.now() / 1000 + 60, query: { st: `t${++count}` } }));

/** The endpoint answers with a token, with these failures, and then with tokens again. */
const withFailures = (...failures: SecureTokenError[]) => {
  let calls = 0;
  return (request: TokenRequest): Promise<Token[]> => {
    const failure = calls++ ? failures.shift() : undefined;
    return failure ? Promise.reject(failure) : Promise.resolve(token(request));
  };
};
const outage = (): SecureTokenError => new SecureTokenError('ERR_SIGNING_UNAVAILABLE', 'down', { retryAfter: 0 });

test.each(VERSIONS)('a refusal in an outage is tried again by the player, 403 too: %s', async (version) => {
  const { request, sent } = createShakaLab(version, withFailures(outage()), [403]);
  await expect(request(2).promise).resolves.toMatchObject({ status: 200 });
  expect(sent).toHaveLength(2);
});

test.each(VERSIONS)(
  'the edge refuses the replay, too: the source hears of it, as it counts them: %s',
  async (version) => {
    const { request, source, sent } = createShakaLab(version, withFailures(), [403, 403]);
    const told: string[] = [];
    source.addEventListener('tokenerror', ({ error }) => told.push(error.code));
    await failureOf(request());
    expect(sent).toHaveLength(2);
    expect(told).toEqual(['ERR_TOKEN_REFUSED']);
  },
);

const denial = (): SecureTokenError => new SecureTokenError('ERR_DENIED', 'no');
const REQUEST_FILTER_ERROR = 1006;
const OPERATION_ABORTED = 7001;

describe.each(VERSIONS)('what ends a request is an error of Shaka: %s', (version) => {
  test('a denial, where a filter of the app has changed the URL', async () => {
    const error = denial();
    const { request, engine, lib } = createShakaLab(version, withFailures(error));
    engine.registerRequestFilter((_, changed) => {
      changed.uris = [`${CDN}/other.m4s`];
    });
    const failure = await failureOf(request());
    expect(failure).toBeInstanceOf(lib.util.Error);
    expect(failure).toMatchObject({ severity: 2, category: 1, code: REQUEST_FILTER_ERROR });
    expect(failure.data[0]).toMatchObject({ code: 'ERR_DENIED' });
    expect(failure.data[0]).not.toHaveProperty('severity');
  });

  test('a denial after a refusal', async () => {
    const { request } = createShakaLab(version, withFailures(denial()), [403]);
    const failure = await failureOf(request(2));
    expect(failure).toMatchObject({ severity: 2, code: REQUEST_FILTER_ERROR, data: [{ code: 'ERR_DENIED' }] });
  });

  test('an abort while a refused request waits for its token', async () => {
    let calls = 0;
    const { request, source, sent } = createShakaLab(
      version,
      (asked) => (calls++ ? new Promise(() => undefined) : Promise.resolve(token(asked))),
      [403],
    );
    const operation = request(2);
    const failure = failureOf(operation);
    await new Promise((resolve) => source.addEventListener('tokenrefused', resolve));
    await operation.abort();
    expect(await failure).toMatchObject({ code: OPERATION_ABORTED });
    expect(sent).toHaveLength(1);
  });
});

describe.each(VERSIONS)('an error that quotes the signed URL does not show it: %s', (version) => {
  const withSecret = ({ urls }: TokenRequest): Promise<Token[]> =>
    Promise.resolve(urls.map((url) => ({ url, expires: Date.now() / 1000 + 60, query: { st: 'SECRET' } })));
  const cause = (uri: string): Error => new TypeError(`Failed to fetch ${uri}`);

  test.each([
    ['as the error of Shaka has it', true],
    ['as it was thrown', false],
  ])('%s', async (_, isOfShaka) => {
    const { lib, request, sent } = createShakaLab(version, withSecret, [
      (uri) => {
        const { Severity, Category, Code } = lib.util.Error;
        const { CRITICAL } = Severity;
        return isOfShaka
          ? new lib.util.Error(CRITICAL, Category.NETWORK, Code.HTTP_ERROR, uri, cause(uri))
          : cause(uri);
      },
    ]);
    const failure = await failureOf(request());
    expect(sent).toEqual([`${CDN}/s-1.m4s?st=SECRET`]);
    expect(inspect(failure, { depth: 5 })).not.toContain('SECRET');
  });

  const SIGNATURE = 'SIGNATURE-of-the-token';
  const hidden = expect.stringContaining('hidden') as string;
  const inPath = { prefix: `${CDN}/`, base: `${CDN}/${SIGNATURE}/` };
  test.each<[string, object, string, string]>([
    ['query', { query: { st: SIGNATURE } }, `Cannot GET /s-1.m4s?st=${SIGNATURE}`, hidden],
    ['path', inPath, `Cannot GET /${SIGNATURE}/s-1.m4s`, hidden],
    ['path, deep in a URL on another host', inPath, `https://b.test/x/${SIGNATURE}/`, hidden],
    ['path, in its place in a URL on another host', inPath, `https://b.test/${SIGNATURE}/`, `${CDN}/`],
  ])('nor a body that quotes a token in the %s', async (_, carrier, body, expected) => {
    const withCarrier = ({ urls }: TokenRequest): Promise<Token[]> =>
      Promise.resolve(urls.map((url) => ({ url, expires: Date.now() / 1000 + 60, ...carrier })));
    const { lib, request, sent } = createShakaLab(version, withCarrier, [
      (uri) => {
        const { Severity, Category, Code } = lib.util.Error;
        return new lib.util.Error(Severity.RECOVERABLE, Category.NETWORK, Code.BAD_HTTP_STATUS, uri, 404, body, {}, 1);
      },
    ]);
    const failure = await failureOf(request());
    expect(sent).toEqual([expect.stringContaining(SIGNATURE)]);
    expect(failure).toMatchObject({
      code: 1001,
      data: [`${CDN}/s-1.m4s`, 404, expected, {}, 1],
    });
    expect(inspect(failure, { depth: 5 })).not.toContain(SIGNATURE);
  });

  test('nor headers of the response that quote it; the others stay', async () => {
    const withSignature = ({ urls }: TokenRequest): Promise<Token[]> =>
      Promise.resolve(urls.map((url) => ({ url, expires: Date.now() / 1000 + 60, query: { st: SIGNATURE } })));
    const { lib, request } = createShakaLab(version, withSignature, [
      (uri) => {
        const { Severity, Category, Code } = lib.util.Error;
        const headers = { 'x-cache': 'MISS', 'x-asked': uri, 'x-key': `/s-1.m4s?st=${SIGNATURE}` };
        return new lib.util.Error(
          Severity.RECOVERABLE,
          Category.NETWORK,
          Code.BAD_HTTP_STATUS,
          uri,
          404,
          '',
          headers,
          1,
        );
      },
    ]);
    const { data } = await failureOf(request());
    expect(data[3]).toEqual({
      'x-cache': 'MISS',
      'x-asked': `${CDN}/s-1.m4s`,
      'x-key': expect.stringContaining('hidden'),
    });
  });
});
