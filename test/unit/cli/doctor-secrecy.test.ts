import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { hasExpired, isGenuine } from '../../../packages/cli/src/doctor/ask/signers.ts';
import { passOf, tampered } from '../../../packages/cli/src/doctor/ask/pass.ts';
import { firstLine, shown } from '../../../packages/cli/src/shown.ts';
import { runCli } from '../../../packages/cli/src/run-cli.ts';
import { secureLink, azion, signUrl } from '../../../packages/server/src/index.ts';
import { listen } from '../../support/listen.ts';
import type { Listening } from '../../support/listen.ts';

/** As long as many tokens are, in hexadecimal digits. */
const TOKEN = 'abcdefabcdefabcdefabcdefabcdefab12345678';

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

async function serve(answer: (request: Request) => Response): Promise<string> {
  const listening = await listen((request) => Promise.resolve(answer(request)));
  running.push(listening);
  return listening.origin;
}
const doctor = async (...args: string[]): Promise<{ code: number; text: string }> => {
  const code = await runCli(['node', 'secure-token', 'doctor', ...args], '0');
  return { code, text: printed.join('\n') };
};

describe('secure-token doctor, if the endpoint sends a token that makes no request', () => {
  const tokens: readonly (readonly [what: string, token: (origin: string) => object, problem: string])[] = [
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
      '`headers` has a name or a value that no browser sends',
    ],
    [
      'half a surrogate pair',
      () => ({ query: { token: `${TOKEN}\ud800` } }),
      '`query` has a name or a value that no browser sends',
    ],
    ['a list as a value', () => ({ query: { token: [TOKEN] } }), '`query` has a value that is not a text'],
    [
      'an object that has no text',
      () => ({ query: { token: { toString: TOKEN } } }),
      '`query` has a value that is not a text',
    ],
  ];

  test.each(tokens)('%s: says so, and prints no token', async (_, token, problem) => {
    vi.stubEnv('SECURE_TOKEN_SECRET', 'sesame');
    const edge = await serve(() => new Response('no', { status: 403 }));
    const now = Math.floor(Date.now() / 1000);
    const endpoint = await serve(() =>
      Response.json({ now, tokens: [{ expires: now + 300, ...token(edge) }], denied: [] }),
    );
    const { code, text } = await doctor(`${edge}/a.m3u8`, '--endpoint', `${endpoint}/token`, '--json');
    expect(text).not.toContain(TOKEN.slice(0, 20));
    expect(text).toContain(problem);
    expect(code).toBe(1);
  });

  test('the edge is down: says so, and prints no token', async () => {
    const edge = await listen(() => Promise.resolve(new Response()));
    await edge.close();
    const now = Math.floor(Date.now() / 1000);
    const token = { prefix: `${edge.origin}/`, base: 'https://cdn.example.com:8443/a', query: { token: TOKEN } };
    const endpoint = await serve(() => Response.json({ now, tokens: [{ expires: now + 300, ...token }], denied: [] }));
    const { code, text } = await doctor(`${edge.origin}/a.m3u8`, '--endpoint', `${endpoint}/token`);
    expect(text).not.toContain(TOKEN.slice(0, 20));
    expect(text).toContain('endpoint-malformed');
    expect(code).toBe(1);
  });
});

describe('secure-token doctor, if a token is in a path', () => {
  const akamai = `exp=1795500000~acl=/vod/*~hmac=${TOKEN}`;
  const playlist = (uri: string): Response =>
    new Response(`#EXTM3U\n#EXTINF:1,\n${uri}\n#EXT-X-ENDLIST\n`, {
      headers: { 'content-type': 'application/vnd.apple.mpegurl' },
    });

  test('that of the URL is not printed, although nobody knows it', async () => {
    const edge = await serve(() => playlist('a.ts'));
    const { text } = await doctor(`${edge}/${akamai}/vod/a.m3u8`);
    expect(text).not.toContain(TOKEN);
    expect(text).toContain(`${edge}/exp=…~acl=/vod/*~hmac=…/vod/a.m3u8`);
  });

  test('that of a file of the playlist is not printed', async () => {
    const edge = await serve(({ url }) =>
      url.endsWith('/a.m3u8') ? playlist(`/${akamai}/seg.ts`) : new Response('x'),
    );
    const { text } = await doctor(`${edge}/a.m3u8`);
    expect(text).not.toContain(TOKEN);
    expect(text).toContain('/seg.ts');
  });

  const hash = TOKEN.slice(0, 32);
  const options = ['hash={secret}{path}{expires}', 'base=/t/{token}/{expires}', 'encoding=hex'];
  const named = ['--format', 'secureLink', ...options.flatMap((option) => ['--option', option])];

  test('the format that is named takes it off: the doctor asks without it, with it and for the files below', async () => {
    vi.stubEnv('SECURE_TOKEN_SECRET', 'sesame');
    const asked: string[] = [];
    const edge = await serve(({ url }) => {
      asked.push(new URL(url).pathname);
      if (!url.includes(`/t/${hash}/2795500000/`)) return new Response('no', { status: 403 });
      return url.endsWith('.m3u8') ? playlist('a.ts') : new Response('x');
    });
    const { text } = await doctor(`${edge}/t/${hash}/2795500000/vod/a.m3u8`, ...named);
    expect(text).not.toContain(hash);
    expect(text).toMatch(/403 +GET +without a token +\S+:\d+\/vod\/a\.m3u8$/m);
    expect(text).toMatch(/200 +GET +with a valid token +\S+:\d+\/vod\/a\.m3u8$/m);
    expect(text).toMatch(/200 +GET +segment with a valid token +\S+:\d+\/vod\/a\.ts$/m);
    expect(asked).toContain(`/t/${hash}/2795500000/vod/a.m3u8`);
    expect(asked.filter((path) => path.split('/t/').length > 2)).toEqual([]);
  });

  test('one that has expired is not taken for a good one', async () => {
    const format = secureLink({ secret: 'sesame', hash: '{secret}{path}{expires}', base: '/t/{token}/{expires}' });
    const url = await signUrl('https://cdn.example.com/vod/a.m3u8', { format, expires: 1_695_500_000 });
    expect(await hasExpired(format, url)).toBe(true);
    expect(await hasExpired(format, url.replace('/vod/', '/vop/'))).toBe(false);
  });
});

describe('shown', () => {
  test.each([
    `/hdntl=exp=1795500000~acl=!*!vod~hmac=${TOKEN}/vod/a.m3u8`,
    `/vod;token=${TOKEN}/a.m3u8`,
    '/eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIvdm9kLyJ9.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg/a.m3u8',
    '/dQF-8RDdEJJ3BD5aJnWapA,1795500000/a.m3u8',
    `/${TOKEN.toUpperCase()}/a.m3u8`,
    `/vod/${TOKEN}.m3u8`,
    '/bcdn_token=HS256-dQF-8RDdEJJ3BD5aJnWapA&expires=1795500000/a.m3u8',
    '/aB3dE5gH7jK9mN%2B1pQ3sT5vW7yZ%3D/v/a.m3u8',
    `/exp%3D1795500000~hmac%3D${TOKEN.slice(0, 16)}/a.m3u8`,
    `/sig:${TOKEN.slice(0, 28)}/a.m3u8`,
    '/MZXW6YTBOI2GC43UNFXGO3LFON2A4XYZ/a.m3u8',
    '/k3j9x0q2m7v5b8n1c4z6l2p0w9r7ty/a.m3u8',
  ])('%s: the token is an ellipsis', (path) => {
    const text = shown(new URL(path, 'https://cdn.example.com/'));
    const shownRuns = decodeURIComponent(text).match(/[\w-]{12,}/g) ?? [];
    expect(shownRuns).toEqual([]);
    expect(text).toMatch(/…/);
  });

  test.each([
    '/vod/7/master.m3u8',
    '/2026-11-29-the-long-title-of-an-episode/a_1080p.m3u8',
    '/f81d4fae-7dec-11d0-a765-00a0c91e6bf6/init.mp4',
    '/The-Big-Long-Title-of-Season-10_1080p/Episode-10.mp4',
    '/thebiglongtitleofseason10remastered1080p/a%20b.mp4',
  ])('%s: is shown as it is', (path) => {
    const url = `https://cdn.example.com${path}`;
    expect(shown(new URL(`${url}?st=x`))).toBe(url);
  });
});

describe('firstLine', () => {
  test('is the text of a page of failure, and neither a token nor what the doctor has sent', () => {
    const page = `<!doctype html><style>a{}</style><h1>TypeError: no user ${TOKEN}</h1><pre>at x</pre>`;
    expect(firstLine(page, [])).toBe('TypeError: no user …');
    expect(firstLine('\n bad log-in: Bearer viewer-1\nmore', ['Bearer viewer-1'])).toBe('bad log-in: …');
    expect(firstLine('no route for /a?st=x1 or token=x1', [])).toBe('no route for /a?… or token=…');
    expect(firstLine(`\u001b[31m${'long '.repeat(100)}`, [])).toHaveLength(120);
    expect(firstLine('<<<<', [])).toBe('<<<<');
    expect(firstLine('{"title":"No store","detail":"Redis is away","tokens":"x1"}', [])).toBe(
      'No store: Redis is away',
    );
    for (const text of ['{"tokens":[{"query":{"st":"x1"}}]}', '{"tokens":["x1', '["x1"]'])
      expect(firstLine(text, [])).toBe('');
  });
});

describe('passOf', () => {
  test.each([
    ['a header that no client sends', { headers: { 'x-token': `${TOKEN}\nx` } }],
    ['half a surrogate pair', { query: { token: '\ud800' } }],
  ])('%s: is undefined, and throws nothing', (_, token) => {
    expect(passOf(token, 'https://cdn.example.com/a.m3u8', { source: '' })).toBeUndefined();
  });
});

test('a base without a path: the URL begins with its host, and no other', () => {
  const token = { prefix: 'https://cdn.example.com', base: 'https://cdn.example.com:8443', query: { st: 'a' } };
  expect(passOf(token, 'https://cdn.example.com/a.m3u8', { source: '' })?.url).toBe(
    'https://cdn.example.com:8443/a.m3u8?st=a',
  );
});

test('a changed token: changes no host, although the host contains the token', () => {
  const pass = passOf({ headers: { 'x-token': 'cdn' } }, 'https://cdn.example.com/a.m3u8', { source: '' })!;
  expect(tampered(pass)).toMatchObject({ url: pass.url, headers: { 'x-token': expect.not.stringMatching(/^cdn$/) } });
});

test('isGenuine, if a format throws: nobody can say', async () => {
  const format = { ...azion({ secret: 'sesame' }), verify: () => Promise.reject(new Error(TOKEN)) };
  const pass = passOf({ query: { st: TOKEN } }, 'https://cdn.example.com/a.m3u8', { source: '' })!;
  expect(await isGenuine(format, pass)).toBeUndefined();
});

describe('runCli, if a command throws an error that nobody has foreseen', () => {
  /** Lets the doctor fail before its first request. */
  const thrownBy = (error: Error): Promise<{ code: number; text: string }> => {
    vi.spyOn(Date, 'now').mockImplementation(() => {
      throw error;
    });
    return doctor('http://127.0.0.1:9/a.m3u8');
  };

  test('prints its name, its code and where it was thrown, and not its message', async () => {
    const error = Object.assign(new TypeError(`Invalid URL: ${TOKEN}`), { code: 'ERR_INVALID_URL', input: TOKEN });
    const { code, text } = await thrownBy(error);
    expect(code).toBe(2);
    expect(text).toMatch(/^secure-token: TypeError \(ERR_INVALID_URL\)\..*Please report these lines:\n +at /);
    expect(text).not.toContain(TOKEN);
  });

  test('prints the message of an error of the operating system', async () => {
    const error = Object.assign(new Error('listen EADDRINUSE: address already in use 127.0.0.1:8080'), {
      ...{ errno: -98, code: 'EADDRINUSE', syscall: 'listen' },
    });
    const { code, text } = await thrownBy(error);
    expect([code, text]).toEqual([2, `secure-token: ${error.message}`]);
  });
});
