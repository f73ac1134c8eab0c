import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createLicenseFilter } from '../../../packages/dashjs/src/license-filter.ts';
import type { LicenseRequest } from '../../../packages/dashjs/src/license-replay.ts';
import { CDN, createSession, numbered, settle, useFakeTime } from './dash-lab.ts';

useFakeTime();

const challenge = new Uint8Array([1, 2, 3]);

interface Attempt {
  url: string;
  headers: Record<string, string>;
  withCredentials: boolean;
  body: unknown;
}

/** An XMLHttpRequest with the members that count here. */
class FakeXhr {
  static sent: Attempt[] = [];
  readyState = 0;
  status = 0;
  withCredentials = false;
  responseType = '';
  responseURL = '';
  onload: ((event: { type: string }) => void) | null = null;
  onerror: ((event: { type: string }) => void) | null = null;
  #headers: Record<string, string> = {};
  #url = '';
  open(_method: string, url: string): void {
    this.#url = url;
    this.#headers = {};
    this.readyState = 1;
  }
  setRequestHeader(name: string, value: string): void {
    this.#headers[name] = value;
  }
  send(body: unknown): void {
    const { withCredentials } = this;
    FakeXhr.sent.push({ url: this.#url, headers: this.#headers, withCredentials, body });
  }
  abort(): void {
    this.readyState = 0;
  }
  /** Answers with a status; 0 is a failure of the network, or a refusal without CORS headers. */
  answer(status: number): void {
    Object.assign(this, { status, readyState: 4 });
    if (status) this.onload?.({ type: 'load' });
    else this.onerror?.({ type: 'error' });
  }
}

const { send } = FakeXhr.prototype;
let xhr: FakeXhr;
let seen: string[];

/**
 * Sends the request as dash.js does, for the first time or once more: dash.js reads the request, and hands the
 * XMLHttpRequest to nobody.
 */
function goOut(request: LicenseRequest, cmcd = ''): void {
  xhr = new FakeXhr();
  request.url += cmcd;
  xhr.open(request.method, request.url);
  xhr.responseType = request.responseType;
  xhr.withCredentials = request.withCredentials ?? false;
  for (const [name, value] of Object.entries(request.headers ?? {})) xhr.setRequestHeader(name, value);
  xhr.onload = () => seen.push(`load ${xhr.status}`);
  xhr.onerror = () => seen.push('error');
  xhr.send(request.data);
}

const prepare = async (getTokens = numbered(), end = new AbortController()) => {
  const { session, source } = createSession(getTokens);
  const request: LicenseRequest = {
    url: `${CDN}/license`,
    method: 'POST',
    headers: {},
    responseType: 'arraybuffer',
    data: challenge,
  };
  await createLicenseFilter(session, end.signal)(request);
  return { request, source, end };
};
const urls = (): string[] => FakeXhr.sent.map(({ url }) => url.replace(CDN, ''));

beforeEach(() => {
  FakeXhr.sent = [];
  seen = [];
  vi.stubGlobal('XMLHttpRequest', FakeXhr);
  vi.stubGlobal('document', { baseURI: 'https://page.test/' });
});
afterEach(() => vi.unstubAllGlobals());

describe('createLicenseFilter, a refused request', () => {
  test('it goes out once more with another token, and dash.js sees only the second answer', async () => {
    const { request } = await prepare();
    goOut(request);
    xhr.answer(403);
    await settle();
    expect(seen).toEqual([]);
    expect(urls()).toEqual(['/license?st=t1', '/license?st=t2']);
    expect(FakeXhr.sent[1]).toEqual({ ...FakeXhr.sent[0], url: `${CDN}/license?st=t2` });
    xhr.answer(200);
    expect([seen, request.responseType]).toEqual([['load 200'], 'arraybuffer']);
  });

  test('a token in headers is replaced, what dash.js has added to the URL stays', async () => {
    let number = 0;
    const { request } = await prepare((call) =>
      Promise.resolve(
        call.urls.map((url) => ({
          url,
          expires: Date.now() / 1000 + 60,
          headers: { 'x-token': String(++number) },
          credentials: true,
        })),
      ),
    );
    goOut(request, '?CMCD=x');
    xhr.answer(401);
    await settle();
    const attempt = { url: `${CDN}/license?CMCD=x`, withCredentials: true, body: challenge };
    expect(FakeXhr.sent).toEqual(['1', '2'].map((token) => ({ ...attempt, headers: { 'x-token': token } })));
  });

  test('a second refusal is shown, and the next try of dash.js has the token of the replay', async () => {
    const { request } = await prepare();
    goOut(request);
    xhr.answer(403);
    await settle();
    xhr.answer(403);
    await settle();
    expect([seen, FakeXhr.sent.length]).toEqual([['load 403'], 2]);
    goOut(request);
    xhr.answer(403);
    await settle();
    expect([seen, urls().at(-1)]).toEqual([['load 403', 'load 403'], '/license?st=t2']);
    expect(FakeXhr.sent).toHaveLength(3);
  });

  test('a refusal in the second try of dash.js is replayed if the first try failed otherwise', async () => {
    const { request } = await prepare();
    goOut(request);
    xhr.answer(500);
    expect(seen).toEqual(['load 500']);
    goOut(request);
    xhr.answer(403);
    await settle();
    expect(urls()).toEqual(['/license?st=t1', '/license?st=t1', '/license?st=t2']);
  });

  test('without CORS headers it looks like a failure of the network: replayed once the token has run out', async () => {
    const { request } = await prepare();
    goOut(request);
    xhr.answer(0);
    expect(seen).toEqual(['error']);
    await settle(61_000);
    goOut(request);
    xhr.answer(0);
    await settle();
    expect([seen, urls().at(-1)]).toEqual([['error'], '/license?st=t2']);
  });

  test('XMLHttpRequest of the page throws at the second try: dash.js sees the refusal', async () => {
    const { request } = await prepare();
    goOut(request);
    vi.spyOn(xhr, 'open').mockImplementation(() => {
      throw new Error('blocked by the page');
    });
    xhr.answer(403);
    await settle();
    expect(FakeXhr.sent).toHaveLength(1);
    expect(seen).toEqual(['load 403']);
  });

  test('it is shown when no other token is to be had, and when the player has another plugin by now', async () => {
    const { request, source } = await prepare();
    goOut(request);
    source.destroy();
    xhr.answer(403);
    await settle();
    const other = await prepare();
    other.end.abort();
    goOut(other.request);
    xhr.answer(403);
    await settle();
    expect([seen, FakeXhr.sent.length]).toEqual([['load 403', 'load 403'], 2]);
  });

  test('dash.js aborts while the other token is on its way: nothing is sent', async () => {
    const preparing = prepare(numbered(10));
    await settle(20);
    const { request } = await preparing;
    goOut(request);
    xhr.answer(403);
    xhr.abort();
    await settle(50);
    expect([seen, FakeXhr.sent.length]).toEqual([[], 1]);
  });
});

test('createLicenseFilter, a request that dash.js never sends: XMLHttpRequest is as it was a moment later', async () => {
  const { request } = await prepare();
  // a filter of the app may read it, too
  expect([request.responseType, request.responseType]).toEqual(['arraybuffer', 'arraybuffer']);
  expect(FakeXhr.prototype.send).not.toBe(send);
  // another request in between is left alone
  new FakeXhr().send('else');
  await Promise.resolve();
  expect(FakeXhr.prototype.send).toBe(send);
  expect(FakeXhr.sent.map(({ body }) => body)).toEqual(['else']);
});

describe('a licence request that the app sends elsewhere', () => {
  test('vendor: a filter of the app has another URL and a secret of its own: no replay to the URL before', async () => {
    const { request } = await prepare();
    request.url = 'https://vendor.example/license';
    request.headers = { authorization: 'Bearer VENDOR' };
    goOut(request);
    xhr.answer(403);
    await settle();
    expect(FakeXhr.sent.map(({ url }) => url)).toEqual(['https://vendor.example/license']);
    expect(seen).toEqual(['load 403']);
  });

  test('a filter of the app has another URL alone: the headers of the token do not go there, its own do', async () => {
    const { request } = await prepare(({ urls: asked }) =>
      Promise.resolve(
        asked.map((url) => ({ url, expires: Date.now() / 1000 + 60, headers: { 'x-token': 't', 'x-more': 'm' } })),
      ),
    );
    Object.assign(request.headers!, { 'x-app': '1', 'x-more': 'own' });
    request.url = 'https://vendor.example/license';
    goOut(request);
    expect(FakeXhr.sent).toMatchObject([
      { url: 'https://vendor.example/license', headers: { 'x-app': '1', 'x-more': 'own' } },
    ]);
    expect(FakeXhr.sent[0]!.headers).not.toHaveProperty('x-token');
  });

  test('a filter of the app has written the names anew, as Headers does: those of the token do not go there', async () => {
    const { request } = await prepare(({ urls: asked }) =>
      Promise.resolve(asked.map((url) => ({ url, expires: Date.now() / 1000 + 60, headers: { 'X-Token': 't' } }))),
    );
    request.headers = Object.fromEntries(new Headers({ ...request.headers, 'x-app': '1' }));
    request.url = 'https://vendor.example/license';
    goOut(request);
    expect(FakeXhr.sent[0]).toMatchObject({ url: 'https://vendor.example/license', headers: { 'x-app': '1' } });
    expect(FakeXhr.sent[0]!.headers).not.toHaveProperty('x-token');
  });

  test('a filter of the app has another path of the same server: the headers of the token go along', async () => {
    const { request } = await prepare(({ urls: asked }) =>
      Promise.resolve(asked.map((url) => ({ url, expires: Date.now() / 1000 + 60, headers: { 'x-token': 't' } }))),
    );
    request.url = `${CDN}/license/2`;
    goOut(request);
    expect(FakeXhr.sent).toMatchObject([{ url: `${CDN}/license/2`, headers: { 'x-token': 't' } }]);
  });

  test('frozen XMLHttpRequest: the request goes out as dash.js sends it', async () => {
    const { request } = await prepare();
    const setter = vi.spyOn(Reflect, 'set').mockReturnValue(false);
    goOut(request);
    expect(FakeXhr.sent).toHaveLength(1);
    xhr.answer(403);
    await settle();
    expect([FakeXhr.sent.length, seen]).toEqual([1, ['load 403']]);
    setter.mockRestore();
  });
});
