import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { TokenSource } from 'secure-token-core';
import { createTokenSource } from 'secure-token-core';
import { createSourceUser } from 'secure-token-core/adapter';
import { ElementRequests } from '../../../packages/media-element/src/element-requests.ts';

const url = 'https://cdn.example/film.mp4';
let source: TokenSource;
let answer: (response: Response) => void;

beforeEach(() => {
  let count = 0;
  const getTokens = () => Promise.resolve({ url, expires: Date.now() / 1000 + 60, query: { st: `${++count}` } });
  source = createTokenSource({ getTokens });
  vi.stubGlobal('document', { baseURI: 'https://app.example/' });
  vi.stubGlobal('location', { origin: 'https://app.example' });
  vi.stubGlobal('fetch', () => new Promise((resolve) => (answer = resolve)));
});
afterEach(() => {
  source.destroy();
  vi.unstubAllGlobals();
});

/** Returns the requests of an element that plays from a signed request. */
async function playing(isByWorker = false): Promise<ElementRequests> {
  const user = createSourceUser(source);
  const requests = new ElementRequests(
    { source, user, url, hiddenEvents: [], listener: { onFailure: () => undefined } },
    { signal: new AbortController().signal, given: undefined },
  );
  requests.use(await requests.signOnce(), isByWorker, null);
  return requests;
}

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

test('the page sets crossOrigin after the first source: the next sources have it, too', async () => {
  const requests = await playing();
  const next = async (crossOrigin: string | null) =>
    requests.use(await requests.sign(), false, crossOrigin).crossOrigin;
  expect(await next('anonymous')).toBe('anonymous');
  expect(await next('anonymous')).toBe('anonymous');
  expect(await next(null)).toBeNull();
});

test('an element that a worker serves has crossOrigin for the worker, and no more without it', async () => {
  const requests = await playing(true);
  // as `playing` has given it
  expect(requests.use(await requests.sign(), false, 'anonymous').crossOrigin).toBeNull();
});
