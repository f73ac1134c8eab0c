import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { SecureTokenError, createTokenSource } from 'secure-token-core';
import type { AdapterSource } from 'secure-token-core/adapter';
import { createSourceUser, refusalOf, workerQuestion } from 'secure-token-core/adapter';
import { noFailures } from '../../../packages/media-element/src/attempts.ts';
import { ElementRequests } from '../../../packages/media-element/src/element-requests.ts';
import type { NativeSourceOptions } from '../../../packages/media-element/src/native-source-options.ts';

const url = 'https://cdn.example/film.mp4';
let source: AdapterSource;
let answer: (response: Response) => void;
/** What `getTokens` fails with instead of answering. */
let outage: Error | undefined;
const listener = { onFailure: vi.fn(), onOutage: vi.fn(), onRecovery: vi.fn() };

function newSource(): AdapterSource {
  let count = 0;
  const getTokens = async () => {
    if (outage) throw outage;
    return { url, expires: Date.now() / 1000 + 60, query: { st: `${++count}` } };
  };
  return createTokenSource({ getTokens }) as AdapterSource;
}

beforeEach(() => {
  source = newSource();
  vi.stubGlobal('document', { baseURI: 'https://app.example/' });
  vi.stubGlobal('location', { origin: 'https://app.example' });
  vi.stubGlobal('fetch', () => new Promise((resolve) => (answer = resolve)));
});
afterEach(() => {
  source.destroy();
  outage = undefined;
  vi.clearAllMocks();
  vi.unstubAllGlobals();
});

/** Returns the requests of an element that has no source yet. */
const idle = (options: Partial<NativeSourceOptions> = {}): ElementRequests =>
  new ElementRequests(
    { source, user: createSourceUser(source), url, hiddenEvents: [], listener, ...options },
    { signal: new AbortController().signal, given: undefined },
  );

/** Returns the requests of an element that plays from a signed request. */
async function playing(isByWorker = false, options: Partial<NativeSourceOptions> = {}): Promise<ElementRequests> {
  const requests = idle(options);
  requests.use(await requests.signOnce(), isByWorker, null);
  return requests;
}

/** Lets a token worker control the page, which answers each question with `status`. */
const controlled = (status: number) => {
  vi.stubGlobal('navigator', { serviceWorker: { controller: { scriptURL: 'https://app.example/token-worker.js' } } });
  const fetch = vi.fn<(url: string, init: RequestInit) => Promise<Response>>();
  fetch.mockImplementation(() => Promise.resolve(new Response(null, { status })));
  vi.stubGlobal('fetch', fetch);
  return fetch;
};

const refusal = (): Response => new Response(null, { status: 410 });

test('a refusal of what the element plays is found, with its status', async () => {
  const requests = await playing();
  const finding = requests.findRefusal();
  answer(refusal());
  expect(await finding).toMatchObject({ request: { url: `${url}?st=1` }, status: 410 });
});

test('a refusal of a source that the element no longer plays is none', async () => {
  const requests = await playing();
  const finding = requests.findRefusal();
  await source.renew();
  requests.use(await requests.sign(), false, null);
  answer(refusal());
  expect(await finding).toBeUndefined();
});

test('an edge that lets it through has refused nothing', async () => {
  const requests = await playing();
  const finding = requests.findRefusal();
  answer(new Response('v', { status: 206 }));
  expect(await finding).toBeUndefined();
});

test('what a worker signs is not asked for: the worker would have replayed a refusal', async () => {
  const requests = await playing(true);
  expect(await requests.findRefusal()).toBeUndefined();
});

test('an element is served while no other token is there; one that a worker must serve always is', async () => {
  const [own, byWorker, onlyByWorker] = [await playing(), await playing(true), await playing(true, { via: 'worker' })];
  expect([own, byWorker, onlyByWorker].map((each) => each.areServed())).toEqual([true, false, true]);
  await source.renew();
  expect([own, byWorker, onlyByWorker].map((each) => each.areServed())).toEqual([false, false, true]);
});

test('an element that has data was let through: a later refusal is of an edge that has accepted tokens', async () => {
  const requests = await playing();
  const refused = async () => refusalOf(source, await source.sign(url), 403)?.message;
  expect(await refused()).not.toContain('has accepted tokens');
  requests.noteArrival();
  expect(await refused()).toContain('has accepted tokens');
});

test.each([
  ['no way is forced', undefined],
  ['the worker is forced', 'worker'],
] as const)('where a worker signs and %s, it signs what is next', async (_, via) => {
  controlled(workerQuestion.yes);
  expect(await idle({ via }).areForWorker(noFailures)).toBe(true);
});

test('where a worker signs that has not helped, the page signs by itself, unless the worker is forced', async () => {
  controlled(workerQuestion.yes);
  const failures = { count: 2, position: 0 };
  expect(await idle().areForWorker(failures)).toBe(false);
  expect(await idle({ via: 'worker' }).areForWorker(failures)).toBe(true);
});

test('where no worker signs, the page does, or a forced worker is an error', async () => {
  controlled(workerQuestion.no);
  expect(await idle().areForWorker(noFailures)).toBe(false);
  await expect(idle({ via: 'worker' }).areForWorker(noFailures)).rejects.toMatchObject({ name: 'NotSupportedError' });
});

test('where changing the source is forced, no worker is asked', async () => {
  const fetch = controlled(workerQuestion.yes);
  expect(await idle({ via: 'swap' }).areForWorker(noFailures)).toBe(false);
  expect(fetch).not.toHaveBeenCalled();
});

test.each([
  ['signs the URL', workerQuestion.yes, true],
  ['does not sign the URL', workerQuestion.no, false],
])('whether a worker that %s is renewed: %i, %s', async (_, status, isRenewed) => {
  const fetch = controlled(status);
  await idle().renewWorker();
  const asked = fetch.mock.calls.map(([, { headers }]) => Object.keys(headers as object)[0]);
  expect(asked.includes(workerQuestion.renewal)).toBe(isRenewed);
});

test('a token in a header plays by the worker alone', async () => {
  const requests = idle();
  const inHeader = { ...(await requests.signOnce()), headers: { 'x-token': '1' } };
  expect(requests.use(inHeader, true, null).src).toBe(url);
  expect(() => requests.use(inHeader, false, null)).toThrow(expect.objectContaining({ code: 'ERR_SIGNING_RESPONSE' }));
});

test('the player hears of an outage, and once of its end', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  source = newSource();
  outage = new Error('the endpoint is away');
  const requests = idle();
  const signed = requests.sign();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(listener.onOutage).toHaveBeenCalledWith(expect.objectContaining({ code: 'ERR_SIGNING_UNAVAILABLE' }));
  outage = undefined;
  await vi.advanceTimersByTimeAsync(60_000);
  expect((await signed).url).toBe(`${url}?st=1`);
  await requests.sign();
  expect(listener.onRecovery).toHaveBeenCalledOnce();
});

test('a player that was told of a failure hears of the next token; a denial is no outage', async () => {
  const requests = idle();
  await requests.sign();
  expect(listener.onRecovery).not.toHaveBeenCalled();
  requests.noteFailure();
  await requests.sign();
  expect(listener.onRecovery).toHaveBeenCalledOnce();
  outage = new SecureTokenError('ERR_DENIED', 'no');
  await source.renew().catch(() => undefined);
  await expect(requests.sign()).rejects.toMatchObject({ code: 'ERR_DENIED' });
  expect(listener.onOutage).not.toHaveBeenCalled();
});
