// @vitest-environment jsdom
import type HlsClass from 'hls.js';
import type { HlsConfig, LoaderContext } from 'hls.js';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createTokenSource } from '../../../packages/core/src/index.ts';
import { createTokenLoader } from '../../../packages/hlsjs/src/token-loader.ts';
import { callbacks, policy } from './loader-lab.ts';

const SEGMENT = 'https://cdn-a.example/vod/1.ts';
const ELSEWHERE = 'https://cdn-b.example/vod/1.ts';

interface Sent {
  readonly url: string;
  readonly headers: Record<string, string>;
}
let sent: Sent[];

/** An XMLHttpRequest with as much of the browser's as XhrLoader uses. */
class FakeXhr {
  readyState = 0;
  status = 0;
  #url = '';
  #headers: Record<string, string> = {};
  open(_: string, url: string): void {
    this.#url = url;
    this.#headers = {};
    this.readyState = 1;
  }
  setRequestHeader(name: string, value: string): void {
    this.#headers[name] = value;
  }
  send(): void {
    sent.push({ url: this.#url, headers: this.#headers });
  }
}

beforeEach(() => {
  sent = [];
  vi.stubGlobal('XMLHttpRequest', FakeXhr);
  vi.stubGlobal('fetch', async (request: Request | Promise<Request>) => {
    const { url, headers } = await request;
    sent.push({ url, headers: Object.fromEntries(headers) });
    return new Response('media');
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

type Version = 'hls.js' | 'hls.js-1.6' | 'hls.js-1.5';

/** Loads a segment, whose token is a header and a parameter, with the loader of hls.js that goes with `setups`. */
async function load(setups: Partial<HlsConfig>, version: Version = 'hls.js', headers?: Record<string, string>) {
  const { default: Hls } = (await import(version)) as { default: typeof HlsClass };
  const source = createTokenSource({
    protect: 'https://cdn-a.example/',
    getTokens: ({ urls }) =>
      Promise.resolve(
        urls.map((url) => ({ url, expires: Date.now() / 1000 + 60, query: { e: '1' }, headers: { 'x-token': 't' } })),
      ),
  });
  await source.sign(SEGMENT);
  // streaming is what FetchLoader is for
  const hls = new Hls({ ...setups, progressive: !!setups.fetchSetup });
  const session = { source, mayOutlast: () => false, hasLeftWindow: () => false };
  const loader = new (createTokenLoader(hls.config.loader, () => session))(hls.config);
  const context = { url: SEGMENT, responseType: 'arraybuffer', ...(headers && { headers }) } as LoaderContext;
  loader.load(context, policy(), callbacks());
  await vi.waitFor(() => expect(sent).toHaveLength(1));
  hls.destroy();
  source.destroy();
  return sent[0];
}

describe.each<Version>(['hls.js', 'hls.js-1.6', 'hls.js-1.5'])('%s: the headers of a token', (version) => {
  test('do not go to another server for which the xhrSetup of the app opens a segment', async () => {
    const xhrSetup = (xhr: XMLHttpRequest): void => xhr.open('GET', ELSEWHERE, true);
    expect(await load({ xhrSetup }, version, { 'x-app': '1' })).toEqual({ url: ELSEWHERE, headers: { 'x-app': '1' } });
  });

  test('do not go to another server to which the fetchSetup of the app leads a segment', async () => {
    const fetchSetup = (_: LoaderContext, init: RequestInit): Request => new Request(ELSEWHERE, init);
    expect(await load({ fetchSetup }, version, { 'x-app': '1' })).toEqual({
      url: ELSEWHERE,
      headers: { 'x-app': '1' },
    });
  });

  test.each<[string, Partial<HlsConfig>]>([
    ['an xhrSetup that opens nothing', { xhrSetup: () => undefined }],
    ['an xhrSetup that opens what it is given', { xhrSetup: (xhr, url) => xhr.open('GET', url, true) }],
    ['a fetchSetup', { fetchSetup: ({ url }, init: RequestInit) => new Request(url, init) }],
  ])('go out beside %s', async (_, setups) => {
    expect(await load(setups, version)).toEqual({ url: `${SEGMENT}?e=1`, headers: { 'x-token': 't' } });
  });
});

describe('the headers of a token do not go to another server', () => {
  test('where an xhrSetup opens it later', async () => {
    const xhrSetup = async (xhr: XMLHttpRequest): Promise<void> => {
      await Promise.resolve();
      xhr.open('GET', ELSEWHERE, true);
    };
    expect(await load({ xhrSetup })).toEqual({ url: ELSEWHERE, headers: {} });
  });

  test('where a fetchSetup makes its request later', async () => {
    const fetchSetup = async (_: LoaderContext, init: RequestInit): Promise<Request> =>
      Promise.resolve(new Request(ELSEWHERE, init));
    expect(await load({ fetchSetup })).toEqual({ url: ELSEWHERE, headers: {} });
  });

  test.each([false, true])('where a fetchSetup changes the URL of its context (later: %s)', async (isLater) => {
    const fetchSetup = (context: LoaderContext, init: RequestInit): Request | Promise<Request> => {
      context.url = ELSEWHERE;
      const request = new Request(context.url, init);
      return isLater ? Promise.resolve(request) : request;
    };
    expect(await load({ fetchSetup })).toEqual({ url: ELSEWHERE, headers: {} });
  });

  test('which gets the value that the request has had of its own', async () => {
    const fetchSetup = (_: LoaderContext, init: RequestInit): Request => new Request(ELSEWHERE, init);
    const own = { 'x-token': 'own' };
    expect(await load({ fetchSetup }, 'hls.js', own)).toEqual({ url: ELSEWHERE, headers: own });
  });
});
