import { gzipSync } from 'node:zlib';
import { createSigningEndpoint, azion, verifyUrl } from 'secure-token-server';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Listening } from '../support/listen.ts';
import { listen } from '../support/listen.ts';
import type { RawAnswer } from '../support/raw-http.ts';
import { rawHttp } from '../support/raw-http.ts';

const CDN = 'https://cdn.example.com';
const film = `${CDN}/vod/film.mp4`;
const format = azion({ secret: 'mysecret' });
const errors: unknown[] = [];
const shown: string[] = [];
let server: Listening;
let port: number;

beforeAll(async () => {
  const endpoint = createSigningEndpoint({
    format,
    allow: `${CDN}/vod/`,
    ttl: 300,
    authorize: (_, urls) => {
      shown.push(...urls);
      return { denied: urls.filter((url) => url.includes('/premium/')) };
    },
    onError: (error) => errors.push(error),
  });
  server = await listen(endpoint);
  port = Number(new URL(server.origin).port);
});
beforeEach(() => {
  errors.length = 0;
  shown.length = 0;
});
afterAll(() => server.close());

const head = (fields: Readonly<Record<string, string | number>>): string =>
  `POST /token HTTP/1.1\r\nHost: app.example.com\r\nConnection: close\r\n${Object.entries(fields)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`;
const post = (body: Buffer | string, more: Readonly<Record<string, string>> = {}): Promise<RawAnswer> => {
  const bytes = Buffer.from(body);
  const fields = { 'Content-Type': 'application/json', 'Content-Length': bytes.length, ...more };
  return rawHttp(port, Buffer.concat([Buffer.from(head(fields)), bytes]));
};
const asking = (...urls: unknown[]): string => JSON.stringify({ urls });
const around = (...bytes: number[]): Buffer =>
  Buffer.concat([Buffer.from(`{"urls":["${CDN}/vod/`), Buffer.from(bytes), Buffer.from('"]}')]);

const bodies: Record<string, Buffer | string> = {
  'the prototype of the body': `{"__proto__":{"urls":["${film}"]}}`,
  'the prototype of the list': `{"urls":{"__proto__":["${film}"],"length":1}}`,
  'the constructor': `{"constructor":{"prototype":{"urls":["${film}"]}}}`,
  'a reason that is a property of every object': `{"urls":["${film}"],"reason":"__proto__"}`,
  'a reason in a list': `{"urls":["${film}"],"reason":["initial"]}`,
  'a key twice, of which the last counts': `{"urls":["${film}"],"urls":["https://evil.example/vod/film.mp4"]}`,
  'deep lists': '['.repeat(60_000),
  'deep objects': '{"urls":'.repeat(20_000),
  'deep and well-formed': `{"urls":${'['.repeat(30_000)}${']'.repeat(30_000)}}`,
  'a list in the list': asking([film]),
  'an object that would be a string': '{"urls":[{"toString":"x","href":"y"}]}',
  'bytes that are not UTF-8': around(0xff, 0xfe),
  'an overlong dot': around(0xc0, 0xae, 0xc0, 0xae, 0x2f),
  'half a character in UTF-8': around(0xed, 0xa0, 0x80),
  'UTF-16': Buffer.from(asking(film), 'utf16le'),
  'half a character, escaped': `{"urls":["${CDN}/vod/\\ud800x"]}`,
  'the other half': `{"urls":["${film}?\\udc00"]}`,
  NUL: `{"urls":["${CDN}/vod/\\u0000"]}`,
  'NUL behind the body': `${asking(film)}\0`,
  'a tab in the path': asking(`${CDN}/vod/se\tcret`),
  'a header behind the URL': asking(`${film}\r\nSet-Cookie: a=b`),
  'a space in front': asking(` ${film}`),
  'a port that is none': asking('https://cdn.example.com:99999/vod/film.mp4'),
  'a blob': asking(`blob:${film}`),
  'the source of it': asking(`view-source:${film}`),
  'a WebSocket': asking('wss://cdn.example.com/vod/film.mp4'),
  'compressed, though nobody asked': gzipSync(asking(film)),
  '101 URLs': asking(...Array<string>(101).fill(film)),
};

const elsewhere: Record<string, string> = {
  'the folder above': `${CDN}/vod/../secret`,
  'the folder above, escaped': `${CDN}/vod/%2e%2e/secret`,
  'half escaped': `${CDN}/vod/.%2E/secret`,
  'with its slash': `${CDN}/vod/%2e%2e%2fsecret`,
  'by a backslash': `${CDN}/vod\\..\\secret`,
  'by an escaped backslash': `${CDN}/vod/..%5csecret`,
  'as Java reads it': `${CDN}/vod/..;/secret`,
  'as Java reads it, escaped': `${CDN}/vod/%2e%2e%3bx/secret`,
  'by overlong dots': `${CDN}/vod/%c0%ae%c0%ae/secret`,
  'two slashes': `${CDN}//vod/film.mp4`,
  'two slashes within': `${CDN}/vod//film.mp4`,
  'all backslashes': 'https:\\\\cdn.example.com\\vod\\..\\secret',
  'an escaped slash': `${CDN}/vod%2Ffilm.mp4`,
  'another case of the path': `${CDN}/VOD/film.mp4`,
  'a longer name': `${CDN}/vodka`,
  'a malformed escape': `${CDN}/vod/%zz`,
  DEL: `${CDN}/vod/%7f`,
  'a control character of Unicode': `${CDN}/vod/%C2%85`,
  'the host as a user name': 'https://cdn.example.com@evil.example/vod/film.mp4',
  'the host and port as a login': 'https://cdn.example.com:443@evil.example/vod/film.mp4',
  'a user name': 'https://evil@cdn.example.com/vod/film.mp4',
  'a password': 'https://:x@cdn.example.com/vod/film.mp4',
  'a backslash in front of a user name': 'https://evil.example\\@cdn.example.com/vod/film.mp4',
  'another port': 'https://cdn.example.com:8443/vod/film.mp4',
  'the port of https over http': 'http://cdn.example.com:443/vod/film.mp4',
  http: 'http://cdn.example.com/vod/film.mp4',
  'a host that begins alike': 'https://cdn.example.com.evil.example/vod/film.mp4',
  'a host that ends alike': 'https://xcdn.example.com/vod/film.mp4',
  'two dots behind the host': 'https://cdn.example.com../vod/film.mp4',
  'an empty label': 'https://cdn..example.com/vod/film.mp4',
  'a Cyrillic letter': 'https://\u0441dn.example.com/vod/film.mp4',
  'an international name': 'https://cdn.ex\u00e4mple.com/vod/film.mp4',
  'an address of this machine': 'https://0x7f.1/vod/film.mp4',
  'an address of this machine, IPv6': 'https://[::1]/vod/film.mp4',
};

/** Other ways to write a URL that may be signed: to `URL`, and so to every player, they are the same. */
const spellings: Record<string, string> = {
  'mixed case': 'HtTpS://CDN.Example.COM/vod/film.mp4',
  'a dot behind the host': 'https://cdn.example.com./vod/film.mp4',
  'the usual port': 'https://cdn.example.com:443/vod/film.mp4',
  'escaped letters': `${CDN}/%76od/f%69lm.mp4`,
  'wide letters': 'https://\uff43dn.example.com/vod/film.mp4',
  'an ideographic full stop': 'https://cdn\u3002example\u3002com/vod/film.mp4',
  'no slashes': 'https:cdn.example.com/vod/film.mp4',
  'a way up and down': `${CDN}/x/../vod/film.mp4`,
  'a stale token': `${film}?st=m6WCATfRgS_5lcyChCPgrw&e=1470055000`,
  'a path in the query': `${film}?/../x`,
  'a path in the fragment': `${film}#/../x`,
};

describe('the signing endpoint on a real Node server', () => {
  const isProblem = ({ status, headers, body }: RawAnswer): void => {
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(headers.get('Content-Type')).toBe('application/problem+json');
    expect(Object.keys(JSON.parse(body) as object)).toEqual(['title', 'status', 'detail']);
    expect(errors).toEqual([]);
    expect(shown).toEqual([]);
  };

  test.each(Object.entries(bodies))('a body with %s is a 4xx, and nobody is asked', async (_, body) =>
    isProblem(await post(body)),
  );

  test.each(Object.entries(elsewhere))('%s is not signed, and nobody is asked', async (_, url) => {
    isProblem(await post(asking(url)));
    const { tokens, denied } = JSON.parse((await post(asking(url, film))).body) as {
      tokens: { url: string }[];
      denied: string[];
    };
    expect(tokens.map((token) => token.url)).toEqual([film]);
    expect(denied).toEqual([url]);
  });

  test.each([`${film}?st=1&st=2`, `${film}?%73t=1`, `${film}?ST=1`])(
    '%s has a token whose meaning is not clear, and gets none',
    async (url) => {
      expect((await post(asking(url))).status).toBe(403);
    },
  );

  test.each(Object.entries(spellings))('%s: the token opens what was allowed, and nothing else', async (_, url) => {
    const { tokens } = JSON.parse((await post(asking(url))).body) as { tokens: { query: { st: string; e: string } }[] };
    expect(tokens).toHaveLength(1);
    expect(shown.map((each) => each.split('?')[0])).toEqual([film]);
    const query = new URLSearchParams(tokens[0]!.query).toString();
    expect(await verifyUrl(`${film}?${query}`, { format })).toMatchObject({ ok: true });
    expect(await verifyUrl(`${CDN}/x?${query}`, { format })).toMatchObject({ ok: false });
  });

  test.each([
    '/vod/premium/film.mp4',
    '/vod/%70remium/film.mp4',
    '/vod/x/../premium/film.mp4',
    '/vod/premium%2Ffilm.mp4',
    '/vod\\premium\\film.mp4',
  ])('an entitlement hook that compares text is not fooled by %s', async (path) =>
    expect((await post(asking(CDN + path))).status).toBe(403),
  );

  test('what no HTTP message is, is not answered with more than a 4xx', async () => {
    const json = { 'Content-Type': 'application/json' };
    const body = asking(film);
    const messages: [string, string, boolean?][] = [
      ['endless by declaration', head({ ...json, 'Content-Length': '99999999999' }) + body],
      ['more than a number', head({ ...json, 'Content-Length': '9007199254740993000' }) + body],
      ['a negative length', head({ ...json, 'Content-Length': '-1' }) + body],
      ['a length in words', head({ ...json, 'Content-Length': 'all' }) + body],
      ['two lengths', head({ ...json, 'Content-Length': `${body.length}\r\nContent-Length: 1` }) + body],
      ['a length and chunks', head({ ...json, 'Content-Length': 4, 'Transfer-Encoding': 'chunked' }) + body],
      ['shorter than it says', head({ ...json, 'Content-Length': 500 }) + body, true],
      ['chunks without an end', `${head({ ...json, 'Transfer-Encoding': 'chunked' })}5\r\n{"url`, true],
      ['chunks that are none', `${head({ ...json, 'Transfer-Encoding': 'chunked' })}ZZ\r\n{"urls`],
      ['no type', head({ 'Content-Length': body.length }) + body],
      ['two types', head({ 'Content-Type': 'application/json, text/plain', 'Content-Length': body.length }) + body],
      [
        'a host that is none',
        head({ ...json, 'Content-Length': body.length }).replace('app.example.com', 'a b') + body,
      ],
      ['TRACE', head({}).replace('POST', 'TRACE')],
      ['no method', head({ ...json, 'Content-Length': body.length }).replace('POST', 'SIGN') + body],
    ];
    for (const [name, message, leave] of messages) {
      const { status, body: answer } = await rawHttp(port, message, { leave: leave ?? false });
      expect(status, name).toBeGreaterThanOrEqual(400);
      expect(status, name).toBeLessThan(500);
      expect(answer, name).not.toContain('tokens');
    }
    expect(errors).toEqual([]);
    expect(shown).toEqual([]);
    expect((await post(asking(film))).status, 'and it goes on answering').toBe(200);
  });
});
