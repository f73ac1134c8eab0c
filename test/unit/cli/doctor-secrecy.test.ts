import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { isGenuine } from '../../../packages/cli/src/doctor/ask/signers.ts';
import { passOf, tampered } from '../../../packages/cli/src/doctor/ask/pass.ts';
import { runCli } from '../../../packages/cli/src/run-cli.ts';
import { secureToken } from '../../../packages/server/src/index.ts';
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
      'a base without a path',
      (origin) => ({ prefix: `${origin}/`, base: 'https://cdn.example.com:8443', query: { token: TOKEN } }),
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
    const token = { prefix: `${edge.origin}/`, base: 'https://cdn.example.com:8443', query: { token: TOKEN } };
    const endpoint = await serve(() => Response.json({ now, tokens: [{ expires: now + 300, ...token }], denied: [] }));
    const { code, text } = await doctor(`${edge.origin}/a.m3u8`, '--endpoint', `${endpoint}/token`);
    expect(text).not.toContain(TOKEN.slice(0, 20));
    expect(text).toContain('endpoint-malformed');
    expect(code).toBe(1);
  });
});

describe('passOf', () => {
  test.each([
    ['a base that makes no URL', { base: 'https://cdn.example.com:8443', query: { token: TOKEN } }],
    ['a header that no client sends', { headers: { 'x-token': `${TOKEN}\nx` } }],
    ['half a surrogate pair', { query: { token: '\ud800' } }],
  ])('%s: is undefined, and throws nothing', (_, token) => {
    expect(passOf(token, 'https://cdn.example.com/a.m3u8')).toBeUndefined();
  });
});

test('a changed token: changes no host, although the host contains the token', () => {
  const pass = passOf({ headers: { 'x-token': 'cdn' } }, 'https://cdn.example.com/a.m3u8')!;
  expect(tampered(pass)).toMatchObject({ url: pass.url, headers: { 'x-token': expect.not.stringMatching(/^cdn$/) } });
});

test('isGenuine, if a format throws: nobody can say', async () => {
  const format = { ...secureToken({ secret: 'sesame' }), verify: () => Promise.reject(new Error(TOKEN)) };
  const pass = passOf({ query: { st: TOKEN } }, 'https://cdn.example.com/a.m3u8')!;
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
