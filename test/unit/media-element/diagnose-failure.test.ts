import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { SignedRequest, TokenSource, TokenSourceOptions } from 'secure-token-core';
import { createTokenSource } from 'secure-token-core';
import { createSourceUser } from 'secure-token-core/adapter';
import { diagnoseFailure } from '../../../packages/media-element/src/diagnose-failure.ts';

const url = 'https://cdn.example/film.mp4';
let source: TokenSource;
let answer: () => Response;
beforeEach(() => {
  vi.stubGlobal('fetch', () => Promise.resolve(answer()));
});
afterEach(() => {
  source.destroy();
  vi.unstubAllGlobals();
});

const NETWORK = { code: 2, message: '' } as MediaError;
const NO_SOURCE = { code: 4, message: `Format error at ${url}?st=SECRET1 in ${url}?st=SECRET1` } as MediaError;

/** Diagnoses the seventh failure at one place, of a request whose token has ended while it failed. */
async function afterSlowAttempts(status: number): Promise<unknown> {
  const getTokens = () => Promise.resolve({ url, expires: Date.now() / 1000 + 60, query: { st: 'SECRET' } });
  source = createTokenSource({ getTokens });
  answer = () => (status > 0 ? new Response(null, { status }) : Response.error());
  const ended = { ...(await source.sign(url)), token: { expires: 1, query: { st: 'ENDED' } } };
  const asked = { source, user: createSourceUser(source), signal: new AbortController().signal };
  return diagnoseFailure(NETWORK, ended, { count: 7, position: 0 }, asked);
}

/** Diagnoses the last of `failures` at one place, when the edge answers with `status`. */
async function after(
  failures: number,
  status: number,
  error = NETWORK,
  options: Partial<TokenSourceOptions> = {},
): Promise<SignedRequest | undefined> {
  let count = 0;
  const getTokens = () => Promise.resolve({ url, expires: Date.now() / 1000 + 60, query: { st: `SECRET${++count}` } });
  source = createTokenSource({ getTokens, ...options });
  answer = () => new Response(null, { status });
  const user = createSourceUser(source);
  const asked = { source, user, signal: new AbortController().signal };
  const diagnose = (from: SignedRequest, count: number) => diagnoseFailure(error, from, { count, position: 0 }, asked);
  let request: SignedRequest | undefined = await source.sign(url);
  for (let failure = 1; failure < failures; failure++)
    request = (await diagnose(request, failure)) ?? (await source.sign(url));
  return diagnose(request, failures);
}

describe('diagnoseFailure', () => {
  test.each([401, 403, 410])('a %i is a refusal: another token, and in the end the error', async (status) => {
    expect((await after(1, status))?.url).toBe(`${url}?st=SECRET2`);
    await expect(after(4, status)).rejects.toMatchObject({ code: 'ERR_TOKEN_REFUSED', url, status });
  });

  test('a 404 is no such file', async () => {
    await expect(after(1, 404)).rejects.toMatchObject({ name: 'NotFoundError' });
  });

  test('a 404 is a refusal where the team says so, and a 403 is none', async () => {
    const refusals = [404];
    expect((await after(1, 404, NETWORK, { refusals }))?.url).toBe(`${url}?st=SECRET2`);
    await expect(after(4, 404, NETWORK, { refusals })).rejects.toMatchObject({
      code: 'ERR_TOKEN_REFUSED',
      url,
      status: 404,
    });
    expect(await after(4, 403, NETWORK, { refusals })).toBeUndefined();
  });

  test('the last of slow attempts, each of which outlives its token, is told by its status', async () => {
    await expect(afterSlowAttempts(403)).rejects.toMatchObject({ code: 'ERR_TOKEN_REFUSED', url, status: 403 });
    await expect(afterSlowAttempts(500)).rejects.toMatchObject({ name: 'NetworkError' });
    await expect(afterSlowAttempts(0)).rejects.toMatchObject({ name: 'NetworkError' });
  });

  test('a file that the browser cannot play: its message holds no token', async () => {
    const error = await after(3, 206, NO_SOURCE).catch((thrown: unknown) => thrown as DOMException);
    expect(error).toMatchObject({ name: 'EncodingError', message: `Format error at ${url} in ${url}` });
  });
});
