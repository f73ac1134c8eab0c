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

/** A `fetch` that nobody answers. */
const silent = (_: string, { signal }: RequestInit): Promise<Response> =>
  new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error)));

/** Node's own do not follow the fake clock. */
const fakeTimeouts = (): void => {
  vi.useFakeTimers();
  vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
    const ending = new AbortController();
    setTimeout(() => ending.abort(), ms);
    return ending.signal;
  });
};

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
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
  controlled(workerQuestion.yes).mockImplementation(silent);
  fakeTimeouts();
  const signs = watch(workerSigns(MASTER));
  await vi.advanceTimersByTimeAsync(4999);
  expect(signs.state).toBe('pending');
  await vi.advanceTimersByTimeAsync(1);
  expect(signs).toMatchObject({ state: 'done', value: false });
});

describe('renewWorker', () => {
  test('asks the worker that controls the page, and says whether that has renewed', async () => {
    const fetch = controlled(workerQuestion.yes);
    expect(await renewWorker()).toBe(true);
    expect(fetch).toHaveBeenLastCalledWith(
      scriptURL,
      expect.objectContaining({ headers: { [workerQuestion.renewal]: '' } }),
    );
  });

  test('is told in five seconds that none answers, as another worker of the site whose network hangs', async () => {
    controlled(workerQuestion.yes).mockImplementation(silent);
    fakeTimeouts();
    const renewed = watch(renewWorker());
    await vi.advanceTimersByTimeAsync(5000);
    expect(renewed).toMatchObject({ state: 'done', value: false });
  });

  test('waits for a token worker whose endpoint takes a minute, but not for one that never comes to an end', async () => {
    const answers = controlled(workerQuestion.yes);
    fakeTimeouts();
    answers.mockResolvedValueOnce(new Response(null, { status: workerQuestion.no }));
    answers.mockImplementationOnce(async () => {
      await new Promise((resolve) => setTimeout(resolve, 60_000));
      return new Response(null, { status: workerQuestion.yes });
    });
    const slow = watch(renewWorker());
    await vi.advanceTimersByTimeAsync(60_000);
    expect(slow).toMatchObject({ state: 'done', value: true });

    answers.mockResolvedValueOnce(new Response(null, { status: workerQuestion.no })).mockImplementationOnce(silent);
    const endless = watch(renewWorker());
    await vi.advanceTimersByTimeAsync(299_999);
    expect(endless.state).toBe('pending');
    await vi.advanceTimersByTimeAsync(1);
    expect(endless).toMatchObject({ state: 'done', value: false });
  });

  test.each([
    ['it has nothing that it could renew', workerQuestion.no],
    ['it is of an earlier version, whose script comes instead of an answer', 200],
  ])('is told where %s', async (_, status) => {
    controlled(status).mockResolvedValueOnce(new Response(null, { status: workerQuestion.yes }));
    expect(await renewWorker()).toBe(false);
  });

  test('is told where the browser ends the worker, and where there is none', async () => {
    controlled(workerQuestion.yes).mockRejectedValue(new TypeError('Failed to fetch'));
    expect(await renewWorker()).toBe(false);
    vi.stubGlobal('navigator', {});
    expect(await renewWorker()).toBe(false);
  });

  test.each(['ERR_DENIED', 'ERR_SIGNING_UNAVAILABLE'] as const)('throws what the worker was told: %s', async (code) => {
    controlled(workerQuestion.yes)
      .mockResolvedValueOnce(new Response(null, { status: workerQuestion.yes }))
      .mockResolvedValueOnce(responseWithoutToken(new SecureTokenError(code, 'no')));
    await expect(renewWorker()).rejects.toMatchObject({ name: 'SecureTokenError', code });
  });
});
