import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { createSigningEndpoint, secureToken, verifyUrl } from '../../../packages/server/src/index.ts';
import type { SigningEndpointOptions, TokenFormat } from '../../../packages/server/src/index.ts';
import { attachToken } from '../../../packages/server/src/attach-token.ts';

const NOW = 1_795_500_000;
const HOST = 'https://cdn.example.com';
const format = secureToken({ secret: 'mysecret' });
const master = `${HOST}/vod/7/master.m3u8`;

const endpoint = (options: Partial<SigningEndpointOptions> = {}): ((request: Request) => Promise<Response>) =>
  createSigningEndpoint({
    format, authorize: () => true, allow: `${HOST}/vod/`, ttl: 300, clock: () => NOW * 1000 + 999, ...options,
  });
const post = (body: unknown, headers: Record<string, string> = {}): Request =>
  new Request('https://app.example.com/token', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const ask = async (body: unknown, options?: Partial<SigningEndpointOptions>): Promise<{ status: number; body: any }> => {
  const response = await endpoint(options)(post(body));
  return { status: response.status, body: await response.json() };
};

describe('createSigningEndpoint', () => {
  test('answers one token a URL that the edge accepts', async () => {
    const urls = [master, `${HOST}/vod/7/seg%201.m4s?a=1`];
    const response = await endpoint()(post({ urls, reason: 'initial' }));
    expect([response.status, response.headers.get('Cache-Control'), response.headers.get('Content-Type')]).toEqual([
      200, 'no-store', 'application/json',
    ]);
    const { now, tokens, denied } = await response.json();
    expect([now, denied]).toEqual([NOW, []]);
    expect(tokens.map((token: any) => [token.url, token.expires])).toEqual(urls.map((url) => [url, NOW + 300]));
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
        expect(again.body.tokens[0].query.st).not.toBe(first.body.tokens[0].query.st);
        expect(again.body.tokens[0].expires).toBeGreaterThanOrEqual(NOW + second + offset + 299);
      }
    }
  });

  test('is no signing oracle: URLs outside `allow` are denied and never reach the hook', async () => {
    const authorize = vi.fn(() => true);
    const outside = [
      `${HOST}/secret/x`, `${HOST}/vodka/x`, `${HOST}/vod/../secret/x`, `${HOST}/vod/%2e%2e/secret/x`, `${HOST}/VOD/x`,
      `${HOST}/vod/..%2fsecret`, `${HOST}/vod//x`, `${HOST}/vod/a%5C..%5Cx`, `${HOST}/vod/%00`, `${HOST}/vod/%ff`, `${HOST}/vod/%zz`,
      'https://evil.example/vod/x', 'http://cdn.example.com/vod/x', `${HOST}:8443/vod/x`, 'https://cdn.example.com.evil.example/vod/x',
      'https://user:pw@cdn.example.com/vod/x', 'https://cdn.example.com@evil.example/vod/x',
    ];
    for (const url of outside) {
      const alone = await ask({ urls: [url] }, { authorize });
      expect([alone.status, alone.body.tokens], url).toEqual([403, undefined]);
    }
    expect(authorize).not.toHaveBeenCalled();
    const mixed = await ask({ urls: [...outside, master] }, { authorize });
    expect(mixed.body.tokens.map((token: any) => token.url)).toEqual([master]);
    expect(mixed.body.denied).toEqual(outside);
    expect(authorize).toHaveBeenCalledExactlyOnceWith(expect.any(Request), [master]);
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
    expect(capped.body.tokens[0].expires).toBe(NOW + 86_400);
    const answered = await endpoint({
      authorize: () => new Response('log in', { status: 401, headers: { 'WWW-Authenticate': 'Bearer' } }),
    })(post({ urls }));
    expect([answered.status, answered.headers.get('WWW-Authenticate'), answered.headers.get('Cache-Control')]).toEqual([
      401, 'Bearer', 'no-store',
    ]);
  });

  test('a hook that answers nonsense, forgot to answer or fails lets nobody in', async () => {
    for (const answer of [undefined, null, 1, 'yes', 0, '']) {
      expect((await ask({ urls: [master] }, { authorize: () => answer as never })).status, String(answer)).toBe(403);
    }
    const onError = vi.fn();
    const outage = new Error('entitlements are down');
    const failing = await ask({ urls: [master] }, { authorize: () => Promise.reject(outage), onError });
    expect([failing.status, failing.body.status, onError.mock.calls]).toEqual([503, 503, [[outage]]]);
    expect((await ask({ urls: [master] }, { authorize: () => ({ ttl: 0 }) })).status).toBe(503);
  });

  test('a denied viewer costs no signing', async () => {
    const sign = vi.fn(format.sign);
    await ask({ urls: [master] }, { format: { ...format, sign }, authorize: () => false });
    await ask({ urls: [master, `${HOST}/vod/8`] }, { format: { ...format, sign }, authorize: () => ({ denied: [master] }) });
    expect(sign).toHaveBeenCalledTimes(1);
  });

  test('a format function is asked at every call: the secret rotates without a restart', async () => {
    let secret = 'old';
    const handler = endpoint({ format: () => secureToken({ secret }) });
    const before = await (await handler(post({ urls: [master] }))).json();
    secret = 'new';
    const after = await (await handler(post({ urls: [master] }))).json();
    expect(after.tokens[0].query.st).not.toBe(before.tokens[0].query.st);
    expect(await verifyUrl(attachToken(master, after.tokens[0]), { format: secureToken({ secret }), now: NOW })).toMatchObject({ ok: true });
  });

  test('a format of prefixes makes one token a prefix', async () => {
    const sign = vi.fn((url: URL, expires: number) => ({
      prefix: new URL('.', url).href, expires, query: { t: url.pathname },
    }));
    const byPrefix: TokenFormat = { name: 'by-prefix', scope: 'prefix', sign, verify: () => ({ ok: false, status: 403, reason: 'missing' }) };
    const urls = [master, `${HOST}/vod/7/a.ts`, `${HOST}/vod/8/b.ts`, `${HOST}/vod/7/c/d.ts`];
    const { body } = await ask({ urls }, { format: byPrefix });
    expect(body.tokens.map((token: any) => token.prefix)).toEqual([`${HOST}/vod/7/`, `${HOST}/vod/8/`]);
    expect(sign).toHaveBeenCalledTimes(2);
  });

  test('URLs that the format refuses are denied; a format that fails is a 503', async () => {
    const query = `${HOST}/vod/7/a.ts?st=1&st=2`;
    expect((await ask({ urls: [query, master] })).body).toMatchObject({ denied: [query], tokens: [{ url: master }] });
    expect((await ask({ urls: [query] })).status).toBe(403);
    const broken = { ...format, sign: () => Promise.reject(new Error('no key')) };
    expect((await ask({ urls: [master] }, { format: broken })).status).toBe(503);
  });

  test('rate limit per viewer', async () => {
    let nowMs = NOW * 1000;
    const handler = endpoint({
      clock: () => nowMs,
      rateLimit: { limit: 2, window: 10, key: (request) => request.headers.get('Authorization') ?? '' },
    });
    const call = (who: string): Promise<Response> => handler(post({ urls: [master] }, { Authorization: who }));
    const statuses = [];
    for (const who of ['a', 'a', 'a', 'b']) statuses.push((await call(who)).status);
    expect(statuses).toEqual([200, 200, 429, 200]);
    nowMs += 4500;
    const limited = await call('a');
    expect([limited.headers.get('Retry-After'), limited.headers.get('Content-Type')]).toEqual(['6', 'application/problem+json']);
    nowMs += 5500;
    expect((await call('a')).status).toBe(200);
  });

  test('a flood of made-up viewers does not fill the memory, and does not reset the one who is over the limit at once', async () => {
    const handler = endpoint({ rateLimit: { limit: 1, window: 60, key: (request) => request.headers.get('X-Id') ?? '' } });
    const call = async (id: string): Promise<number> => (await handler(post('', { 'X-Id': id }))).status;
    expect([await call('me'), await call('me')]).toEqual([400, 429]);
    for (let i = 0; i < 9_000; i++) await call(String(i));
    expect(await call('me')).toBe(429);
  });
});

describe('CORS', () => {
  const cors = { origins: ['https://app.example.com'], credentials: true };
  const call = (method: string, origin: string): Promise<Response> =>
    endpoint({ cors })(new Request('https://api.example.com/token', {
      method,
      headers: { Origin: origin, 'Content-Type': 'application/json', 'Access-Control-Request-Headers': 'content-type' },
      ...(method === 'POST' && { body: JSON.stringify({ urls: [master] }) }),
    }));

  test('a listed page may preflight, read answers and problems, with credentials', async () => {
    const preflight = await call('OPTIONS', 'https://app.example.com');
    expect(preflight.status).toBe(204);
    expect(Object.fromEntries(preflight.headers)).toMatchObject({
      'access-control-allow-origin': 'https://app.example.com',
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'POST, OPTIONS',
      'access-control-allow-headers': 'content-type',
      vary: 'Origin',
    });
    for (const method of ['POST', 'PUT']) {
      const { headers } = await call(method, 'https://app.example.com');
      expect(headers.get('Access-Control-Allow-Origin')).toBe('https://app.example.com');
      expect(headers.get('Access-Control-Expose-Headers')).toContain('Date');
    }
  });

  test('another page gets no CORS headers, and nobody gets any without the option', async () => {
    for (const method of ['OPTIONS', 'POST']) {
      const { headers } = await call(method, 'https://evil.example');
      expect([headers.get('Access-Control-Allow-Origin'), headers.get('Vary')]).toEqual([null, 'Origin']);
    }
    const { headers } = await endpoint()(post({ urls: [master] }, { Origin: 'https://app.example.com' }));
    expect(headers.has('Access-Control-Allow-Origin')).toBe(false);
  });
});

describe('abuse', () => {
  const bodies: Record<string, unknown> = {
    'not JSON': '{', empty: '', array: [], null: 'null', string: '"x"', number: '1', 'no urls': {}, 'urls a string': { urls: master },
    'urls an object': { urls: { 0: master, length: 1 } }, 'no url': { urls: [] }, 'url a number': { urls: [1] }, 'url null': { urls: [null] },
    'url an array': { urls: [[master]] }, 'url an object': { urls: [{ href: master }] }, relative: { urls: ['/vod/x'] }, 'not a URL': { urls: ['http://'] },
    javascript: { urls: ['javascript:alert(1)'] }, file: { urls: ['file:///vod/x'] }, data: { urls: ['data:,x'] },
    'too many': { urls: Array.from({ length: 101 }, (_, i) => `${HOST}/vod/${i}`) },
    'a million entries': `{"urls":[${'1,'.repeat(100_000)}1]}`,
    'a long URL': { urls: [`${HOST}/vod/${'a'.repeat(9000)}`] },
    'unknown reason': { urls: [master], reason: 'because' }, 'reason an object': { urls: [master], reason: {} },
    'deep nesting': '['.repeat(100_000), '__proto__': '{"__proto__":{"urls":["x"]}}', 'lone surrogate': '{"urls":["\\ud800"]}',
  };
  test.each(Object.entries(bodies))('%s is a 4xx problem without a signature', async (_, body) => {
    const response = await endpoint()(post(body));
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
    expect(response.headers.get('Content-Type')).toBe('application/problem+json');
    expect(await response.json()).toEqual({ title: expect.any(String), status: response.status, detail: expect.any(String) });
  });

  test('other methods, other types, long bodies', async () => {
    const handler = endpoint();
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH']) {
      const response = await handler(new Request('https://h/token', { method }));
      expect([response.status, response.headers.get('Allow')]).toEqual([405, 'POST, OPTIONS']);
    }
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/jsonp']) {
      expect((await handler(post({ urls: [master] }, { 'Content-Type': type }))).status, type).toBe(415);
    }
    expect((await handler(post({ urls: [master] }, { 'Content-Type': 'application/json; charset=utf-8' }))).status).toBe(200);
    let pulled = 0;
    const endless = new ReadableStream({
      pull: (controller) => {
        pulled++;
        controller.enqueue(new Uint8Array(65_536));
      },
    });
    const long = new Request('https://h/token', {
      method: 'POST', body: endless, headers: { 'Content-Type': 'application/json' }, duplex: 'half',
    } as RequestInit);
    expect((await handler(long)).status).toBe(413);
    expect(pulled).toBeLessThan(10);
    const failing = new ReadableStream({ pull: (controller) => controller.error(new Error('gone')) });
    const broken = new Request('https://h/token', {
      method: 'POST', body: failing, headers: { 'Content-Type': 'application/json' }, duplex: 'half',
    } as RequestInit);
    expect((await handler(broken)).status).toBe(400);
  });

  test('whatever the body is, the answer is a 4xx or tokens for what was allowed', async () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.webUrl(), fc.constantFrom(master, `${HOST}/vod/../x`, `${HOST}/vod/%2e%2e%2fx`));
    const body = fc.oneof(
      fc.json(),
      fc.string({ unit: 'binary' }),
      fc.record({ urls: fc.array(fc.oneof(text, fc.anything())), reason: fc.option(fc.string()) }).map((value) => JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? 1 : each))),
    );
    await fc.assert(fc.asyncProperty(body, async (sent) => {
      const response = await endpoint()(post(sent));
      const { tokens = [] } = await response.json();
      expect(response.status === 200 || (response.status >= 400 && response.status < 500)).toBe(true);
      for (const token of tokens) expect(token.url).toMatch(/^https:\/\/cdn\.example\.com\/vod\//);
    }), { numRuns: 300 });
  });
});

describe('options', () => {
  test.each([
    ['format', { format: undefined }], ['authorize', { authorize: undefined }], ['allow', { allow: [] }], ['allow', { allow: '/vod/' }],
    ['allow', { allow: 'ftp://x/' }], ['allow', { allow: `${HOST}/a?b` }], ['allow', { allow: `${HOST}/a%2Fb` }], ['ttl', { ttl: 0 }],
    ['ttl', { ttl: NaN }], ['ttl', { ttl: 86_401 }], ['maxUrls', { maxUrls: 0 }], ['cors.origins', { cors: { origins: ['app.example.com'] } }],
    ['cors.origins', { cors: { origins: '*', credentials: true } }], ['cors.origins', { cors: { origins: ['https://a.example/'] } }],
    ['rateLimit.limit', { rateLimit: { limit: 0, window: 1, key: String } }], ['rateLimit.window', { rateLimit: { limit: 1, window: 0, key: String } }],
  ])('%s is named at once', (name, options) => {
    expect(() => endpoint(options as never)).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringMatching(`^${name}:`) }));
  });
});
