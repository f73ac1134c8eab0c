import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { edgeAuth, signUrl } from '../../packages/server/src/index.ts';
import { runCli } from '../support/cli.ts';
import { hexKey, rsaKey } from '../support/format-samples.ts';

const url = 'https://cdn.example.com/vod/7/a.m3u8';
const folder = mkdtempSync(join(tmpdir(), 'cli-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const otherRsaKey = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();

describe('secure-token --format', () => {
  test('sign, verify and playlist take the format, its options in JSON or as text, and its key', async () => {
    const format = ['--format', 'edgeAuth', '--option', 'acl=["/vod/*"]', '--option', 'sessionId=7a'];
    const until = ['--expires', '1470055000'];
    const { out } = await runCli(['sign', url, ...format, ...until], { secret: hexKey });
    const meant = edgeAuth({ key: hexKey, acl: ['/vod/*'], sessionId: '7a' });
    expect(out).toBe(`${await signUrl(url, { format: meant, expires: 1_470_055_000 })}\n`);
    const verified = await runCli(['verify', out.trim(), ...format, '--now', '1470055000'], { secret: hexKey });
    expect(verified).toMatchObject({ code: 0, out: '200 until 2016-08-01T12:36:40Z\n', err: '' });
    const playlist = ['playlist', '-', '--url', url, ...format, ...until];
    const signed = await runCli(playlist, { secret: hexKey, input: '#EXTM3U\n#EXTINF:4,\na.ts\n' });
    expect(signed.out).toBe(`#EXTM3U\n#EXTINF:4,\na.ts${new URL(out).search}\n`);
  });

  test.each([
    ['cloudFront', url, ['--option', 'carrier=query']],
    ['mux', 'https://stream.mux.com/abc.m3u8', []],
  ])(
    '%s: a file has several keys in PEM, the first one signs, and --key-id names each',
    async (name, asked, options) => {
      const format = ['--format', name, ...options];
      const both = file(`${name}.pem`, `${rsaKey}${otherRsaKey}`);
      const { out } = await runCli(['sign', asked, ...format, '--secret-file', both, '--key-id', 'A', '--key-id', 'B']);
      const withFirst = [...format, '--secret-file', file('first.pem', rsaKey), '--key-id', 'A'];
      expect(await runCli(['verify', out.trim(), ...withFirst])).toMatchObject({ code: 0, err: '' });
      const withSecond = [...format, '--secret-file', file('second.pem', otherRsaKey), '--key-id', 'A'];
      expect(await runCli(['verify', out.trim(), ...withSecond])).toMatchObject({ code: 1, out: '403 signature\n' });
    },
  );

  test('commonAccessToken, whose library comes with the command', async () => {
    const format = ['--format', 'commonAccessToken', '--key-id', 'k'];
    const { out } = await runCli(['sign', url, ...format], { secret: hexKey });
    expect(await runCli(['verify', out.trim(), ...format], { secret: hexKey })).toMatchObject({ code: 0 });
  });

  test('s3: sign makes a presigned URL; verify says at once that only the store can judge', async () => {
    const format = ['--format', 's3', '--key-id', 'AKID', '--option', 'region=eu-central-1'];
    const asked = 'https://films.s3.eu-central-1.amazonaws.com/vod/7/a.m3u8';
    const { code, out } = await runCli(['sign', asked, ...format], { secret: hexKey });
    expect([code, new URL(out).searchParams.get('X-Amz-Credential')]).toEqual([
      0,
      expect.stringMatching(/^AKID\/.*s3/),
    ]);
    const refused = { code: 2, out: '', err: expect.stringContaining('only signs: only the store') };
    expect(await runCli(['verify', out.trim(), ...format], { secret: hexKey })).toMatchObject(refused);
  });

  test('verify says of any format what is known of a refusal', async () => {
    const told = async (asked: string, name: string, ...options: string[]): Promise<string> =>
      (await runCli(['verify', asked, '--format', name, ...options], { secret: hexKey })).err;
    const { out } = await runCli(['sign', url, '--format', 'edgeAuth'], { secret: hexKey });
    expect(await told(url, 'edgeAuth')).toMatch(/no token where edgeAuth looks for it/);
    expect(await told(`${url}?hdnts=1`, 'edgeAuth')).toMatch(/not the form that edgeAuth writes/);
    expect(await told(out.trim(), 'edgeAuth', '--max-ttl', '60')).toMatch(/more than 60 s \(--max-ttl\) ahead/);
    expect(await told(out.trim(), 'edgeAuth', '--option', 'maxTtl=70')).toMatch(/more than 70 s \(--max-ttl\) ahead/);
    expect(await told(out.trim(), 'edgeAuth', '--option', 'salt=x')).toMatch(/secret of SECURE_TOKEN_SECRET: is that/);
  });

  test.each([
    ['a format that is none', ['sign', url, '--format', 'keyCdn'], /--format: this is unknown\. Give one of azion, /],
    ['an option without a value', ['sign', url, '--option', 'exact'], /--option: Give a name and a value/],
    [
      'a token that no URL can carry',
      ['sign', url, '--format', 'edgeAuth', '--option', 'carrier=header'],
      /carrier query/,
    ],
    ['a key as an option', ['sign', url, '--option', 'secret=topsecret'], /--option secret: .*Set SECURE_TOKEN_SECRET/],
    ['keys as an option', ['sign', url, '--option', 'keys=["topsecret"]'], /--option keys: .*Set SECURE_TOKEN_SECRET/],
  ])('%s: exit code 2, and a line that tells what to give', async (_, args, message) => {
    const { code, out, err } = await runCli(args, { secret: hexKey });
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(message);
    expect(err).not.toMatch(/topsecret|\n\s+at /);
    expect(err).not.toContain(hexKey);
  });

  test('a failure that nobody has foreseen is no verdict: exit code 2', async () => {
    const broken = '-----BEGIN PRIVATE KEY-----\nMIIBVQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----\n';
    const format = ['--format', 'mux', '--key-id', 'k', '--secret-file', file('broken.pem', broken)];
    const token =
      'eyJhbGciOiJSUzI1NiIsImtpZCI6ImsiLCJ0eXAiOiJKV1QifQ.eyJzdWIiOiJhYmMiLCJhdWQiOiJ2Iiwia2lkIjoiayIsImV4cCI6NDAwMDAwMDAwMH0.AAAA';
    const { code, err } = await runCli(['verify', `https://stream.mux.com/abc.m3u8?token=${token}`, ...format]);
    expect(code).toBe(2);
    expect(err).not.toContain('MIIBVQIBADANBgkq');
  });
});
