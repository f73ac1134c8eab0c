import { describe, expect, test } from 'vitest';
import type { NodeRequest } from '../../../../packages/server/src/index.ts';
import { requestUrl } from '../../../../packages/server/src/node/request-url.ts';

const asked = (request: Partial<NodeRequest>, trustProxy = false): string =>
  requestUrl(
    { url: '/token', headers: { host: 'app.example.com' }, socket: {}, ...request } as NodeRequest,
    trustProxy,
  );

describe('requestUrl', () => {
  test.each<[string, Partial<NodeRequest>, string]>([
    ['Host and target', { url: '/token?a=%20b' }, 'http://app.example.com/token?a=%20b'],
    ['TLS', { socket: { encrypted: true } as never }, 'https://app.example.com/token'],
    ['the URL in front of a router', { url: '/', originalUrl: '/api/token' }, 'http://app.example.com/api/token'],
    ['HTTP/2', { headers: { ':authority': 'app.example.com:8443' } }, 'http://app.example.com:8443/token'],
    ['IPv6', { headers: { host: '[::1]:8080' } }, 'http://[::1]:8080/token'],
    ['no Host, as in HTTP/1.0', { headers: {} }, 'http://localhost/token'],
    ['two slashes are no host', { url: '//evil.example/x' }, 'http://app.example.com//evil.example/x'],
    ['a whole URL', { url: 'http://cdn.example.com/x?y' }, 'http://cdn.example.com/x?y'],
    ['a whole URL without a path', { url: 'http://cdn.example.com?y' }, 'http://cdn.example.com/?y'],
    ['OPTIONS *', { url: '*' }, 'http://app.example.com/'],
  ])('%s', (_, request, url) => {
    expect(asked(request)).toBe(url);
  });

  test.each(['a.example/vod/', 'a.example?', 'user@a.example', 'a b', 'a\\b', 'a.example#', 'a.example:x'])(
    'a Host that is no host is a 400: %s',
    (host) => {
      expect(() => asked({ headers: { host } })).toThrow(expect.objectContaining({ status: 400 }));
      expect(() => asked({ headers: { host: 'a.example', 'x-forwarded-host': host } }, true)).toThrow();
    },
  );

  test('X-Forwarded-* counts only when it is trusted, and then what the nearest proxy has said', () => {
    const headers = {
      host: '10.0.0.1:3000',
      'x-forwarded-host': 'evil.example, app.example.com',
      'x-forwarded-proto': 'http, https',
    };
    expect(asked({ headers })).toBe('http://10.0.0.1:3000/token');
    expect(asked({ headers }, true)).toBe('https://app.example.com/token');
    expect(asked({ headers: { host: 'a.example', 'x-forwarded-proto': 'javascript' } }, true)).toBe(
      'http://a.example/token',
    );
  });
});
