import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { azion, edgeAuth, signUrl, verifyUrl } from '../../../packages/server/src/index.ts';
import { runCommand } from '../../support/cli.ts';
import { FILM, PAGE, SECRET, nodeEdge, ourEdge, ourEndpoint } from '../../support/doctor-setups.ts';
import type { Server } from '../../support/doctor-setups.ts';
import { hexKey, rsaKey } from '../../support/format-samples.ts';
import { listen } from '../../support/listen.ts';
import type { Listening } from '../../support/listen.ts';

const secret = 'mysecret';
const bare = 'http://www.example.org/my/uri';
const known = `${bare}?st=m6WCATfRgS_5lcyChCPgrw&e=1470055000`;
const film = 'https://cdn.example.com/vod/7/a.m3u8';
const until = ['--expires', '1470055000'];

const folder = mkdtempSync(join(tmpdir(), 'cli-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

describe('secure-token sign', () => {
  test("prints the line that Azion's scripts print (other inputs: azion-scripts.test.ts)", async () => {
    expect(await runCommand(['sign', bare, ...until], { secret })).toEqual({ code: 0, out: `${known}\n`, err: '' });
  });

  test('takes the secret from a file, whose first line signs', async () => {
    const args = ['sign', bare, ...until, '--secret-file', file('secret', 'mysecret\r\nold\r\n')];
    expect((await runCommand(args, { secret: 'another' })).out).toBe(`${known}\n`);
  });

  test('signs for 300 seconds from now, and prints JSON', async () => {
    const before = Math.floor(Date.now() / 1000);
    const { url, expires } = JSON.parse((await runCommand(['sign', bare, '--json'], { secret })).out);
    expect(expires).toBeGreaterThanOrEqual(before + 300);
    expect(expires).toBeLessThanOrEqual(Date.now() / 1000 + 300);
    expect(await verifyUrl(url, { format: azion({ secret }) })).toMatchObject({ ok: true });
  });

  test('signs the path as it stands with --path-form raw, and a folder with --depth', async () => {
    const raw = await runCommand(['sign', 'https://h/a%20b', ...until, '--path-form', 'raw'], { secret });
    const format = azion({ secret, pathForm: 'raw' });
    expect(raw.out.trim()).toBe(await signUrl('https://h/a%20b', { format, expires: 1_470_055_000 }));
    const ofFolder = await runCommand(['sign', 'https://h/live/7/a.m3u8', ...until, '--depth', '2'], { secret });
    expect(ofFolder.out).toBe('https://h/live/7/a.m3u8?st=N0FRwVnSNd2jHjC4uqrlAg&e=1470055000\n');
  });

  test('takes a format, its options in JSON, as text and from a file, and its key', async () => {
    const options = file('options.json', '{ "sessionId": "7a", "param": "x" }');
    const format = ['--format', 'edgeAuth', '--option', 'acl=["/vod/*"]', '--option', 'param=hdnea'];
    const { out } = await runCommand(['sign', film, ...format, '--options-file', options, ...until], {
      secret: hexKey,
    });
    const meant = edgeAuth({ key: hexKey, acl: ['/vod/*'], sessionId: '7a', param: 'hdnea' });
    expect(out).toBe(`${await signUrl(film, { format: meant, expires: 1_470_055_000 })}\n`);
  });

  test('takes several keys in PEM from a file: the first signs, and --key-id names each', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const other = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const format = ['--format', 'cloudFront', '--option', 'carrier=query', '--key-id', 'A'];
    const both = file('both.pem', rsaKey + other);
    const { out } = await runCommand(['sign', film, ...format, '--secret-file', both, '--key-id', 'B']);
    const verify = async (key: string) =>
      runCommand(['verify', out.trim(), ...format, '--secret-file', file('one.pem', key)]);
    expect(await verify(rsaKey)).toMatchObject({ code: 0, err: '' });
    expect(await verify(other)).toMatchObject({ code: 1, out: '403 signature\n' });
  });

  test('makes Common Access Tokens and presigned URLs of S3', async () => {
    const cat = ['--format', 'commonAccessToken', '--key-id', 'k'];
    const { out } = await runCommand(['sign', film, ...cat], { secret: hexKey });
    expect(await runCommand(['verify', out.trim(), ...cat], { secret: hexKey })).toMatchObject({ code: 0 });
    expect((await runCommand(['cat', 'explain', out.trim()], { secret: hexKey })).out).toContain('made with this key');
    const s3 = ['--format', 's3', '--key-id', 'AKID', '--option', 'region=eu-central-1'];
    const presigned = await runCommand(['sign', 'https://films.s3.eu-central-1.amazonaws.com/a', ...s3], {
      secret: hexKey,
    });
    expect(new URL(presigned.out).searchParams.get('X-Amz-Credential')).toMatch(/^AKID\/.*s3/);
  });
});

describe('secure-token verify', () => {
  const at = ['--now', '1470055000'];
  const verify = (url: string, ...args: string[]) => runCommand(['verify', url, ...args], { secret });

  test.each<[url: string, args: string[], code: number, out: string, err: RegExp]>([
    [known, at, 0, '200 until 2016-08-01T12:36:40Z\n', /^$/],
    [known, [], 1, '410 expired\n', /^The signature is right\. .*sign the URL again/],
    [
      known.replace('m6', 'm7'),
      at,
      1,
      '403 signature\n',
      /secret of SECURE_TOKEN_SECRET: is that the secret of the CDN/,
    ],
    [bare, at, 1, '403 missing\n', /no token where azion looks for it/],
    ['no URL', at, 1, '403 malformed\n', /not the form that azion writes/],
    [known, ['--now', '1470000000', '--option', 'maxTtl=60'], 1, '403 malformed\n', /further ahead than --max-ttl/],
    ['https://h/live/7/b.ts?st=N0FRwVnSNd2jHjC4uqrlAg&e=1470055000', at, 1, '403 signature\n', /--depth 2 accepts it/],
  ])('of %s %j exits with %i, says what an edge would answer, and why', async (url, args, code, out, err) => {
    const said = await verify(url, ...args);
    expect(said).toMatchObject({ code, out });
    expect(said.err).toMatch(err);
    expect(said.err).not.toContain(secret);
  });

  test('finds the path form that fits', async () => {
    const { out } = await runCommand(['sign', 'https://h/a%20b', ...until, '--path-form', 'raw'], { secret });
    expect((await verify(out.trim(), ...at)).err).toMatch(/other path form: --path-form raw accepts it/);
  });

  test('recognises the format of a token, and says so', async () => {
    const url = await signUrl(film, { format: edgeAuth({ key: hexKey, param: 'hdnea' }), expiresIn: 300 });
    const judged = await runCommand(['verify', url], { secret: hexKey });
    expect(judged).toMatchObject({ code: 0, err: 'The token was taken for one of --format edgeAuth.\n' });
  });
});

describe('secure-token doctor', () => {
  const running: Listening[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((each) => each.close()));
  });
  const serve = async (server: Server): Promise<string> => {
    const listening = await listen(async (request) => server(request));
    running.push(listening);
    return listening.origin;
  };

  test('of a healthy set-up finds nothing: exit code 0; --json is findings and asked alone', async () => {
    const edge = await serve(ourEdge());
    const endpoint = await serve(ourEndpoint(edge));
    const args = ['doctor', edge + FILM, '--endpoint', `${endpoint}/token`, '--origin', `${PAGE}/watch?v=7`, '--json'];
    const { code, out, err } = await runCommand([...args, '--depth', '2'], { secret: SECRET });
    expect(code).toBe(0);
    expect(err).toBe('');
    expect(JSON.parse(out)).toEqual({ findings: [], asked: expect.any(Number) });
  });

  test('of a broken one says what, and what to do: exit code 1, and no token in what is printed', async () => {
    const edge = await serve(nodeEdge({ corsOnRefusals: false }));
    const url = (await runCommand(['sign', edge + FILM, '--depth', '2'], { secret: SECRET })).out.trim();
    const { code, out, err } = await runCommand(['doctor', url, '--origin', PAGE, '--depth', '2'], { secret: SECRET });
    expect(code).toBe(1);
    expect(out).toMatch(/^Sent \d+ requests:\n {2}403 +GET +without a token/);
    expect(out).toMatch(/^warning edge-cors-missing-on-refusal\n {2}http.*\n {2}The edge refuses \(403\).*\n {2}Send/m);
    expect(out).toMatch(/^Not tried:\n {2}The endpoint: give --endpoint URL\.$/m);
    expect(out + err).not.toContain(/st=([^&]+)/.exec(url)![1]);
    expect(out + err).not.toContain(SECRET);
  });

  test('makes an expired token like those of the endpoint, without --format', async () => {
    const format = edgeAuth({ key: hexKey, param: 'hdnea', depth: 2 });
    const edge = await serve(ourEdge({ format }));
    const endpoint = await serve(ourEndpoint(edge, { format }));
    const args = ['doctor', edge + FILM, '--endpoint', `${endpoint}/token`, '--origin', PAGE];
    const { code, out } = await runCommand(args, { secret: hexKey });
    expect(code).toBe(0);
    expect(out).toEqual(expect.stringMatching(/^ {2}410 +GET +with an expired token/m));
  });

  test('without --origin tests CORS as a page of the endpoint: a warning, and CORS is not among what was not tried', async () => {
    const edge = await serve(nodeEdge({ cors: {} }));
    const endpoint = await serve(ourEndpoint(edge));
    const { code, out } = await runCommand(['doctor', edge + FILM, '--endpoint', `${endpoint}/token`]);
    expect(code).toBe(1);
    expect(out).toMatch(new RegExp(`^warning edge-cors-missing\\n.*\\n.*a page of ${endpoint} read`, 'm'));
    expect(out.split('Not tried:')[1]).toMatch(/A page of another origin than .*: give --origin PAGE/);
    expect(out.split('Not tried:')[1]).not.toContain('CORS');
  });

  test('exits with 2 where nobody answers', async () => {
    const { code, out } = await runCommand(['doctor', 'http://127.0.0.1:9/a.m3u8', '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(out)).toMatchObject({ findings: [{ code: 'edge-unreachable' }], asked: 1 });
  });
});

describe('a call that cannot work', () => {
  test.each<[string, string[], { secret?: string }, RegExp]>([
    ['no secret', ['sign', bare], {}, /SECURE_TOKEN_SECRET/],
    ['an empty secret file', ['sign', bare, '--secret-file', '/dev/null'], {}, /is empty/],
    ['a path that is never signed', ['sign', 'https://h/a//b'], { secret }, /which servers read in two ways/],
    ['an expiry in words', ['sign', bare, '--expires', 'tomorrow'], { secret }, /whole number/],
    ['two expiries', ['sign', bare, ...until, '--ttl', '5'], { secret }, /cannot be used with/],
    ['no depth', ['sign', bare, '--depth=two'], { secret }, /depth/],
    [
      'a key as an option',
      ['sign', bare, '--option', `secret=${secret}`],
      {},
      /--option secret: .*SECURE_TOKEN_SECRET/,
    ],
    ['options that are no object', ['sign', bare, '--options-file', file('a.json', '[1]')], { secret }, /JSON object/],
    ['no URL', ['doctor', `st=${secret}`], {}, /the URL: Give an absolute http/],
    ['no endpoint', ['doctor', bare, '--endpoint', '/token'], {}, /--endpoint: Give an absolute/],
    ['a header without a name', ['doctor', bare, '--header', secret], {}, /--header: Give a name/],
    ['the secret as an argument', ['verify', bare, `--secret=it's\n${secret}'`], {}, /^error: unknown option '…'$/m],
    ['an unknown command', ['sing', bare], {}, /unknown command/],
  ])('for %s exits with 2, and a line tells what to give, without the secret', async (_, args, options, message) => {
    const { code, out, err } = await runCommand(args, options);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toMatch(message);
    expect(err).not.toMatch(/mysecret|\n\s+at /);
  });
});
