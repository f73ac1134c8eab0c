import { EventEmitter } from 'node:events';
import { describe, expect, test, vi } from 'vitest';
import { toNodeHandler } from '../../../../packages/server/src/index.ts';
import type { NodeRequest, NodeResponse } from '../../../../packages/server/src/index.ts';

/** The URL that a handler sees; the status of the answer, if it is a problem. */
async function asked(request: Partial<NodeRequest>, trustProxy = false): Promise<string | number> {
  const socket = Object.assign(new EventEmitter(), request.socket);
  const message = { method: 'GET', url: '/token', headers: { host: 'app.example.com' }, ...request, socket };
  const response = Object.assign(new EventEmitter(), {
    statusCode: 0,
    writableFinished: true,
    getHeader: () => undefined,
    setHeader: () => undefined,
    write: () => true,
    end: () => undefined,
  });
  let seen: string | undefined;
  const handler = toNodeHandler(
    ({ url, headers }) => {
      seen = url;
      expect(headers.get('Host')).toBe(new URL(url).host);
      return new Response();
    },
    { trustProxy },
  );
  handler(message as unknown as NodeRequest, response as unknown as NodeResponse);
  await vi.waitFor(() => expect(response.statusCode).not.toBe(0));
  return seen ?? response.statusCode;
}

describe('toNodeHandler: the URL of a request', () => {
  test.each<[string, Partial<NodeRequest>, string]>([
    ['Host and target', { url: '/token?a=%20b' }, 'http://app.example.com/token?a=%20b'],
    ['TLS', { socket: { encrypted: true } as never }, 'https://app.example.com/token'],
    ['the URL in front of a router', { url: '/', originalUrl: '/api/token' }, 'http://app.example.com/api/token'],
    ['HTTP/2', { headers: { ':authority': 'app.example.com:8443' } }, 'http://app.example.com:8443/token'],
    ['no Host, as in HTTP/1.0', { headers: {} }, 'http://localhost/token'],
    ['two slashes are no host', { url: '//evil.example/x' }, 'http://app.example.com//evil.example/x'],
    ['a whole URL', { url: 'http://cdn.example.com/x?y' }, 'http://cdn.example.com/x?y'],
    ['OPTIONS *', { url: '*' }, 'http://app.example.com/'],
  ])('%s', async (_, request, url) => {
    expect(await asked(request)).toBe(url);
  });

  test.each(['a.example/vod/', 'a.example?', 'user@a.example', 'a b', 'a.example:x'])(
    'a Host that is no host is a 400: %s',
    async (host) => {
      expect(await asked({ headers: { host } })).toBe(400);
      expect(await asked({ headers: { host: 'a.example', 'x-forwarded-host': host } }, true)).toBe(400);
    },
  );

  test('X-Forwarded-* counts only when it is trusted, and then what the nearest proxy has said', async () => {
    const headers = {
      host: '10.0.0.1:3000',
      'x-forwarded-host': 'evil.example, app.example.com',
      'x-forwarded-proto': 'http, https',
    };
    expect(await asked({ headers })).toBe('http://10.0.0.1:3000/token');
    expect(await asked({ headers }, true)).toBe('https://app.example.com/token');
    expect(await asked({ headers: { host: 'a.example', 'x-forwarded-proto': 'javascript' } }, true)).toBe(
      'http://a.example/token',
    );
  });
});
