import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Token } from '../../../packages/core/src/index.ts';
import { SecureTokenError } from '../../../packages/core/src/index.ts';
import { numbered, settle, startLoad, useFakeTime } from './dash-lab.ts';

useFakeTime();

const written = vi.fn<(line: string) => void>();
beforeEach(() => {
  written.mockReset();
  // the default build: one for development has written each failure by then, wherever it leads
  vi.stubGlobal('__DEVELOPMENT__', false);
  vi.spyOn(console, 'error').mockImplementation(written);
});
afterEach(() => vi.restoreAllMocks());

const denied = (): Promise<Token[]> => Promise.reject(new SecureTokenError('ERR_DENIED', 'no'));

describe('the console', () => {
  test('hears of a denial before the first picture, along with the error of the player', async () => {
    const { errors } = startLoad(denied, { readyState: 1 });
    await settle();
    expect(errors).toHaveLength(1);
    expect(written.mock.calls).toEqual([[expect.stringContaining('secure-token: ERR_DENIED: no')]]);
  });

  test('hears nothing of a denial after the first picture', async () => {
    const { errors } = startLoad(denied, { readyState: 2 });
    await settle();
    expect(errors).toHaveLength(1);
    expect(written).not.toHaveBeenCalled();
  });

  test.each([
    ['has no tries left', 3, 1],
    ['will ask again', 2, 0],
  ])('of a refusal for good it hears where dash.js %s', async (_, retryAttempts, count) => {
    const { loader, dash } = startLoad(numbered(), { readyState: 0, retryAttempts });
    await settle();
    for (let time = 0; time < 5 && dash.seen.length === 0; time++) {
      loader.end(403);
      await settle(1000);
    }
    expect(dash.seen).toEqual(['end']);
    expect(written).toHaveBeenCalledTimes(count);
    if (count) expect(written.mock.calls[0]![0]).toContain('secure-token: ERR_TOKEN_REFUSED: ');
  });
});
