import { afterEach, expect, test, vi } from 'vitest';
import { workerQuestion, workerSigns } from '../../../packages/core/src/index.ts';
import { FOLDER, MASTER } from './lab.ts';

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
  expect(fetch.mock.calls).toEqual([[scriptURL, { headers: { [workerQuestion.header]: MASTER } }]]);
});

test('it is asked about the absolute URL: the worker stands elsewhere', async () => {
  vi.stubGlobal('location', { href: `${FOLDER}page.html` });
  const fetch = controlled(workerQuestion.yes);
  await workerSigns('../8/a.mp4#t=10');
  expect(fetch.mock.calls[0]![1]).toEqual({ headers: { [workerQuestion.header]: 'https://cdn.test/vod/8/a.mp4' } });
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
