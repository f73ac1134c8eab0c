import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { runCli } from '../../../packages/cli/src/run-cli.ts';
import { azion, bunny, cloudFront, edgeAuth, mediaCdn, signUrl } from '../../../packages/server/src/index.ts';
import { commonAccessToken } from '../../../packages/server/src/cat.ts';
import { jwt } from '../../../packages/server/src/jwt.ts';
import type { TokenFormat } from '../../../packages/server/src/index.ts';
import { base64Key, hexKey, rsaKey } from '../../support/format-samples.ts';

const END = 2_000_000_000;
const film = 'https://cdn.example.com/vod/7/a.m3u8';
const said = { out: '', err: '' };

beforeEach(() => {
  vi.stubEnv('SECURE_TOKEN_SECRET', '');
  vi.spyOn(console, 'log').mockImplementation((text: string) => {
    said.out += `${text}\n`;
  });
  vi.spyOn(console, 'error').mockImplementation((text: string) => {
    said.err += `${text}\n`;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

async function verify(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  Object.assign(said, { out: '', err: '' });
  const code = await runCli(['node', 'secure-token', 'verify', ...args], '0');
  return { code, ...said };
}
const signed = (format: TokenFormat, expires = END): Promise<string> => signUrl(film, { format, expires });
const akamai = edgeAuth({ key: hexKey, acl: ['/vod/*', '/live/*'], maxTtl: Infinity });

describe('secure-token verify without a secret', () => {
  test.each<[string, TokenFormat, RegExp[]]>([
    ['edgeAuth', akamai, [/^It opens: \/vod\/\*!\/live\/\*$/m]],
    ['bunny', bunny({ secret: 'a secret', maxTtl: Infinity }), [/^It opens: \/vod\/7\/$/m]],
    [
      'cloudFront',
      cloudFront({ keys: [{ id: 'K2', privateKey: rsaKey }], carrier: 'query', maxTtl: Infinity }),
      [/^It opens: https:\/\/cdn\.example\.com\/vod\/7\/\*$/m, /^Its key: K2$/m],
    ],
    [
      'mediaCdn',
      mediaCdn({ keys: [{ name: 'k1', key: base64Key }], carrier: 'query', maxTtl: Infinity }),
      [/^It opens: https:\/\/cdn\.example\.com\/vod\/7\/…$/m, /^Its key: k1$/m],
    ],
    [
      'jwt',
      jwt({
        algorithm: 'HS256',
        keys: [{ key: 'a secret of 32 characters and more' }],
        claims: ({ pathname }) => ({ sub: pathname, level: { of: [2] } }),
        maxTtl: Infinity,
      }),
      [/^It says: .*sub "\/vod\/7\/a\.m3u8", level \{"of": \[2\]\}/m, /exp 2033-05-18T03:33:20Z/],
    ],
    [
      'commonAccessToken',
      commonAccessToken({ keys: [{ id: 'k', key: hexKey }], maxTtl: Infinity }),
      [/^It opens: URLs of which .*path begins with "\/vod\/7\/"$/m, /^Its key: k$/m, /^It says: .*exp 2033-/m],
    ],
    ['azion', azion({ secret: 'a secret', maxTtl: Infinity }), [/^It opens: this path, or with --depth/m]],
  ])('%s: says what the token says, and that nobody has checked it', async (name, format, parts) => {
    const { code, out, err } = await verify(await signed(format));
    expect(code).toBe(2);
    expect(out).toBe('unchecked, expires 2033-05-18T03:33:20Z\n');
    expect(err).toContain(`--format ${name}.`);
    for (const part of parts) expect(err).toMatch(part);
    expect(err).toMatch(/^Nobody has checked the signature\. Set SECURE_TOKEN_SECRET/m);
  });

  test('exits with 1 for a token that has expired, as of --now', async () => {
    const url = await signed(akamai);
    expect(await verify(url, '--now', String(END))).toMatchObject({ code: 2 });
    const { code, out, err } = await verify(url, '--now', String(END + 1));
    expect(code).toBe(1);
    expect(out).toBe('expired since 2033-05-18T03:33:20Z\n');
    expect(err).toMatch(/Nobody has checked/);
  });

  test('with --json says the same to programs', async () => {
    const { code, out, err } = await verify(await signed(akamai), '--json');
    expect(code).toBe(2);
    expect(err).toBe('');
    expect(JSON.parse(out)).toEqual({
      ok: false,
      reason: 'unchecked',
      format: 'edgeAuth',
      expires: END,
      opens: '/vod/*!/live/*',
      claims: [],
    });
  });

  test('names no end for a token that carries none', async () => {
    const alibaba = 'auth_key=1470055000-0-0-00112233445566778899aabbccddeeff';
    const { code, out, err } = await verify(`${film}?${alibaba}`);
    expect(code).toBe(2);
    expect(out).toBe('unchecked\n');
    expect(err).toMatch(/signed at 2016-08-01T12:36:40Z/);
  });

  test('leaves a presigned URL to its store, with a secret too', async () => {
    vi.stubEnv('SECURE_TOKEN_SECRET', 'a secret');
    const query = 'X-Amz-Credential=AKID%2F2013&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-Signature=00ff';
    const { code, out, err } = await verify(`https://bucket.s3.amazonaws.com/a.mp4?${query}`);
    expect(code).toBe(1);
    expect(out).toBe('expired since 2013-05-25T00:00:00Z\n');
    expect(err).toMatch(/--format s3.*\n.*this file\nIts key: AKID\n.*secure-token doctor URL asks the store/s);
  });

  test('prints no control character that a stranger has written into a token', async () => {
    const evil = '\u001b[2J\u009b31m\u202e';
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const url = `${film}?token=${part({ alg: 'HS256', kid: evil })}.${part({ [evil]: evil, exp: END })}.AAAA`;
    for (const form of [[], ['--json']]) {
      const { out, err } = await verify(url, ...form);
      expect(out + err).not.toMatch(/[^\n\P{Cc}]|\p{Cf}/u);
    }
    const { err } = await verify(`${film}?hdnts=exp=${END}~acl=${encodeURIComponent(evil)}~hmac=00`);
    expect(err).not.toMatch(/[^\n\P{Cc}]|\p{Cf}/u);
  });
});

test('verify --max-ttl refuses a token that ends further ahead, and says so', async () => {
  vi.stubEnv('SECURE_TOKEN_SECRET', 'mysecret');
  const known = 'http://www.example.org/my/uri?st=m6WCATfRgS_5lcyChCPgrw&e=1470055000';
  const at = ['--now', '1470054000'];
  expect(await verify(known, ...at, '--max-ttl', '1000')).toMatchObject({ code: 0 });
  const { code, out, err } = await verify(known, ...at, '--max-ttl', '999');
  expect(code).toBe(1);
  expect(out).toBe('403 malformed\n');
  expect(err).toMatch(/further ahead than --max-ttl allows/);
});
