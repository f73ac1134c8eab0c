import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Token, TokenRequest } from '../../../packages/core/src/index.ts';
import { SecureTokenError } from '../../../packages/core/src/index.ts';
import { createShakaLab, failureOf } from './shaka-lab.ts';

const written = vi.fn<(line: string) => void>();
beforeEach(() => {
  written.mockReset();
  // the default build: one for development has written each failure by then, wherever it leads
  vi.stubGlobal('__DEVELOPMENT__', false);
  vi.spyOn(console, 'error').mockImplementation(written);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

let count = 0;
const token = ({ urls }: TokenRequest): Promise<Token[]> =>
  Promise.resolve(urls.map((url) => ({ url, expires: Date.now() / 1000 + 60, query: { st: `t${++count}` } })));
const denied = (): Promise<Token[]> => Promise.reject(new SecureTokenError('ERR_DENIED', 'no'));
const PLAYED = { readyState: 1, played: { length: 1 } };

describe.each(['shaka-player', 'shaka-player-4.11'] as const)('the console, %s', (version) => {
  test('hears of a denial before the first picture, once', async () => {
    const { request } = createShakaLab(version, denied);
    await failureOf(request());
    await failureOf(request());
    expect(written.mock.calls).toEqual([[expect.stringContaining('secure-token: ERR_DENIED: no')]]);
  });

  test.each([403, 410])('hears of what the edge refuses again with a new token: %i', async (status) => {
    const { request } = createShakaLab(version, token, [status, status]);
    await failureOf(request());
    expect(written.mock.calls).toEqual([[expect.stringContaining('secure-token: ERR_TOKEN_REFUSED: ')]]);
  });

  test.each([
    ['of a denial after a refusal', new SecureTokenError('ERR_DENIED', 'no'), 1],
    ['nothing of an outage that the player may try again', new SecureTokenError('ERR_SIGNING_UNAVAILABLE', 'down'), 0],
  ])('hears %s', async (_, failure, lines) => {
    let calls = 0;
    const getTokens = (asked: TokenRequest): Promise<Token[]> => (calls++ ? Promise.reject(failure) : token(asked));
    const { request } = createShakaLab(version, getTokens, [403]);
    await failureOf(request());
    expect(written).toHaveBeenCalledTimes(lines);
  });

  test.each([
    ['a denial', denied, []],
    ['a refusal', token, [403, 403]],
  ])('hears nothing of %s after the first picture', async (_, getTokens, statuses) => {
    const { request } = createShakaLab(version, getTokens, statuses, PLAYED);
    await failureOf(request());
    expect(written).not.toHaveBeenCalled();
  });

  test('hears nothing of a refusal after which the next token is let through', async () => {
    const { request } = createShakaLab(version, token, [403]);
    await request().promise;
    expect(written).not.toHaveBeenCalled();
  });
});
