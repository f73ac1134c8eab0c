import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { passOf, tampered } from '../../../packages/cli/src/doctor/ask/pass.ts';
import { runCli } from '../../../packages/cli/src/run-cli.ts';
import { firstLine, shown } from '../../../packages/cli/src/shown.ts';
import { listen } from '../../support/listen.ts';
import type { Listening } from '../../support/listen.ts';

/** As long as many tokens are, in hexadecimal digits. */
const TOKEN = 'abcdefabcdefabcdefabcdefabcdefab12345678';
const now = Math.floor(Date.now() / 1000);

const running: Listening[] = [];
let printed: string[] = [];
beforeEach(() => {
  printed = [];
  for (const name of ['log', 'error'] as const) {
    vi.spyOn(console, name).mockImplementation((...parts: unknown[]) => {
      printed.push(parts.map((part) => (typeof part === 'string' ? part : inspect(part))).join(' '));
    });
  }
});
afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await Promise.all(running.splice(0).map((each) => each.close()));
});

async function serve(answer: (request: Request) => Response | Promise<Response>): Promise<string> {
  const listening = await listen(async (request) => answer(request));
  running.push(listening);
  return listening.origin;
}
const doctor = async (...args: string[]): Promise<{ code: number; text: string }> => {
  const code = await runCli(['node', 'secure-token', 'doctor', ...args], '0');
  return { code, text: printed.join('\n') };
};
const playlist = (uri: string): Response =>
  new Response(`#EXTM3U\n#EXTINF:1,\n${uri}\n#EXT-X-ENDLIST\n`, {
    headers: { 'content-type': 'application/vnd.apple.mpegurl' },
  });

describe('the doctor prints no token', () => {
  test.each<[string, (origin: string) => object, string]>([
    [
      'a base that is no folder',
      (origin) => ({ prefix: `${origin}/`, base: 'https://cdn.example.com:8443/a', query: { token: TOKEN } }),
      '`base` does not end with a slash',
    ],
    [
      'a base with a query',
      (origin) => ({ prefix: `${origin}/`, base: `${origin}/?token=${TOKEN}/` }),
      '`base` has a query or a fragment',
    ],
    [
      'a header with a line break',
      () => ({ headers: { 'x-token': `${TOKEN}\nx` } }),
      '`headers` has a name or a value',
    ],
    ['half a surrogate pair', () => ({ query: { token: `${TOKEN}\ud800` } }), '`query` has a name or a value that no'],
    ['a list', () => ({ query: { token: [TOKEN] } }), '`query` has a value that is not a text'],
    ['what has no text', () => ({ query: { token: { toString: TOKEN } } }), '`query` has a value that is not a text'],
  ])('of an endpoint that sends %s, and says so', async (_, token, problem) => {
    const edge = await serve(() => new Response('no', { status: 403 }));
    const endpoint = await serve(() => Response.json({ now, tokens: [{ expires: now + 300, ...token(edge) }] }));
    const { code, text } = await doctor(`${edge}/a.m3u8`, '--endpoint', `${endpoint}/token`, '--json');
    expect(text).not.toContain(TOKEN.slice(0, 20));
    expect(text).toContain(problem);
    expect(code).toBe(1);
  });

  test('of a path, although nobody knows it: neither of the URL nor of a file of the playlist', async () => {
    const akamai = `exp=1795500000~acl=/vod/*~hmac=${TOKEN}`;
    const edge = await serve(({ url }) => (url.endsWith('.m3u8') ? playlist(`/${akamai}/seg.ts`) : new Response('x')));
    const { text } = await doctor(`${edge}/${akamai}/vod/a.m3u8`);
    expect(text).not.toContain(TOKEN);
    expect(text).toContain(`${edge}/exp=…~acl=/vod/*~hmac=…/vod/a.m3u8`);
    expect(text).toContain('/seg.ts');
  });

  test('of a path in the named format, and asks without it, with it and for the files below', async () => {
    vi.stubEnv('SECURE_TOKEN_SECRET', 'sesame');
    const hash = TOKEN.slice(0, 32);
    const edge = await serve(({ url }) => {
      if (!url.includes(`/t/${hash}/2795500000/`)) return new Response('no', { status: 403 });
      return url.endsWith('.m3u8') ? playlist('a.ts') : new Response('x');
    });
    const options = ['hash={secret}{path}{expires}', 'base=/t/{token}/{expires}', 'encoding=hex'];
    const named = ['--format', 'secureLink', ...options.flatMap((option) => ['--option', option])];
    const { text } = await doctor(`${edge}/t/${hash}/2795500000/vod/a.m3u8`, ...named);
    expect(text).not.toContain(hash);
    expect(text).toMatch(/403 +GET +without a token +\S+:\d+\/vod\/a\.m3u8$/m);
    expect(text).toMatch(/200 +GET +with a valid token +\S+:\d+\/vod\/a\.m3u8$/m);
    expect(text).toMatch(/200 +GET +segment with a valid token +\S+:\d+\/vod\/a\.ts$/m);
  });

  test('nor a query of the endpoint', async () => {
    const { text } = await doctor('http://127.0.0.1:9/a.m3u8', '--endpoint', 'http://127.0.0.1:9/t?key=SECRET');
    expect(text).toMatch(/endpoint-unreachable\n +http:\/\/127\.0\.0\.1:9\/t\n/);
    expect(text).not.toContain('SECRET');
  });
});

describe('the doctor prints no control character of a server', () => {
  /** Colours what follows, and goes to another line: in ASCII, as a C1 control, and as an override of the direction. */
  const evil = '\u001b[31m\u009b2J\u0085\u007f\u202e';
  const inHeader = '\u009b31m\u0085';
  const deny = { status: 403, headers: { 'cache-control': `public, ${inHeader}` } };

  test.each<[string, (origin: string) => Response, (() => Response)?]>([
    ['Cache-Control of a refusal', () => new Response('no', deny)],
    ['Location', () => new Response(null, { status: 302, headers: { location: `/a${inHeader}?${inHeader}` } })],
    ['a URI of a playlist', () => playlist(`a${evil}.ts`)],
    ['a problem', () => new Response('no'), () => Response.json({ title: evil, detail: evil }, { status: 500 })],
    ['a page of failure', () => new Response('no'), () => new Response(`<h1>${evil}</h1>`, { status: 500 })],
    [
      'members of a token',
      () => new Response('no', { status: 403 }),
      () => Response.json({ now, tokens: [{ expires: now + 300, prefix: evil, headers: { [evil]: evil } }] }),
    ],
    ['what is denied', () => new Response('no'), () => Response.json({ now, tokens: [], denied: [evil] })],
  ])('%s: neither in words nor with --json', async (_, answer, call) => {
    const edge = await serve(({ url }) => answer(new URL(url).origin));
    const endpoint = call ? ['--endpoint', `${await serve(call)}/token`] : [];
    for (const form of [[], ['--json']]) {
      const { text } = await doctor(`${edge}/a.m3u8`, ...endpoint, ...form);
      expect(text).not.toMatch(/[^\n\P{Cc}]|\p{Cf}/u);
    }
  });
});

describe('shown', () => {
  test.each([
    `/hdntl=exp=1795500000~acl=!*!vod~hmac=${TOKEN}/vod/a.m3u8`,
    `/vod;token=${TOKEN}/a.m3u8`,
    '/eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIvdm9kLyJ9.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg/a.m3u8',
    '/dQF-8RDdEJJ3BD5aJnWapA,1795500000/a.m3u8',
    `/vod/${TOKEN.toUpperCase()}.m3u8`,
    '/aB3dE5gH7jK9mN%2B1pQ3sT5vW7yZ%3D/v/a.m3u8',
    `/exp%3D1795500000~hmac%3D${TOKEN.slice(0, 16)}/a.m3u8`,
    '/MZXW6YTBOI2GC43UNFXGO3LFON2A4XYZ/a.m3u8',
    '/k3j9x0q2m7v5b8n1c4z6l2p0w9r7ty/a.m3u8',
  ])('writes an ellipsis for the token in %s', (path) => {
    const text = shown(new URL(path, 'https://cdn.example.com/'));
    expect(decodeURIComponent(text).match(/[\w-]{12,}/g) ?? []).toEqual([]);
    expect(text).toMatch(/…/);
  });

  test.each([
    '/2026-11-29-the-long-title-of-an-episode/a_1080p.m3u8',
    '/f81d4fae-7dec-11d0-a765-00a0c91e6bf6/init.mp4',
    '/The-Big-Long-Title-of-Season-10_1080p/Episode-10.mp4',
    '/thebiglongtitleofseason10remastered1080p/a%20b.mp4',
  ])('leaves %s', (path) => {
    const url = `https://cdn.example.com${path}`;
    expect(shown(new URL(`${url}?st=x`))).toBe(url);
  });
});

test('firstLine is the text of a page of failure, without a token and without what the doctor has sent', () => {
  const page = `<!doctype html><style>a{}</style><h1>TypeError: no user ${TOKEN}</h1><pre>at x</pre>`;
  expect(firstLine(page, [])).toBe('TypeError: no user …');
  expect(firstLine('\n bad log-in: Bearer viewer-1\nmore', ['Bearer viewer-1'])).toBe('bad log-in: …');
  expect(firstLine('no route for /a?st=x1 or token=x1', [])).toBe('no route for /a?… or token=…');
  expect(firstLine(`\u001b[31m${'long '.repeat(100)}`, [])).toHaveLength(120);
  expect(firstLine('{"title":"No store","detail":"Redis is away","tokens":"x1"}', [])).toBe('No store: Redis is away');
  for (const text of ['{"tokens":[{"query":{"st":"x1"}}]}', '{"tokens":["x1', '["x1"]'])
    expect(firstLine(text, [])).toBe('');
});

test('a changed token changes no host, although the token has chosen the host', () => {
  const moved = { prefix: 'https://cdn.example.com', base: 'https://sesame.example.com', query: { st: 'sesame' } };
  const pass = passOf(moved, 'https://cdn.example.com/a', { source: '' });
  expect(pass.url).toBe('https://sesame.example.com/a?st=sesame');
  expect(tampered(pass)?.url).toMatch(/^https:\/\/sesame\.example\.com\/a\?st=(?!sesame$)\w{6}$/);
});

describe('an error that nobody has foreseen', () => {
  /** Lets the doctor fail before its first request. */
  const thrownBy = (error: Error): Promise<{ code: number; text: string }> => {
    vi.spyOn(Date, 'now').mockImplementation(() => {
      throw error;
    });
    return doctor('http://127.0.0.1:9/a.m3u8');
  };

  test('is printed with name, code and place, and without its message', async () => {
    const error = Object.assign(new TypeError(`Invalid URL: ${TOKEN}`), { code: 'ERR_INVALID_URL', input: TOKEN });
    const { code, text } = await thrownBy(error);
    expect(code).toBe(2);
    expect(text).toMatch(/^secure-token: TypeError \(ERR_INVALID_URL\)\..*Please report these lines:\n +at /);
    expect(text).not.toContain(TOKEN);
  });

  test('of the operating system is printed with its message', async () => {
    const error = Object.assign(new Error('connect EACCES 127.0.0.1:8080'), { errno: -13, syscall: 'connect' });
    expect(await thrownBy(error)).toEqual({ code: 2, text: `secure-token: ${error.message}` });
  });
});
