import { describe, expect, test, vi } from 'vitest';
import { HOST, endpoint, master, post } from '../../../support/signing-endpoint.ts';

test('a body that turns out too long is given up at once, also where somebody has cloned it', async () => {
  const body = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(100_000)) });
  const headers = { 'Content-Type': 'application/json' };
  const request = new Request('https://h/token', { method: 'POST', body, headers, duplex: 'half' } as RequestInit);
  request.clone();
  expect((await endpoint()(request)).status).toBe(413);
});

test('a body that is not UTF-8 is a 400, and what follows is cancelled', async () => {
  const cancel = vi.fn();
  const start = (body: ReadableStreamDefaultController): void => body.enqueue(new Uint8Array([0xff, 0xff, 0xff]));
  const body = new ReadableStream({ start, cancel });
  const headers = { 'Content-Type': 'application/json' };
  const request = new Request('https://h/token', { method: 'POST', body, headers, duplex: 'half' } as RequestInit);
  expect((await endpoint()(request)).status).toBe(400);
  expect(cancel).toHaveBeenCalledOnce();
});

describe('a call that is none', () => {
  test.each<[unknown, number, Record<string, string>?]>([
    ['{', 400],
    [[], 400],
    [{ urls: master }, 400],
    [{ urls: [] }, 400],
    [{ urls: ['/vod/x'] }, 400],
    [{ urls: Array.from({ length: 101 }, (_, i) => `${HOST}/vod/${i}`) }, 400],
    [{ urls: [`${HOST}/vod/${'a'.repeat(9000)}`] }, 400],
    [{ urls: [master], reason: 'because' }, 400],
    [`{"urls":["${'x'.repeat(300_000)}"]}`, 413],
    [{ urls: [master] }, 415, { 'Content-Type': 'text/plain' }],
    [{ urls: [master] }, 415, { 'Content-Type': 'application/x-www-form-urlencoded' }],
    [{ urls: [master] }, 200, { 'Content-Type': 'application/json; charset=utf-8' }],
  ])('%j is a %i problem', async (body, status, headers) => {
    const response = await endpoint()(post(body, headers));
    expect(response.status).toBe(status);
    const problem = { title: expect.any(String), status, detail: expect.any(String) } as object;
    if (status !== 200) expect(await response.json()).toEqual(problem);
  });

  test('another method is a 405, and a body that breaks off a 400', async () => {
    const response = await endpoint()(new Request('https://h/token', { method: 'PUT' }));
    expect(response.status).toBe(405);
    expect(response.headers.get('Allow')).toBe('POST, OPTIONS');
    const body = new ReadableStream({ pull: (controller) => controller.error(new Error('gone')) });
    const headers = { 'Content-Type': 'application/json' };
    const broken = new Request('https://h/token', { method: 'POST', body, headers, duplex: 'half' } as RequestInit);
    expect((await endpoint()(broken)).status).toBe(400);
  });
});

test('a listed page may send credentials, and read answers, problems and their time; another page may not', async () => {
  const handler = endpoint({ cors: { origins: ['https://app.example.com'], credentials: true } });
  const call = (method: string, origin: string): Promise<Response> =>
    handler(
      new Request('https://api.example.com/token', {
        method,
        headers: { Origin: origin, 'Content-Type': 'application/json', 'Access-Control-Request-Headers': 'a' },
        ...(method === 'POST' && { body: JSON.stringify({ urls: [master] }) }),
      }),
    );
  const preflight = await call('OPTIONS', 'https://app.example.com');
  expect(preflight.status).toBe(204);
  expect(Object.fromEntries(preflight.headers)).toMatchObject({
    'access-control-allow-methods': 'POST, OPTIONS',
    'access-control-allow-headers': 'a',
    vary: 'Origin',
  });
  for (const method of ['OPTIONS', 'POST', 'PUT']) {
    const { headers } = await call(method, 'https://app.example.com');
    expect(headers.get('Access-Control-Allow-Origin')).toBe('https://app.example.com');
    expect(headers.get('Access-Control-Allow-Credentials')).toBe('true');
    expect(headers.get('Access-Control-Expose-Headers')?.startsWith('Date, ')).toBe(
      method === 'OPTIONS' ? undefined : true,
    );
    const other = await call(method, 'https://evil.example');
    expect([...other.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  }
});

test.each<[string, object]>([
  ['format', { format: undefined }],
  ['authorize', { authorize: undefined }],
  ['authorize', { authorize: true }],
  ...[[], '/vod/', 'ftp://x/', `${HOST}/a?b`, `${HOST}/a%2Fb`].map((allow) => ['allow', { allow }] as [string, object]),
  ...[0, NaN, 86_401, '60'].map((ttl) => ['ttl', { ttl }] as [string, object]),
  ['maxUrls', { maxUrls: 0 }],
  ['cors.origins', { cors: { origins: '*', credentials: true } }],
  ['expand.fetch', { expand: { fetch: 5 } }],
  ...[NaN, 0, '2'].map((timeout) => ['expand.timeout', { expand: { timeout } }] as [string, object]),
  ...[NaN, 0, 1.5, '6'].map((segments) => ['expand.segments', { expand: { segments } }] as [string, object]),
])('the option %s that cannot work is named at once', (name, options) => {
  expect(() => endpoint(options as never)).toThrow(
    expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringMatching(`^${name}:`) as string }) as Error,
  );
});
