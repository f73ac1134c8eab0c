import type HlsClass from 'hls.js';
import type { HlsConfig, LoaderContext } from 'hls.js';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { FakeXhr, SEGMENT, fakeLoaders, load, useToken } from './loader-lab.ts';

const ELSEWHERE = 'https://cdn-b.example/vod/1.ts';
const own = { 'x-app': '1', 'x-both': 'own' };

fakeLoaders();
beforeEach(() => {
  FakeXhr.sent = [];
  vi.stubGlobal('self', globalThis);
  vi.stubGlobal('XMLHttpRequest', FakeXhr);
  vi.stubGlobal('fetch', ({ url, headers, credentials }: Request) => {
    const sent = { url, headers: Object.fromEntries(headers), withCredentials: credentials === 'include' };
    FakeXhr.sent.push(Object.assign(new FakeXhr(), sent));
    return Promise.resolve(new Response('media'));
  });
});

/**
 * Loads a segment, whose token is a parameter, a cookie and headers, with the loader of hls.js that goes with `setups`.
 */
async function send(setups: Partial<HlsConfig>, version = 'hls.js'): Promise<FakeXhr> {
  const { default: Hls } = (await import(version)) as { default: typeof HlsClass };
  useToken({ headers: { 'x-token': 't', 'x-both': 'token' }, credentials: true });
  // streaming is what FetchLoader is for
  const { config } = new Hls({ ...setups, progressive: !!setups.fetchSetup });
  load(SEGMENT, { config, Base: config.loader, context: { headers: own } });
  await vi.waitFor(() => expect(FakeXhr.sent).toHaveLength(1));
  return FakeXhr.sent[0]!;
}
const elsewhere = (init: unknown, context?: LoaderContext): Request => {
  if (context) context.url = ELSEWHERE;
  return new Request(ELSEWHERE, init as RequestInit);
};

describe.each(['hls.js', 'hls.js-1.6', 'hls.js-1.5'])('%s: the headers and cookies of a token', (version) => {
  test.each<[string, Partial<HlsConfig>]>([
    ['without a set-up of the app', {}],
    ['with an xhrSetup that opens what it is given', { xhrSetup: (xhr, url) => xhr.open('GET', url, true) }],
    ['with an xhrSetup that needs an open request', { xhrSetup: (xhr) => xhr.setRequestHeader('x-app', '1') }],
    ['with a fetchSetup', { fetchSetup: ({ url }, init: RequestInit) => new Request(url, init) }],
  ])('go out %s', async (_, setups) => {
    const headers = { 'x-app': '1', 'x-token': 't', 'x-both': 'token' };
    expect(await send(setups, version)).toMatchObject({ url: `${SEGMENT}?st=t1`, headers, withCredentials: true });
  });

  test.each<[string, Partial<HlsConfig>]>([
    ['an xhrSetup', { xhrSetup: (xhr) => xhr.open('GET', ELSEWHERE, true) }],
    ['a late xhrSetup', { xhrSetup: (xhr) => Promise.resolve().then(() => xhr.open('GET', ELSEWHERE, true)) }],
    ['a fetchSetup', { fetchSetup: (_, init) => elsewhere(init) }],
    ['a fetchSetup that changes its context', { fetchSetup: (context, init) => elsewhere(init, context) }],
  ])('do not go to another server to which %s leads: that gets those of the request itself', async (_, setups) => {
    const { url, headers } = await send(setups, version);
    expect(url).toEqual(ELSEWHERE);
    expect(headers).toEqual(own);
  });
});

test('the headers of a token do not go to another server to which a late fetchSetup leads', async () => {
  const fetchSetup = (_: unknown, init: unknown): Promise<Request> => Promise.resolve(elsewhere(init));
  expect(await send({ fetchSetup })).toMatchObject({ url: ELSEWHERE, headers: own });
});
