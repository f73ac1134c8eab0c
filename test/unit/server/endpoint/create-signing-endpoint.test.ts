import { describe, expect, test, vi } from 'vitest';
import { azion, verifyUrl } from '../../../../packages/server/src/index.ts';
import type { SigningEndpointOptions, TokenFormat } from '../../../../packages/server/src/index.ts';
import { attachToken } from '../../../../packages/server/src/token/attach-token.ts';
import { HOST, NOW, ask, endpoint, format, master, post } from '../../../support/signing-endpoint.ts';
import type { Answer } from '../../../support/signing-endpoint.ts';

describe('createSigningEndpoint', () => {
  test('answers one token a URL that the edge accepts', async () => {
    const urls = [master, `${HOST}/vod/7/seg%201.m4s?a=1`];
    const response = await endpoint()(post({ urls, reason: 'initial' }));
    expect([response.status, response.headers.get('Cache-Control'), response.headers.get('Content-Type')]).toEqual([
      200,
      'no-store',
      'application/json',
    ]);
    const { now, tokens, denied } = (await response.json()) as Answer;
    expect([now, denied]).toEqual([NOW, []]);
    expect(tokens.map((token) => [token.url, token.expires])).toEqual(urls.map((url) => [url, NOW + 300]));
    for (const token of tokens) {
      expect(await verifyUrl(attachToken(token.url, token), { format, now: NOW })).toMatchObject({ ok: true });
    }
  });

  test('a refused token is never handed out again, not even in the second after it was made', async () => {
    for (const second of [0, 1, 2, 3]) {
      const at = (offset: number): Partial<SigningEndpointOptions> => ({ clock: () => (NOW + second + offset) * 1000 });
      const first = await ask({ urls: [master], reason: 'initial' }, at(0));
      for (const offset of [0, 1, 2]) {
        const again = await ask({ urls: [master], reason: 'refused' }, at(offset));
        expect(again.body.tokens[0]?.query.st).not.toBe(first.body.tokens[0]?.query.st);
        expect(again.body.tokens[0]?.expires).toBeGreaterThanOrEqual(NOW + second + offset + 299);
      }
    }
  });

  test('is no signing oracle: URLs outside `allow` are denied and never reach the hook', async () => {
    const authorize = vi.fn(() => true);
    const outside = [
      `${HOST}/secret/x`,
      `${HOST}/vodka/x`,
      `${HOST}/vod/../secret/x`,
      `${HOST}/vod/%2e%2e/secret/x`,
      `${HOST}/VOD/x`,
      `${HOST}/vod/..%2fsecret`,
      `${HOST}/vod//x`,
      `${HOST}/vod/a%5C..%5Cx`,
      `${HOST}/vod/%00`,
      `${HOST}/vod/%ff`,
      `${HOST}/vod/%zz`,
      'https://evil.example/vod/x',
      'http://cdn.example.com/vod/x',
      `${HOST}:8443/vod/x`,
      'https://cdn.example.com.evil.example/vod/x',
      'https://user:pw@cdn.example.com/vod/x',
      'https://cdn.example.com@evil.example/vod/x',
    ];
    for (const url of outside) {
      const alone = await ask({ urls: [url] }, { authorize });
      expect([alone.status, alone.body.tokens], url).toEqual([403, undefined]);
    }
    expect(authorize).not.toHaveBeenCalled();
    const mixed = await ask({ urls: [...outside, master] }, { authorize });
    expect(mixed.body.tokens.map((token) => token.url)).toEqual([master]);
    expect(mixed.body.denied).toEqual(outside);
    expect(authorize).toHaveBeenCalledExactlyOnceWith(expect.any(Request), [master], [{ kind: 'path', href: master }]);
  });

  test('`allow` covers a URL itself and what is below it, in any spelling of the same path', async () => {
    const allow = [`${HOST}/a`, 'https://other.example/b/'];
    for (const url of [`${HOST}/a`, `${HOST}/a/x`, `${HOST}/%61/x`, 'https://other.example/b/x']) {
      expect((await ask({ urls: [url] }, { allow })).status, url).toBe(200);
    }
    expect((await ask({ urls: ['https://other.example/a/x'] }, { allow })).status).toBe(403);
  });

  test('the hook denies all, denies some, chooses the lifetime, answers itself', async () => {
    const other = `${HOST}/vod/8/master.m3u8`;
    const urls = [master, other];
    expect((await ask({ urls }, { authorize: () => false })).status).toBe(403);
    expect((await ask({ urls }, { authorize: () => ({ denied: urls }) })).status).toBe(403);
    const some = await ask({ urls }, { authorize: async () => ({ denied: [other], ttl: 60 }) });
    expect(some.body).toMatchObject({ denied: [other], tokens: [{ url: master, expires: NOW + 60 }] });
    expect(some.body.tokens).toHaveLength(1);
    const capped = await ask({ urls }, { authorize: () => ({ ttl: 1e9 }) });
    expect(capped.body.tokens[0]?.expires).toBe(NOW + 86_400);
    const answered = await endpoint({
      authorize: () => new Response('log in', { status: 401, headers: { 'WWW-Authenticate': 'Bearer' } }),
    })(post({ urls }));
    expect([answered.status, answered.headers.get('WWW-Authenticate'), answered.headers.get('Cache-Control')]).toEqual([
      401,
      'Bearer',
      'no-store',
    ]);
  });

  test('the hook sees one spelling of a path, and denies it in every other, with any query', async () => {
    const spellings = [master, `${HOST}/%76od/7/m%61ster.m3u8`, `${HOST}/vod/x/../7/master.m3u8`, `${master}#t=1`];
    for (const url of spellings) {
      const authorize = vi.fn(() => true);
      expect((await ask({ urls: [url] }, { authorize })).status).toBe(200);
      expect(authorize).toHaveBeenCalledExactlyOnceWith(
        expect.any(Request),
        [master],
        [{ kind: 'path', href: master }],
      );
      for (const denied of spellings) {
        expect(
          (await ask({ urls: [url] }, { authorize: () => ({ denied: [denied] }) })).status,
          `${url} ${denied}`,
        ).toBe(403);
      }
      expect(
        (await ask({ urls: [url.replace('u8', 'u8?a=1')] }, { authorize: () => ({ denied: [master] }) })).status,
      ).toBe(403);
    }
    // the token is for the URL as it was asked for: a player has it under that name
    const { body } = await ask({ urls: [spellings[1]] });
    expect(body.tokens[0]?.url).toBe(spellings[1]);
  });

  test('a hook that answers nonsense, forgot to answer or fails lets nobody in', async () => {
    const nothings = [undefined, null, false, 0, ''];
    const foreign = Object.defineProperty({}, Symbol.toStringTag, { value: 'Response' });
    const inherited: unknown = Object.create(Object.assign(Object.create(null) as object, { denied: [master] }));
    class Hidden {
      readonly #allowed = false;
      get allowed(): boolean {
        return this.#allowed;
      }
    }
    const somethings = [
      1,
      'yes',
      [master],
      [],
      new Map(),
      { allowed: [] },
      { deny: [master] },
      { ok: false },
      { error: 'no' },
      foreign,
      new Hidden(),
      inherited,
      Object.defineProperty({}, 'denied', { value: master }),
    ];
    const onError = vi.fn();
    for (const answer of nothings)
      expect((await ask({ urls: [master] }, { authorize: () => answer as never, onError })).status).toBe(403);
    // who forgot to return is told
    expect(onError).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ message: 'authorize: It returned undefined: return true to grant.' }),
    );
    onError.mockClear();
    for (const answer of somethings) {
      const { status } = await ask({ urls: [master] }, { authorize: () => answer as never, onError });
      expect(status, JSON.stringify(answer)).toBe(503);
      expect(onError.mock.lastCall, JSON.stringify(answer)).toMatchObject([{ code: 'ERR_OPTIONS' }]);
      onError.mockClear();
    }
    const outage = new Error('entitlements are down');
    const failing = await ask({ urls: [master] }, { authorize: () => Promise.reject(outage), onError });
    expect([failing.status, failing.body.status, onError.mock.calls]).toEqual([503, 503, [[outage]]]);
    expect((await ask({ urls: [master] }, { authorize: () => ({ ttl: 0 }) })).status).toBe(503);
  });

  test('a log that fails changes no answer', async () => {
    const onError = vi.fn(() => {
      throw new Error('the log is full');
    });
    expect(
      (await ask({ urls: [master] }, { authorize: () => Promise.reject(new Error('down')), onError })).status,
    ).toBe(503);
    expect(onError).toHaveBeenCalledOnce();
  });

  test('a denied viewer costs no signing', async () => {
    const sign = vi.fn(format.sign);
    await ask({ urls: [master] }, { format: { ...format, sign }, authorize: () => false });
    await ask(
      { urls: [master, `${HOST}/vod/8`] },
      { format: { ...format, sign }, authorize: () => ({ denied: [master] }) },
    );
    expect(sign).toHaveBeenCalledTimes(1);
  });

  test('a format function is asked at every call: the secret rotates without a restart', async () => {
    let secret = 'old';
    const handler = endpoint({ format: () => azion({ secret }) });
    const before = await (await handler(post({ urls: [master] }))).json();
    secret = 'new';
    const after = await (await handler(post({ urls: [master] }))).json();
    expect(after.tokens[0].query.st).not.toBe(before.tokens[0].query.st);
    expect(
      await verifyUrl(attachToken(master, after.tokens[0]), { format: azion({ secret }), now: NOW }),
    ).toMatchObject({ ok: true });
  });

  test('a format of prefixes makes one token a prefix', async () => {
    const sign = vi.fn((url: URL, expires: number) => ({
      prefix: new URL('.', url).href,
      expires,
      query: { t: url.pathname },
    }));
    const byPrefix: TokenFormat = {
      name: 'by-prefix',
      scope: 'prefix',
      sign,
      verify: () => ({ ok: false, status: 403, reason: 'missing' }),
    };
    const urls = [master, `${HOST}/vod/7/a.ts`, `${HOST}/vod/8/b.ts`, `${HOST}/vod/7/c/d.ts`];
    const { body } = await ask({ urls }, { format: byPrefix });
    expect(body.tokens.map((token) => token.prefix)).toEqual([`${HOST}/vod/7/`, `${HOST}/vod/8/`]);
    expect(sign, 'once for each URL before the hook, to see what it opens, and once a prefix').toHaveBeenCalledTimes(6);
    const { body: told } = await ask(
      { urls },
      { format: { ...byPrefix, opens: (url) => ({ kind: 'folder', href: new URL('.', url).href }) } },
    );
    expect(told.tokens).toEqual(body.tokens);
    expect(sign, 'a format that says what it opens makes no token for that').toHaveBeenCalledTimes(8);
  });

  test('URLs that the format refuses are denied; a format that fails is a 503', async () => {
    const query = `${HOST}/vod/7/a.ts?st=1&st=2`;
    expect((await ask({ urls: [query, master] })).body).toMatchObject({ denied: [query], tokens: [{ url: master }] });
    expect((await ask({ urls: [query] })).status).toBe(403);
    const broken = { ...format, sign: () => Promise.reject(new Error('no key')) };
    expect((await ask({ urls: [master] }, { format: broken })).status).toBe(503);
  });
});
