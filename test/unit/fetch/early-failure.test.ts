import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SecureTokenError } from '../../../packages/core/src/index.ts';
import { fetchLab, refuse } from './fetch-lab.ts';

const lab = fetchLab();

const written = vi.fn<(line: string) => void>();
beforeEach(() => {
  written.mockReset();
  // the default build: one for development has written each failure by then, wherever it leads
  vi.stubGlobal('__DEVELOPMENT__', false);
  vi.spyOn(console, 'error').mockImplementation(written);
});
afterEach(() => vi.restoreAllMocks());

const denied = (): Promise<never> => Promise.reject(new SecureTokenError('ERR_DENIED', 'no'));
const load = async (name = 'vod/1.m4s'): Promise<number> => (await lab.now.secure(lab.now.url(name))).status;

test('the console hears of a denial before anything has come, once', async () => {
  lab.now.getTokens = denied;
  expect([await load(), await load('vod/2.m4s')]).toEqual([403, 403]);
  expect(written.mock.calls).toEqual([[expect.stringContaining('secure-token: ERR_DENIED: no')]]);
});

test('the console hears of what the edge refuses again with a new token', async () => {
  lab.now.answers.push(refuse(403), refuse(403));
  expect(await load()).toBe(403);
  expect(written.mock.calls).toEqual([[expect.stringContaining('secure-token: ERR_TOKEN_REFUSED: ')]]);
});

test('the console hears nothing once something has come, nor of a file that is not there', async () => {
  lab.now.getTokens = ({ urls }) =>
    Promise.resolve(urls.map((url) => ({ url, expires: Date.now() / 1000 + 60, query: { st: 't' } })));
  lab.now.answers.push(refuse(404));
  expect([await load('vod/0.m4s'), await load()]).toEqual([404, 200]);
  lab.now.getTokens = denied;
  expect(await load('vod/2.m4s')).toBe(403);
  expect(written).not.toHaveBeenCalled();
});
