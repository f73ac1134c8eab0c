import { describe, expect, test } from 'vitest';
import { createEdgeHandler } from '../../../../packages/server/src/index.ts';
import { HOST, endpoint, format, master, post } from '../../../support/signing-endpoint.ts';

describe('CORS', () => {
  const cors = { origins: ['https://app.example.com'], credentials: true };
  const call = (method: string, origin: string): Promise<Response> =>
    endpoint({ cors })(
      new Request('https://api.example.com/token', {
        method,
        headers: {
          Origin: origin,
          'Content-Type': 'application/json',
          'Access-Control-Request-Headers': 'content-type',
        },
        ...(method === 'POST' && { body: JSON.stringify({ urls: [master] }) }),
      }),
    );

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

describe('options', () => {
  test.each<[string, object]>([
    ['format', { format: undefined }],
    ['authorize', { authorize: undefined }],
    ['allow', { allow: [] }],
    ['allow', { allow: '/vod/' }],
    ['allow', { allow: 'ftp://x/' }],
    ['allow', { allow: `${HOST}/a?b` }],
    ['allow', { allow: `${HOST}/a%2Fb` }],
    ['ttl', { ttl: 0 }],
    ['ttl', { ttl: NaN }],
    ['ttl', { ttl: 86_401 }],
    ['maxUrls', { maxUrls: 0 }],
    ['cors.origins', { cors: { origins: ['app.example.com'] } }],
    ['cors.origins', { cors: { origins: '*', credentials: true } }],
    ['cors.origins', { cors: { origins: ['https://a.example/'] } }],
    ['rateLimit.limit', { rateLimit: { limit: 0, window: 1, key: String } }],
    ['rateLimit.window', { rateLimit: { limit: 1, window: 0, key: String } }],
    ['rateLimit', { rateLimit: 0 }],
    ['clock', { clock: 5 }],
    ['onError', { onError: 5 }],
    ['expand.fetch', { expand: { fetch: 5 } }],
    ...[NaN, -1, 0, 1e12, '2'].map((timeout) => ['expand.timeout', { expand: { timeout } }] as [string, object]),
    ...[NaN, -3, 0, 1.5, '6'].map((segments) => ['expand.segments', { expand: { segments } }] as [string, object]),
  ])('%s is named at once', (name, options) => {
    expect(() => endpoint(options as never)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringMatching(`^${name}:`) }),
    );
  });

  test.each(['onRefusal', 'onError', 'clock', 'signPlaylists', 'strict'])('%s of the edge is named at once', (name) => {
    for (const value of [5, 'false', null])
      expect(() => createEdgeHandler({ format, origin: HOST, [name]: value })).toThrow(
        expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringMatching(`^${name}: this is `) }),
      );
  });
});
