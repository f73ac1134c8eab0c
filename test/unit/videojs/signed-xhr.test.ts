import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Token } from 'secure-token-core';
import { createTokenSource } from 'secure-token-core';
import type { AdapterSource } from 'secure-token-core/adapter';
import { PlayerEvents } from 'secure-token-core/adapter';
import { adoptTokens } from 'secure-token-core/adopt';
import { commonAccessToken } from '../../../packages/server/src/cat.ts';
import type { Session } from '../../../packages/videojs/src/session.ts';
import { signXhr } from '../../../packages/videojs/src/signed-xhr.ts';
import { namesAfter } from '../../support/learnt.ts';
import { FakeProgressEvent, FakeXhr } from './fake-xhr.ts';

const URL_ASKED = 'https://cdn.test/v/1.ts';
const LIFETIME_SECONDS = 60;

const nowSeconds = (): number => Date.now() / 1000;
const later = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

/** Requests of a player. Its endpoint needs 10 ms. */
function setUp(more: Partial<Token> = {}, timeout?: number) {
  let calls = 0;
  const getTokens = vi.fn(async () => {
    await new Promise((resolve) => setTimeout(resolve, 10));
    return { expires: nowSeconds() + LIFETIME_SECONDS, query: { st: String(++calls) }, ...more };
  });
  const source = createTokenSource({ getTokens, protect: 'https://cdn.test/', adopt: adoptTokens }) as AdapterSource;
  const failure = { note: vi.fn(), show: vi.fn(), withdraw: vi.fn() };
  const events = new PlayerEvents(source, () => undefined);
  const session = { player: { readyState: () => 4 }, source, failure, events, waits: new Set() } as unknown as Session;
  const request = (url = URL_ASKED, options: Parameters<FakeXhr['request']>[1] = {}): FakeXhr => {
    const xhr = new FakeXhr();
    signXhr(xhr as unknown as XMLHttpRequest, () => session, timeout);
    return xhr.request(url, options);
  };
  return { request, source, session, failure, getTokens };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('ProgressEvent', FakeProgressEvent);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('a request that waits for its token', () => {
  test('goes out signed, with the headers and the body of the player; its time-out counts from then on', async () => {
    const { request } = setUp({ headers: { 'X-Token': 't' } }, 300);
    const xhr = request(URL_ASKED, { headers: { 'x-token': 'stale', 'x-app': '1' }, body: 'body' });
    expect(xhr.sent).toEqual([]);
    expect(xhr.timeout).toBe(0);
    await later(10);
    expect(xhr.opened).toEqual([`GET ${URL_ASKED}?st=1`]);
    expect(xhr.headersSent).toEqual(['x-app: 1', 'X-Token: t']);
    expect(xhr).toMatchObject({ sent: ['body'], timeout: 300, requestTime: Date.now(), withCredentials: false });
  });

  test('never goes out if it is aborted, and ends like one that was under way', async () => {
    const { request } = setUp();
    const xhr = request();
    xhr.abort();
    expect(xhr.heard).toEqual(['abort 0', 'loadend 0']);
    await later(20);
    expect(xhr.sent).toEqual([]);
  });

  test('fails as without a network if no token can come any more', async () => {
    const { request, source } = setUp();
    const xhr = request();
    source.destroy();
    await later();
    expect(xhr.heard).toEqual(['error 0', 'loadend 0']);
  });

  test('fails as without a network if the browser does not take its header, and no text shows the token', async () => {
    const { request } = setUp({ headers: { 'x-token': 't' } });
    const xhr = request();
    xhr.refusing = new DOMException("'t' is not a valid HTTP header field value.", 'SyntaxError');
    await later(20);
    expect(xhr.heard).toEqual(['error 0', 'loadend 0']);
  });

  test('is another one once it is opened again', async () => {
    const { request } = setUp();
    const xhr = request();
    xhr.open('GET', 'https://cdn.test/v/2.ts');
    xhr.send();
    await later(10);
    expect(xhr.opened.at(-1)).toContain('/v/2.ts?st=');
    expect(xhr.sent).toHaveLength(1);
  });
});

describe('a request that was sent', () => {
  const sent = async (...args: Parameters<typeof setUp>) => {
    const all = setUp(...args);
    const xhr = all.request(URL_ASKED, { headers: { 'x-app': '1' } });
    await later(10);
    return { ...all, xhr };
  };

  test('its answer is heard as it comes, from the unsigned URL', async () => {
    const { xhr, source } = await sent();
    const learn = vi.spyOn(source, 'learn');
    xhr.answer(200, '#EXTM3U\n#EXTINF:4,\n1.ts\n#EXTINF:4,\n2.ts');
    expect(xhr.heard).toEqual(['load 200', 'loadend 200']);
    expect(xhr.responseURL).toEqual(URL_ASKED);
    expect(namesAfter('1.ts', learn.mock.calls)).toEqual([[URL_ASKED, [new URL('2.ts', URL_ASKED).href]]]);
  });

  test('refused, it is sent once more with another token, and the player hears of that one only', async () => {
    const { xhr, failure } = await sent();
    xhr.answer(403);
    await later(10);
    expect(xhr.opened).toEqual([`GET ${URL_ASKED}?st=1`, `GET ${URL_ASKED}?st=2`]);
    expect(xhr.heard).toEqual([]);
    expect(xhr.headersSent).toEqual(['x-app: 1']);
    xhr.answer(200);
    expect(xhr.heard).toEqual(['load 200', 'loadend 200']);
    expect(failure.note).not.toHaveBeenCalled();
  });

  test('refused again, the player hears the refusal, and the viewer its reason', async () => {
    const { xhr, failure } = await sent();
    for (let times = 0; times < 2; times++) {
      xhr.answer(410);
      await later(10);
    }
    expect(xhr.heard).toEqual(['load 410', 'loadend 410']);
    const refusal: unknown = expect.objectContaining({ code: 'ERR_TOKEN_REFUSED', url: URL_ASKED, status: 410 });
    expect(failure.note).toHaveBeenCalledExactlyOnceWith(refusal);
    expect(xhr.sent).toHaveLength(2);
  });

  test('a refused POST, such as one for a licence, is sent again with its body, and no GET in between', async () => {
    const fetched = vi.fn();
    vi.stubGlobal('fetch', fetched);
    const { request } = setUp({ query: {}, headers: { 'x-token': 't' } });
    const xhr = request(URL_ASKED, { method: 'POST', body: 'challenge' });
    await later(10);
    xhr.answer(410);
    await later(2000);
    expect(xhr.sent).toContain('challenge');
    expect(fetched).not.toHaveBeenCalled();
  });

  test('aborted while another token is on the way, it is not sent again', async () => {
    const { xhr } = await sent();
    xhr.answer(403);
    await later();
    xhr.abort();
    expect(xhr.heard).toEqual(['abort 403', 'loadend 403']);
    await later(20);
    expect(xhr.sent).toHaveLength(1);
  });

  test('a failure without a status is a refusal if the token was at its end', async () => {
    const { xhr } = await sent();
    await later(LIFETIME_SECONDS * 1000);
    xhr.fail('error');
    await later(10);
    expect(xhr.heard).toEqual([]);
    expect(xhr.sent).toHaveLength(2);
  });

  test('a time-out is none, even then: @videojs/xhr hears of it as of one of its own', async () => {
    const { xhr } = await sent();
    await later(LIFETIME_SECONDS * 1000);
    xhr.fail('timeout');
    await later(20);
    expect(xhr.heard).toEqual(['timeout 0', 'ontimeout ETIMEDOUT', 'loadend 0']);
    expect(xhr.sent).toHaveLength(1);
  });

  test.each([404, 500])('%i is no refusal: the player hears it at once, and once', async (status) => {
    const { xhr, getTokens } = await sent();
    xhr.answer(status);
    await later(20);
    expect(xhr.heard).toEqual([`load ${status}`, `loadend ${status}`]);
    expect(getTokens).toHaveBeenCalledOnce();
  });

  test('aborted in the task of its answer, it is at its end: VHS hears of no second one', async () => {
    const { xhr } = await sent();
    xhr.answer(200);
    xhr.abort();
    expect(xhr.heard).toEqual(['load 200', 'loadend 200']);
  });

  test('aborted under way, the browser aborts it, even with a token at its end', async () => {
    const { xhr } = await sent();
    await later(LIFETIME_SECONDS * 1000);
    xhr.abort();
    await later(20);
    expect(xhr.heard).toEqual(['abort 0', 'loadend 0']);
    expect(xhr.sent).toHaveLength(1);
  });
});

test('a request of another host goes out as it is, and its refusal is heard', () => {
  const xhr = setUp().request('https://ads.test/1.ts');
  expect(xhr).toMatchObject({ sent: [undefined], opened: [] });
  xhr.answer(403);
  expect(xhr.heard).toEqual(['load 403', 'loadend 403']);
});

test.each([
  ['is sent from then on', URL_ASKED, true],
  ['is not used if another host has sent it, behind a redirect', 'https://other.test/v/1.ts', false],
])('a token that comes with an answer %s', async (_, answeredFrom, isUsed) => {
  const format = commonAccessToken({ keys: [{ id: 'k', key: '11'.repeat(32) }] });
  const next = (await format.sign(new URL(URL_ASKED), Math.floor(nowSeconds()) + 300)).query!.cat!;
  const { request } = setUp({ prefix: 'https://cdn.test/v/', query: { cat: 'first' } });
  const xhr = request();
  await later(10);
  Object.assign(xhr, { answeredFrom, responseHeaders: { 'cta-common-access-token': next } });
  xhr.answer(200);
  const sent = ['first', isUsed ? next : 'first'].map((cat) => `GET ${URL_ASKED}?cat=${cat}`);
  expect([...xhr.opened, ...request().opened]).toEqual(sent);
});
