import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { namesAfter } from '../../support/learnt.ts';
import type { Token } from 'secure-token-core';
import { createTokenSource } from 'secure-token-core';
import { createSourceUser } from 'secure-token-core/adapter';
import { adoptTokens } from 'secure-token-core/adopt';
import { commonAccessToken } from '../../../packages/server/src/cat.ts';
import { LastRefusal } from '../../../packages/videojs/src/last-refusal.ts';
import type { Session } from '../../../packages/videojs/src/session.ts';
import type { RequestOptions } from '../../../packages/videojs/src/signed-xhr.ts';
import { signRequest } from '../../../packages/videojs/src/signed-xhr.ts';
import { FakeProgressEvent, playerRequest } from './fake-xhr.ts';

const URL_ASKED = 'https://cdn.test/v/1.ts';
const LIFETIME_SECONDS = 60;

const nowSeconds = (): number => Date.now() / 1000;
const later = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

/** A request of a player, taken over. Its endpoint needs 10 ms. */
function taken(more: Partial<Token> = {}, options: RequestOptions = {}) {
  let calls = 0;
  const getTokens = vi.fn(async () => {
    await new Promise((resolve) => setTimeout(resolve, 10));
    return { expires: nowSeconds() + LIFETIME_SECONDS, query: { st: String(++calls) }, ...more };
  });
  const source = createTokenSource({ getTokens, protect: 'https://cdn.test/', adopt: adoptTokens });
  const failure = { show: vi.fn(), withdraw: vi.fn() };
  const player = { readyState: () => 4, currentTime: () => 0, buffered: () => [] };
  const session = {
    player,
    source,
    user: createSourceUser(source),
    failure,
    refusal: new LastRefusal(player as never),
    waits: new Set<AbortController>(),
  } as unknown as Session;
  const take = (url: string, headers?: Record<string, string>) => {
    const xhr = playerRequest(url, headers);
    signRequest(xhr, session, options);
    return xhr;
  };
  return { xhr: take(URL_ASKED, { 'x-app': '1' }), take, source, session, getTokens };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('ProgressEvent', FakeProgressEvent);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('waiting', () => {
  test('a header of the token takes the place of the one of the player of that name, in whatever case', async () => {
    const { take } = taken({ headers: { 'X-Token': 't' } });
    const xhr = take(URL_ASKED, { 'x-token': 'stale', 'x-app': '1' });
    xhr.send();
    await later(10);
    expect(xhr.headersSent).toEqual(['x-app: 1', 'X-Token: t']);
  });

  test('it goes out once its token is there: signed, with the headers and the body of the player', async () => {
    const { xhr } = taken({ headers: { 'x-token': 't' } }, { timeout: 300 });
    xhr.send('body');
    expect(xhr.sent).toEqual([]);
    await later(10);
    expect(xhr.opened).toEqual([`GET ${URL_ASKED}?st=1`]);
    expect(xhr.headersSent).toEqual(['x-app: 1', 'x-token: t']);
    expect(xhr.sent).toEqual(['body']);
    expect(xhr).toMatchObject({ timeout: 300, requestTime: Date.now(), withCredentials: false });
  });

  test('at once if a token is at hand, with cookies if the token is one', async () => {
    const { source, xhr } = taken({ query: {}, credentials: true });
    await Promise.all([source.sign(URL_ASKED), later(10)]);
    xhr.send();
    expect(xhr).toMatchObject({ sent: [undefined], withCredentials: true });
  });

  test('aborted, it ends as one that was under way, and never goes out', async () => {
    const { xhr } = taken();
    xhr.send();
    xhr.abort();
    expect(xhr.heard).toEqual(['abort 0', 'loadend 0']);
    await later(20);
    expect(xhr.sent).toEqual([]);
  });

  test('without a token that could still come it fails as without a network', async () => {
    const { xhr, source } = taken();
    xhr.send();
    source.destroy();
    await later();
    expect(xhr.heard).toEqual(['error 0', 'loadend 0']);
  });

  test.each([0, 1])(
    'refused %i times, and then not taken by the browser: it fails as without a network',
    async (refused) => {
      const { xhr } = taken({ headers: { 'x-token': 't' } });
      xhr.send();
      if (refused) {
        await later(10);
        xhr.answer(403);
      }
      xhr.refusing = new DOMException("'t' is not a valid HTTP header field value.", 'SyntaxError');
      await later(20);
      expect(xhr.heard).toEqual(['error 0', 'loadend 0']);
    },
  );

  test('opened anew, it is forgotten', async () => {
    const { xhr } = taken();
    xhr.send();
    xhr.open('GET', 'https://cdn.test/v/2.ts');
    xhr.send();
    await later(10);
    expect(xhr.opened.at(-1)).toContain('/v/2.ts?st=');
    expect(xhr.sent).toHaveLength(1);
  });

  test('what needs no token goes out as it is', () => {
    const { take } = taken();
    const xhr = take('https://ads.test/1.ts');
    xhr.send();
    expect(xhr).toMatchObject({ sent: [undefined], opened: [] });
    xhr.answer(403);
    expect(xhr.heard).toEqual(['done', 'load 403', 'loadend 403']);
  });
});

describe('sent', () => {
  const sent = async (...args: Parameters<typeof taken>) => {
    const all = taken(...args);
    all.xhr.send();
    await later(10);
    return all;
  };

  test('let through, the player hears it as it comes, and of the unsigned URL', async () => {
    const onSuccess = vi.fn();
    const { xhr, source } = await sent({}, { onSuccess });
    const learn = vi.spyOn(source, 'learn');
    xhr.answer(200, '#EXTM3U\n#EXTINF:4,\n1.ts\n#EXTINF:4,\n2.ts');
    expect(xhr.heard).toEqual(['done', 'load 200', 'loadend 200']);
    expect(onSuccess.mock.calls).toEqual([[URL_ASKED]]);
    expect(namesAfter('1.ts', learn.mock.calls)).toEqual([[URL_ASKED, [new URL('2.ts', URL_ASKED).href]]]);
  });

  test('refused, it is sent once more with another token, and the player hears of that one only', async () => {
    const { xhr, session } = await sent();
    xhr.answer(403);
    expect(xhr.heard).toEqual([]);
    await later(10);
    expect(xhr.opened).toEqual([`GET ${URL_ASKED}?st=1`, `GET ${URL_ASKED}?st=2`]);
    expect(xhr.headersSent).toEqual(['x-app: 1']);
    xhr.answer(200);
    expect(xhr.heard).toEqual(['done', 'load 200', 'loadend 200']);
    expect(session.refusal.last).toBeUndefined();
  });

  test('refused again, the player hears the refusal, and the session keeps it', async () => {
    const { xhr, session } = await sent();
    xhr.answer(410);
    await later(10);
    xhr.answer(410);
    await later(10);
    expect(xhr.heard).toEqual(['done', 'load 410', 'loadend 410']);
    expect(session.refusal.last).toMatchObject({ code: 'ERR_TOKEN_REFUSED', url: URL_ASKED, status: 410 });
    expect(xhr.sent).toHaveLength(2);
  });

  test('aborted while another token is on the way, it is not sent again', async () => {
    const { xhr } = await sent();
    xhr.answer(403);
    xhr.abort();
    expect(xhr.heard).toEqual(['abort 403', 'loadend 403']);
    await later(20);
    expect(xhr.sent).toHaveLength(1);
  });

  test('a failure without a status is a refusal where the token was at its end', async () => {
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
    expect(xhr.heard).toEqual(['done', 'timeout XMLHttpRequest timeout: code,ETIMEDOUT', 'loadend 0']);
    await later(20);
    expect(xhr.sent).toHaveLength(1);
  });

  test.each([404, 500])('%i can be no refusal: the player hears it at once', async (status) => {
    const { xhr, getTokens } = await sent();
    xhr.answer(status);
    expect(xhr.heard).toEqual(['done', `load ${status}`, `loadend ${status}`]);
    await later(20);
    expect(xhr.heard).toHaveLength(3);
    expect(getTokens).toHaveBeenCalledOnce();
  });

  test('nor can a network that fails while the token lives', async () => {
    const { xhr } = await sent();
    xhr.fail('error');
    expect(xhr.heard).toEqual(['done', 'error 0', 'loadend 0']);
    await later(20);
    expect(xhr.heard).toHaveLength(3);
  });

  test('aborted under way, it is aborted by the browser', async () => {
    const { xhr } = await sent();
    xhr.abort();
    expect(xhr.heard).toEqual(['done', 'abort 0', 'loadend 0']);
    await later(20);
    expect(xhr.sent).toHaveLength(1);
  });

  test('taken over a second time, as a retry of @videojs/xhr does, it is signed once', async () => {
    const { xhr, session } = await sent({ headers: { 'x-token': 't' } });
    xhr.answer(500);
    xhr.open('GET', URL_ASKED);
    signRequest(xhr, session);
    xhr.send();
    expect(xhr.headersSent).toEqual(['x-token: t']);
    expect(xhr.sent).toHaveLength(2);
  });
});

test.each([
  ['is sent from then on', URL_ASKED, true],
  ['is not used if another host has sent it, behind a redirect', 'https://other.test/v/1.ts', false],
])('a token that comes with an answer %s', async (_, answeredFrom, isUsed) => {
  const format = commonAccessToken({ keys: [{ id: 'k', key: '11'.repeat(32) }] });
  const next = (await format.sign(new URL(URL_ASKED), Math.floor(nowSeconds()) + 300)).query!.cat!;
  const { xhr, take } = taken({ prefix: 'https://cdn.test/v/', query: { cat: 'first' } });
  xhr.send();
  await later(10);
  Object.assign(xhr, { answeredFrom, responseHeaders: { 'cta-common-access-token': next } });
  xhr.answer(200);
  const second = take(URL_ASKED);
  second.send();
  const sent = ['first', isUsed ? next : 'first'].map((cat) => `GET ${URL_ASKED}?cat=${cat}`);
  expect([...xhr.opened, ...second.opened]).toEqual(sent);
});

test('nor is one of another host whose folders are those of the token, so that the player sees the first host', async () => {
  const format = commonAccessToken({ keys: [{ id: 'k', key: '11'.repeat(32) }] });
  const next = (await format.sign(new URL(URL_ASKED), Math.floor(nowSeconds()) + 300)).query!.cat!;
  const header = 'CTA-Common-Access-Token';
  const token = { query: {}, headers: { [header]: 'first' }, prefix: 'https://cdn.test/v/' };
  const { xhr, take } = taken({ ...token, base: 'https://cdn.test/tok-abcdefghijklmnop/v/' });
  xhr.send();
  await later(10);
  const answeredFrom = 'https://other.test/tok-abcdefghijklmnop/v/1.ts';
  Object.assign(xhr, { answeredFrom, responseHeaders: { [header.toLowerCase()]: next } });
  xhr.answer(200);
  expect(xhr.responseURL).toBe(URL_ASKED);
  const second = take(URL_ASKED);
  second.send();
  expect(second.headersSent).toEqual([`${header}: first`]);
});
