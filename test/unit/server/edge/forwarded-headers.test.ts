import { describe, expect, test } from 'vitest';
import { withoutToken } from '../../../../packages/server/src/edge/origin-fetch.ts';

const url = 'https://cdn.example.com/vod/a.mp4?st=x&e=1';
/** The headers that reach the origin, besides those of every request. */
function forwarded(headers: Record<string, string>, carriers = {}): Record<string, string> {
  const request = withoutToken(new Request(url, { headers }), 'https://cdn.example.com/vod/a.mp4', carriers);
  const { host, 'accept-encoding': encoding, ...others } = Object.fromEntries(request.headers);
  expect(host).toBe('cdn.example.com');
  expect(encoding).toBe('identity');
  return others;
}

describe('a request to the origin', () => {
  test.each([
    'X-Original-URL',
    'X-Rewrite-URI',
    'X-Override-URL',
    'X-Forwarded-Path',
    'X-Forwarded-Prefix',
    'X-Matched-Path',
    'X-Forwarded-PathBase',
    'X-Sendfile-Type',
    'X-Accel-Mapping',
    'SCRIPT_NAME',
    'Path-Info',
    'X-Script-Name',
    'X-HTTP-Method',
    'X-HTTP-Method-Override',
    'x-original-url',
    'X_Original_URL',
    'x_http-method_override',
    'X.Original.URL',
    'X!HTTP!Method!Override',
    'X~Rewrite^URL',
    'X-Forwarded-Host',
    'Forwarded',
    'X-Host',
    'X-Forwarded-Server',
    'X-HTTP-Host-Override',
    'Disguised-Host',
    'X.Forwarded.Host',
  ])('%s, by which a viewer could name another path, host or method, does not reach the origin', (name) => {
    expect(forwarded({ [name]: '/secret/film.mp4', Range: 'bytes=0-1' })).toEqual({ range: 'bytes=0-1' });
  });

  test('everything else does', () => {
    const headers = { accept: 'video/mp4', 'if-none-match': '"1"', 'x-forwarded-for': '203.0.113.9', cookie: 'a=1' };
    expect(forwarded(headers)).toEqual(headers);
  });

  test('what belongs to the connection of the viewer does not', () => {
    const headers = { Connection: 'keep-alive, X-Hop', 'Keep-Alive': 'timeout=5', TE: 'trailers', Upgrade: 'h2c' };
    expect(forwarded({ ...headers, 'X-Hop': '1', Range: 'bytes=0-1' })).toEqual({ range: 'bytes=0-1' });
  });

  test('what carried the token does not', () => {
    expect(
      forwarded({ 'X-Token': 't', Cookie: 'a=1; token=t; b=2' }, { headers: ['x-token'], cookies: ['token'] }),
    ).toEqual({ cookie: 'a=1; b=2' });
    expect(forwarded({ Cookie: 'token=t' }, { cookies: ['token'] })).toEqual({});
  });

  test.each([
    ['https://cdn.example.com/vod/index.m3u8?st=x&e=1', 'https://cdn.example.com/'],
    ['https://app.example/bcdn_token=x&expires=1/watch?v=1', 'https://app.example/'],
    ['android-app://com.example.app/st=x', 'android-app://com.example.app/'],
    ['about:client?st=x', undefined],
    ['/vod/index.m3u8?st=x&e=1', 'https://cdn.example.com/'],
  ])('the Referer %s arrives as %s', (referer, expected) => {
    expect(forwarded({ Referer: referer })).toEqual(expected === undefined ? {} : { referer: expected });
  });
});
