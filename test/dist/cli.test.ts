import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { azion, signUrl, verifyUrl } from '../../packages/server/src/index.ts';
import { runCli } from '../support/cli.ts';

const secret = 'mysecret';
const known = 'http://www.example.org/my/uri?st=m6WCATfRgS_5lcyChCPgrw&e=1470055000';
const bare = 'http://www.example.org/my/uri';
const folder = mkdtempSync(join(tmpdir(), 'cli-'));
const file = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
afterAll(() => rmSync(folder, { recursive: true }));

describe('secure-token sign', () => {
  test("prints the line that Azion's scripts print as they are (other inputs: azion-scripts.test.ts)", async () => {
    expect(await runCli(['sign', bare, '--expires', '1470055000'], { secret })).toEqual({
      code: 0,
      out: `${known}\n`,
      err: '',
    });
  });

  test('the secret may come from a file; the first line signs', async () => {
    for (const content of ['mysecret', 'mysecret\n', 'mysecret\r\nold\r\n']) {
      const args = ['sign', bare, '--expires', '1470055000', '--secret-file', file('secret', content)];
      expect((await runCli(args, { secret: 'another' })).out).toBe(`${known}\n`);
    }
  });

  test('--ttl counts from now, 300 seconds by default; --json', async () => {
    for (const [args, lifetime] of [
      [[], 300],
      [['--ttl', '60'], 60],
    ] as const) {
      const before = Date.now() / 1000;
      const { url, expires } = JSON.parse((await runCli(['sign', bare, '--json', ...args], { secret })).out);
      // whole seconds
      expect(expires).toBeGreaterThan(before + lifetime - 1);
      expect(expires).toBeLessThanOrEqual(Date.now() / 1000 + lifetime);
      expect(await verifyUrl(url, { format: azion({ secret }) })).toMatchObject({ ok: true });
    }
  });

  test('--path-form raw', async () => {
    const { out } = await runCli(['sign', 'https://h/a%20b', '--expires', '1470055000', '--path-form', 'raw'], {
      secret,
    });
    const format = azion({ secret, pathForm: 'raw' });
    expect(out.trim()).toBe(await signUrl('https://h/a%20b', { format, expires: 1_470_055_000 }));
  });
});

describe('--depth', () => {
  const at = 'https://h/live/7';
  const token = 'st=N0FRwVnSNd2jHjC4uqrlAg&e=1470055000';

  test('sign and playlist sign the folder, verify accepts it and the token of one path', async () => {
    const until = ['--expires', '1470055000'];
    expect((await runCli(['sign', `${at}/a.m3u8`, ...until, '--depth', '2'], { secret })).out).toBe(
      `${at}/a.m3u8?${token}\n`,
    );
    const playlist = ['playlist', '-', '--url', `${at}/a.m3u8`, ...until, '--depth', '2'];
    const { out } = await runCli(playlist, { secret, input: '#EXTM3U\n#EXTINF:4,\ns1.ts\n#EXTINF:4,\nhd/s2.ts\n' });
    expect(out).toBe(`#EXTM3U\n#EXTINF:4,\ns1.ts?${token}\n#EXTINF:4,\nhd/s2.ts?${token}\n`);
    const verify = async (url: string, ...args: string[]): Promise<string> =>
      (await runCli(['verify', url, '--now', '1470055000', ...args], { secret })).out;
    expect(await verify(`${at}/b.ts?${token}`, '--depth', '2')).toMatch(/^200 until/);
    expect(await verify(known, '--depth', '1')).toMatch(/^200 until/);
    expect(await verify(`${at}/b.ts?${token}`)).toBe('403 signature\n');
  });

  test.each(['0', '-1', '1.5', 'two'])('%s is no depth', async (depth) => {
    const { code, out, err } = await runCli(['sign', bare, `--depth=${depth}`], { secret });
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/depth/);
  });
});

describe('secure-token verify', () => {
  const verify = (url: string, ...args: string[]) => runCli(['verify', url, ...args], { secret });

  test('exit code and line say what an edge would answer', async () => {
    expect(await verify(known, '--now', '1470055000')).toMatchObject({
      code: 0,
      out: '200 until 2016-08-01T12:36:40Z\n',
    });
    expect(await verify(known)).toMatchObject({ code: 1, out: '410 expired\n' });
    expect(await verify(known.replace('m6', 'm7'))).toMatchObject({ code: 1, out: '403 signature\n' });
    expect(await verify(bare)).toMatchObject({ code: 1, out: '403 missing\n' });
    expect(await verify('no URL')).toMatchObject({ code: 1, out: '403 malformed\n' });
    expect(await verify(known, '--now', '1470000000', '--max-ttl', '60')).toMatchObject({
      code: 1,
      out: '403 malformed\n',
    });
  });

  test('standard error says what is known of a refusal, and never the secret', async () => {
    const at = ['--now', '1470055000'];
    const told = async (url: string, ...args: string[]): Promise<string> => {
      const { err, out } = await verify(url, ...at, ...args);
      expect(out + err).not.toContain(secret);
      return err;
    };
    const forged = known.replace('m6', 'm7');
    expect(await told(forged)).toMatch(
      /^The form of the token is right, .*secret of SECURE_TOKEN_SECRET: is that the secret of the CDN/,
    );
    const secretFile = file('of-another-cdn', 'other\n');
    expect(await told(known, '--secret-file', secretFile)).toContain(`secret of ${secretFile}:`);
    const { out: raw } = await runCli(['sign', 'https://h/a%20b', '--expires', '1470055000', '--path-form', 'raw'], {
      secret,
    });
    expect(await told(raw.trim())).toMatch(/other path form: --path-form raw accepts it/);
    const { out: folder } = await runCli(['sign', 'https://h/live/7/a', '--expires', '1470055000', '--depth', '2'], {
      secret,
    });
    expect(await told(folder.trim())).toMatch(/token of a folder: --depth 2 accepts it/);
    expect(await told(known, '--now', '1470055001')).toMatch(/^The signature is right\. .*sign the URL again/);
    expect(await told(known, '--now', '1470000000', '--max-ttl', '60')).toMatch(/more than 60 s \(--max-ttl\) ahead/);
    expect(await told(bare)).toMatch(/no token where azion looks for it/);
    expect(await told(`${known}=`)).toMatch(/not the form that azion writes/);
    expect(await told(forged, '--json')).toBe('');
    expect(await told(known)).toBe('');
  });

  test('a secret that comes through a pipe is read once, and the exit code is that of the verdict', async () => {
    const args = ['verify', known.replace('m6', 'm7'), '--now', '1470055000', '--secret-file', '-'];
    expect(await runCli(args, { input: `${secret}\n` })).toMatchObject({ code: 1, out: '403 signature\n' });
  });

  test('--json, and every line of a secret file verifies', async () => {
    const args = [
      'verify',
      known,
      '--now',
      '1470055000',
      '--json',
      '--secret-file',
      file('secrets', 'new\nmysecret\n'),
    ];
    const { code, out } = await runCli(args);
    expect([code, JSON.parse(out)]).toEqual([0, { ok: true, expires: 1_470_055_000, url: bare }]);
    expect(JSON.parse((await verify(bare, '--json')).out)).toEqual({ ok: false, status: 403, reason: 'missing' });
  });
});

describe('secure-token playlist', () => {
  const text = '#EXTM3U\n#EXTINF:4,\nseg1.ts?x=1\n#EXTINF:4,\nhttps://elsewhere.example/a.ts\n';
  const args = ['--url', 'https://cdn.example.com/vod/i.m3u8', '--expires', '1470055000'];

  test('signs every URI of a file or of standard input', async () => {
    const format = azion({ secret });
    const url = await signUrl('https://cdn.example.com/vod/seg1.ts?x=1', { format, expires: 1_470_055_000 });
    const expected = text.replace('seg1.ts?x=1', url.slice('https://cdn.example.com/vod/'.length));
    expect(await runCli(['playlist', file('i.m3u8', text), ...args], { secret })).toEqual({
      code: 0,
      out: expected,
      err: '',
    });
    expect((await runCli(['playlist', '-', ...args], { secret, input: text })).out).toBe(expected);
    const json = await runCli(['playlist', '-', ...args, '--json'], { secret, input: text });
    expect(JSON.parse(json.out)).toEqual({ playlist: expected, expires: 1_470_055_000 });
  });

  test('whoever reads the output may leave early', async () => {
    const long = file('long.m3u8', `#EXTM3U\n${'#EXTINF:4,\nseg.ts\n'.repeat(50_000)}`);
    const { code, err } = await runCli(['playlist', long, ...args], { secret, leaveEarly: true });
    expect([code, err]).toEqual([0, '']);
  });
});

describe('a call that cannot work', () => {
  test.each(['sign', 'verify', 'doctor'])('%s --secret=…: the secret is not repeated', async (command) => {
    const { code, out, err } = await runCli([command, bare, "--secret=it's\nmysecret'"]);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/^error: unknown option '…'$/m);
    expect(err).not.toContain('mysecret');
  });

  test.each([
    ['no secret', ['sign', bare], {}, /SECURE_TOKEN_SECRET/],
    ['an empty secret', ['sign', bare], { secret: '' }, /SECURE_TOKEN_SECRET/],
    [
      'a secret file that is not there',
      ['sign', bare, '--secret-file', '/none'],
      {},
      /--secret-file cannot be read \(ENOENT\)/,
    ],
    ['an empty secret file', ['sign', bare, '--secret-file', '/dev/null'], {}, /is empty/],
    ['a relative URL', ['sign', '/my/uri'], { secret }, /absolute URL/],
    ['a path that is never signed', ['sign', 'https://h/a//b'], { secret }, /in different ways/],
    ['dot segments', ['sign', 'https://h/a/%2E./b?c'], { secret }, /dot segments/],
    ['a backslash', ['sign', 'https://h/a\\b'], { secret }, /backslashes/],
    ['a line break', ['sign', 'https://h/a\nb'], { secret }, /line breaks/],
    ['an expiry with a leading zero', ['sign', bare, '--expires', '01470055000'], { secret }, /leading zeros/],
    ['an expiry in words', ['sign', bare, '--expires', 'tomorrow'], { secret }, /whole number/],
    ['an expiry of nine digits', ['sign', bare, '--expires', '999999999'], { secret }, /ten digits/],
    ['two expiries', ['sign', bare, '--expires', '1470055000', '--ttl', '5'], { secret }, /cannot be used with/],
    ['the secret as an argument', ['sign', bare, '--secret', 'x'], { secret }, /unknown option/],
    ['a playlist without its URL', ['playlist', '-'], { secret }, /--url/],
    [
      'a playlist that is none',
      ['playlist', '-', '--url', 'https://h/i.m3u8'],
      { secret, input: 'x' },
      /not an HLS playlist/,
    ],
    [
      'an expiry no URI can have',
      ['playlist', '-', '--url', 'https://h/i', '--expires', '1'],
      { secret, input: '#EXTM3U' },
      /ten digits/,
    ],
    ['an unknown command', ['sing', bare], { secret }, /unknown command/],
  ])('%s: exit code 2, and a line that tells why', async (_, args, options, message) => {
    const { code, out, err } = await runCli(args, options);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(message);
    expect(err).not.toMatch(/mysecret|\n\s+at /);
  });

  test('--help and --version are no failures', async () => {
    for (const args of [['--help'], ['sign', '--help'], ['doctor', '--help']]) {
      const { code, out } = await runCli(args);
      expect([code, out.split('\n')[0]]).toEqual([0, expect.stringContaining('Usage: secure-token')]);
    }
    const { version } = JSON.parse(readFileSync('packages/cli/package.json', 'utf8'));
    expect(await runCli(['--version'])).toMatchObject({ code: 0, out: `${version}\n` });
  });
});
