import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runProgram } from '../support/cli.ts';
import { hexKey } from '../support/format-samples.ts';

const secret = 'mysecret';
const bare = 'http://www.example.org/my/uri';
const known = `${bare}?st=m6WCATfRgS_5lcyChCPgrw&e=1470055000`;
const film = 'https://cdn.example.com/vod/7/a.m3u8';

test('secure-token reads a secret once that comes through a pipe, and takes every line of a file', async () => {
  const args = ['verify', known, '--now', '1470055000', '--json', '--secret-file', '-'];
  const { code, out } = await runProgram(args, { input: `new\n${secret}\n` });
  expect(code).toBe(0);
  expect(JSON.parse(out)).toEqual({ ok: true, expires: 1_470_055_000, url: bare });
});

test('the libraries of Common Access Tokens and of S3 come with the command', async () => {
  const cat = ['--format', 'commonAccessToken', '--key-id', 'k'];
  const { out } = await runProgram(['sign', film, ...cat], { secret: hexKey });
  expect(await runProgram(['verify', out.trim(), ...cat], { secret: hexKey })).toMatchObject({ code: 0 });
  const s3 = ['--format', 's3', '--key-id', 'AKID', '--option', 'region=eu-central-1'];
  const presigned = await runProgram(['sign', 'https://films.s3.eu-central-1.amazonaws.com/a', ...s3], {
    secret: hexKey,
  });
  expect(new URL(presigned.out).searchParams.get('X-Amz-Credential')).toMatch(/^AKID\/.*s3/);
});

test('a call that cannot work exits with 2, and a verdict against a token with 1', async () => {
  expect(await runProgram(['sign', bare])).toMatchObject({ code: 2, out: '' });
  expect(await runProgram(['verify', known], { secret })).toMatchObject({ code: 1, out: '410 expired\n' });
});

test('--help and --version exit with 0, and who reads the output may leave early', async () => {
  const { code, out } = await runProgram(['doctor', '--help']);
  expect(code).toBe(0);
  expect(out.split('\n')[0]).toEqual(expect.stringContaining('Usage: secure-token'));
  const { version } = JSON.parse(readFileSync('packages/cli/package.json', 'utf8')) as { version: string };
  expect(await runProgram(['--version'])).toMatchObject({ code: 0, out: `${version}\n` });
  expect(await runProgram(['sign', '--help'], { leaveEarly: true })).toMatchObject({ code: 0, err: '' });
});
