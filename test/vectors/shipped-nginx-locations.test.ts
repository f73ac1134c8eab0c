import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ShippedNginx } from '../support/nginx-shipped.ts';
import { decoded, signed, startShippedNginx } from '../support/nginx-shipped.ts';

describe('the nginx configuration that is shipped, in the locations of a team', { tags: ['nginx'] }, () => {
  let nginx: ShippedNginx;
  beforeAll(async () => {
    nginx = await startShippedNginx();
  });
  afterAll(() => nginx.stop());

  const lastHeaders = (): Record<string, string> => Object.fromEntries(nginx.received.at(-1)!.headers);

  test('of a Referer the origin gets the origin, whoever names itself with a token', async () => {
    const token = `st=${'A'.repeat(22)}&e=1700000000`;
    for (const [referer, expected] of [
      [`https://cdn.example.com/page.html?${token}`, 'https://cdn.example.com/'],
      [`HTTPS://CDN.example.com:443/page.html?${token}`, 'HTTPS://CDN.example.com:443/'],
      [`https://other.example.com/vod/?x=1&${token}#x`, 'https://other.example.com/'],
      [`https://cdn.example.com?${token}`, 'https://cdn.example.com/'],
      ['https://app.example.com/', 'https://app.example.com/'],
      ['https://app.example.com', 'https://app.example.com/'],
      [`https://user:${token}@cdn.example.com/`, undefined],
      [`https:/cdn.example.com/?${token}`, undefined],
      [`//cdn.example.com/?${token}`, undefined],
      [`/page.html?${token}`, undefined],
      [token, undefined],
    ] as const) {
      for (const path of ['/a.mp4', '/own/a.mp4', '/base/a.mp4']) {
        expect((await nginx.get(signed(path), [`Referer: ${referer}`])).status).toBe(200);
        expect(lastHeaders().referer, referer).toBe(expected);
      }
    }
    expect((await nginx.get(signed('/a.mp4'))).status).toBe(200);
    expect(lastHeaders()).not.toHaveProperty('referer');
  });

  test('headers from which an origin may take another path, host or method do not arrive, nor does a body', async () => {
    const names = [
      'X-Original-URL',
      'X-Original-URI',
      'X-Rewrite-URL',
      'X-Rewrite-URI',
      'X-Override-URL',
      'X-MS-Original-URL',
      'X-Forwarded-URI',
      'X-Forwarded-URL',
      'X-Forwarded-Path',
      'X-Forwarded-PathBase',
      'X-Forwarded-Prefix',
      'X-Envoy-Original-Path',
      'X-WAWS-Unencoded-URL',
      'X-Matched-Path',
      'X-Invoke-Path',
      'X-Astro-Path',
      'X-HTTP-Method-Override',
      'X-HTTP-Method',
      'X-Method-Override',
      'X-Sendfile-Type',
      'X-Accel-Mapping',
      'Script-Name',
      'X-Script-Name',
      'X-Forwarded-Script-Name',
      'Path-Info',
      'X-Forwarded-Host',
      'Forwarded',
      'X-Original-Host',
      'X-Host',
      'X-Forwarded-Server',
      'X-HTTP-Host-Override',
      'X-Envoy-Original-Host',
      'Disguised-Host',
    ];
    const spoofed = names.flatMap((name) => [
      `${name}: /secret.mp4`,
      `${name.toLowerCase()}: DELETE`,
      `${name.replaceAll('-', '_')}: x`,
    ]);
    for (const path of ['/a.mp4', '/own/a.mp4', '/base/a.mp4']) {
      expect((await nginx.get(signed(path), spoofed)).status).toBe(200);
      const arrived = Object.keys(lastHeaders()).filter((name) =>
        names.some((each) => each.toLowerCase() === name.replaceAll('_', '-')),
      );
      expect(arrived).toEqual([]);
    }
    const head = ['GET', signed('/a.mp4'), 'HTTP/1.1'].join(' ');
    expect((await nginx.send([head, 'Host: h', 'Content-Length: 5'], 'abcde')).status).toBe(200);
    expect((await nginx.send([head, 'Host: h', 'Transfer-Encoding: chunked'], '5\r\nabcde\r\n0\r\n\r\n')).status).toBe(
      200,
    );
    for (const { body, headers } of nginx.received.slice(-2)) {
      expect(body).toBe('');
      expect(headers.get('content-length')).toBe(null);
      expect(headers.get('transfer-encoding')).toBe(null);
    }
  });

  test("a team's own proxy_set_header lines work when they are repeated in the location", async () => {
    expect((await nginx.get(signed('/own/a.mp4'))).status).toBe(200);
    expect(lastHeaders()['x-team']).toBe('location');
    expect((await nginx.get(signed('/a.mp4'))).status).toBe(200);
    expect(lastHeaders()).not.toHaveProperty('x-team');
  });

  test('a path in proxy_pass: the token stays away there, too', async () => {
    const [path, query] = signed('/base/a%20b.mp4').split('?');
    expect((await nginx.get(`${path}?x=1&${query}&y`)).status).toBe(200);
    expect(nginx.asked.at(-1)).toBe('GET /bucket/a%20b.mp4?x=1&y');
  });

  test('a location with a pattern: named groups stay, $1 is never what the viewer wrote into the query', async () => {
    const [path, query] = signed('/pattern/folder/a.mp4').split('?');
    for (const asked of [`x=1&${query}&../secret.mp4`, `${query}&../secret.mp4`, `../secret.mp4&${query}`, query]) {
      expect((await nginx.get(`${path}?${asked}`, ['Referer: https://secret.mp4/'])).status).toBe(200);
      expect(lastHeaders()['x-first']).toBe(undefined);
      expect(lastHeaders()['x-file']).toBe('a.mp4');
    }
  });

  test('the path that was hashed is what the origin is asked for, in each location that the README shows', async () => {
    const names = ['a%20b', 'a%3Fx', 'a%23x', '100%25', '%C3%A9', '%25zz', 'a%22b'];
    for (const [folder, origin] of [
      ['/', '/'],
      ['/own/', '/own/'],
      ['/base/', '/bucket/'],
      ['/moved/', '/bucket/'],
      ['/chosen/', '/chosen/'],
    ]) {
      for (const name of names) {
        expect((await nginx.get(signed(`${folder}${name}/film.mp4`))).status).toBe(200);
        const asked = nginx.asked.at(-1)!.replace(/^GET /, '');
        expect(decoded(asked).toString('latin1'), asked).toBe(decoded(`${origin}${name}/film.mp4`).toString('latin1'));
        expect(asked).not.toMatch(/[?#]/);
      }
    }
  });

  test('a cache keeps a query and a name with a ? apart', async () => {
    const before = nginx.asked.length;
    const [path, query] = signed('/cached/film.mp4').split('?');
    for (const target of [`${path}?_=1&${query}`, signed('/cached/film.mp4%3F_=1'), signed('/cached/film.mp4')]) {
      for (let turn = 0; turn < 2; turn++) expect((await nginx.get(target)).status).toBe(200);
    }
    expect(nginx.asked.slice(before)).toEqual([
      'GET /cached/film.mp4?_=1',
      'GET /cached/film.mp4%3F_=1',
      'GET /cached/film.mp4',
    ]);
  });
});
