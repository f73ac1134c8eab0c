import { afterEach, describe, expect, test, vi } from 'vitest';
import { SecureTokenError } from '../../../packages/core/src/index.ts';
import { renewWorker, responseWithoutToken, workerQuestion, workerSigns } from '../../../packages/core/src/adapter.ts';
import { FOLDER, MASTER, watch } from './lab.ts';

const scriptURL = 'https://www.test/token-worker.js';

/** A page whose worker answers with `status`; returns what it is asked. */
const controlled = (status: number) => {
  vi.stubGlobal('navigator', { serviceWorker: { controller: { scriptURL } } });
  const fetch = vi.fn().mockResolvedValue(new Response(null, { status }));
  vi.stubGlobal('fetch', fetch);
  return fetch;
};

afterEach(() => {
  vi.unstubAllGlobals();
});

test('a token worker that says yes signs the requests of its page', async () => {
  const fetch = controlled(workerQuestion.yes);
  expect(await workerSigns(MASTER)).toBe(true);
  expect(fetch.mock.calls).toMatchObject([[scriptURL, { headers: { [workerQuestion.header]: MASTER } }]]);
});

test('it is asked about the absolute URL: the worker stands elsewhere', async () => {
  vi.stubGlobal('location', { href: `${FOLDER}page.html` });
  const fetch = controlled(workerQuestion.yes);
  await workerSigns('../8/a.mp4#t=10');
  expect(fetch.mock.calls[0]![1]).toMatchObject({
    headers: { [workerQuestion.header]: 'https://cdn.test/vod/8/a.mp4' },
  });
});

// 200 is the script of a worker that does not know the question
test.each([workerQuestion.no, 200, 404])('one that answers %i does not', async (status) => {
  controlled(status);
  expect(await workerSigns(MASTER)).toBe(false);
});

test('nor does one that fails', async () => {
  controlled(workerQuestion.yes).mockRejectedValue(new TypeError('Failed to fetch'));
  expect(await workerSigns(MASTER)).toBe(false);
});

test.each([
  ['no worker controls the page', { serviceWorker: { controller: null } }],
  ['the page may have no worker', {}],
  ['there is no page', undefined],
])('where %s nothing signs, and nothing is asked', async (_, navigator) => {
  const fetch = controlled(workerQuestion.yes);
  vi.stubGlobal('navigator', navigator);
  expect(await workerSigns(MASTER)).toBe(false);
  expect(fetch).not.toHaveBeenCalled();
});

test('nor does one that does not answer in five seconds', async () => {
  vi.useFakeTimers();
  vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
    const ending = new AbortController();
    setTimeout(() => ending.abort(), ms);
    return ending.signal;
  });
  controlled(workerQuestion.yes).mockImplementation(
    (_: string, { signal }: { signal?: AbortSignal }) =>
      new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error))),
  );
  const signs = watch(workerSigns(MASTER));
  await vi.advanceTimersByTimeAsync(4999);
  expect(signs.state).toBe('pending');
  await vi.advanceTimersByTimeAsync(1);
  vi.useRealTimers();
  vi.restoreAllMocks();
  expect(signs).toMatchObject({ state: 'done', value: false });
});

describe('renewWorker', () => {
  test('asks the worker that controls the page, and says whether that has renewed', async () => {
    const fetch = controlled(workerQuestion.yes);
    expect(await renewWorker()).toBe(true);
    expect(fetch.mock.calls).toEqual([[scriptURL, { headers: { [workerQuestion.renewal]: '' } }]]);
  });

  test.each([
    ['it has nothing that it could renew', workerQuestion.no],
    ['it is of an earlier version, whose script comes instead of an answer', 200],
  ])('is told where %s', async (_, status) => {
    controlled(status);
    expect(await renewWorker()).toBe(false);
  });

  test('is told where the browser ends the worker, and where there is none', async () => {
    controlled(workerQuestion.yes).mockRejectedValue(new TypeError('Failed to fetch'));
    expect(await renewWorker()).toBe(false);
    vi.stubGlobal('navigator', {});
    expect(await renewWorker()).toBe(false);
  });

  test.each(['ERR_DENIED', 'ERR_SIGNING_UNAVAILABLE'] as const)('throws what the worker was told: %s', async (code) => {
    controlled(200).mockResolvedValue(responseWithoutToken(new SecureTokenError(code, 'no')));
    await expect(renewWorker()).rejects.toMatchObject({ name: 'SecureTokenError', code });
  });
});
