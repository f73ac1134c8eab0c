import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { edgeAuth, signUrl } from '../../packages/server/src/index.ts';
import { runCli } from '../support/cli.ts';
import { FILM, PAGE, SECRET, nodeEdge, ourEdge, ourEndpoint } from '../support/doctor-setups.ts';
import type { Server } from '../support/doctor-setups.ts';
import { listen } from '../support/listen.ts';
import type { Listening } from '../support/listen.ts';

const running: Listening[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.close()));
});
const serve = async (server: Server): Promise<string> => {
  const listening = await listen(async (request) => server(request));
  running.push(listening);
  return listening.origin;
};
const folder = mkdtempSync(join(tmpdir(), 'cli-doctor-'));
const file = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
afterAll(() => rmSync(folder, { recursive: true }));

describe('secure-token doctor', () => {
  test('of a healthy set-up finds nothing: exit status 0, --json is findings and asked alone', async () => {
    const edge = await serve(ourEdge());
    const endpoint = await serve(ourEndpoint(edge));
    const args = ['doctor', edge + FILM, '--endpoint', `${endpoint}/token`, '--origin', `${PAGE}/watch?v=7`, '--json'];
    const { code, out, err } = await runCli([...args, '--depth', '2'], { secret: SECRET });
    expect([code, err]).toEqual([0, '']);
    const { asked, ...rest } = JSON.parse(out) as { asked: number };
    expect(rest).toEqual({ findings: [] });
    expect(asked).toBeGreaterThan(10);
    expect(asked).toBeLessThanOrEqual(40);
  });

  test('of a broken one says what, and what to do: exit status 1, and no token in what is printed', async () => {
    const edge = await serve(nodeEdge({ corsOnRefusals: false }));
    const signed = await runCli(['sign', edge + FILM, '--depth', '2'], { secret: SECRET });
    const token = /st=([^&]+)/.exec(signed.out)![1]!;
    const url = signed.out.trim();
    const { code, out, err } = await runCli(['doctor', url, '--origin', PAGE, '--depth', '2'], { secret: SECRET });
    expect(code).toBe(1);
    expect(out).toMatch(/^Sent \d+ requests:\n {2}403 +GET +without a token/);
    expect(out).toMatch(/^warning edge-cors-missing-on-refusal\n {2}http.*\n {2}The edge refuses \(403\).*\n {2}Send/m);
    expect(out).toMatch(/^Not tried:\n {2}The endpoint: give --endpoint URL\.$/m);
    expect(out + err).not.toContain(token);
    expect(out + err).not.toContain(SECRET);
    const { findings } = JSON.parse((await runCli(['doctor', url, '--json', '--origin', PAGE])).out) as {
      findings: object[];
    };
    expect(findings).toEqual([
      {
        code: 'edge-cors-missing-on-refusal',
        severity: 'warning',
        message: expect.any(String),
        remedy: expect.any(String),
        url: edge + FILM,
      },
    ]);
  });

  test('on a terminal, tells each request when it is answered, before the report', { tags: ['python3'] }, async () => {
    const edge = await serve(ourEdge());
    const command = [process.execPath, 'packages/cli/dist/cli.js', 'doctor', edge + FILM, '--origin', PAGE];
    // a terminal has one text of both outputs
    const terminal = 'import pty, sys; pty.spawn(sys.argv[1:])';
    const child = spawn('python3', ['-c', terminal, ...command], { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines = (await text(child.stdout)).split(/\r?\n/);
    const step = /^ {2}403 +GET +without a token/;
    expect(lines[0]).toMatch(step);
    expect(lines.slice(1).findIndex((line) => step.test(line))).toBeGreaterThan(
      lines.slice(1).findIndex((line) => line.startsWith('Sent 1 requests')),
    );
  });

  test('makes an expired token like those of the endpoint, without --format', async () => {
    const key = '00112233445566778899aabbccddeeff';
    const format = edgeAuth({ key, param: 'hdnea', depth: 2 });
    const edge = await serve(ourEdge({ format }));
    const endpoint = await serve(ourEndpoint(edge, { format }));
    const args = ['doctor', edge + FILM, '--endpoint', `${endpoint}/token`, '--origin', PAGE];
    const { code, out } = await runCli(args, { secret: key });
    expect([code, out]).toEqual([0, expect.stringMatching(/^ {2}410 +GET +with an expired token/m)]);
  });

  test('without --origin, tests CORS as a page of the endpoint: a warning, and nothing says that it was not tried', async () => {
    const edge = await serve(nodeEdge({ cors: {} }));
    const endpoint = await serve(ourEndpoint(edge));
    const { code, out } = await runCli(['doctor', edge + FILM, '--endpoint', `${endpoint}/token`]);
    expect(code).toBe(1);
    expect(out).toMatch(new RegExp(`^warning edge-cors-missing\\n.*\\n.*a page of ${endpoint} read`, 'm'));
    expect(out.split('Not tried:')[1]).toMatch(/A page of another origin than .*: give --origin PAGE/);
    expect(out.split('Not tried:')[1]).not.toContain('CORS');
  });

  test('where nobody answers: exit status 2', async () => {
    const listening = await listen(async () => new Response());
    await listening.close();
    const { code, out } = await runCli(['doctor', `${listening.origin}/a.m3u8`, '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(out)).toMatchObject({ findings: [{ code: 'edge-unreachable' }], asked: 1 });
  });

  test.each([
    ['a URL that is none', ['doctor', 'st=sesame'], /the URL: Give an absolute http/],
    [
      'an endpoint that is none',
      ['doctor', 'http://127.0.0.1:9/', '--endpoint', '/token'],
      /--endpoint: Give an absolute/,
    ],
    ['a header without a name', ['doctor', 'http://127.0.0.1:9/', '--header', 'sesame'], /--header: Give a name/],
  ])('%s: exit status 2, and its text is not repeated', async (_, args, message) => {
    const { code, out, err } = await runCli(args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(message);
    expect(err).not.toContain('sesame');
  });
});

describe('secure-token verify, without --format', () => {
  const key = '00112233445566778899aabbccddeeff';
  const akamai = (expiresIn = 300): Promise<string> =>
    signUrl('https://cdn.example.com/vod/7/a.m3u8', { format: edgeAuth({ key, param: 'hdnea' }), expiresIn });

  test('recognises the token, says why, and judges it with the secret', async () => {
    const { code, out, err } = await runCli(['verify', await akamai()], { secret: key });
    expect(code).toBe(0);
    expect(out).toMatch(/^200 until /);
    expect(err).toBe('Taken for Akamai: hdnea in the query. --format edgeAuth says so.\n');
  });

  test('says without a secret what the token shows: exit code 2, for nobody has checked it', async () => {
    const url = await akamai();
    const { code, out, err } = await runCli(['verify', url]);
    expect(code).toBe(2);
    expect(out).toMatch(/^unchecked, expires \d{4}-/);
    expect(err).toMatch(
      /^Taken for Akamai[^]*opens: \/vod\/7\/\*\nThe signature was not checked: set SECURE_TOKEN_SECRET/,
    );
    expect(err).not.toContain(/hmac=(\w+)/.exec(decodeURIComponent(url))![1]);
    const json = JSON.parse((await runCli(['verify', url, '--json'])).out) as object;
    expect(json).toMatchObject({ ok: false, reason: 'unchecked', format: 'edgeAuth', expires: expect.any(Number) });
  });

  test('a presigned URL of a store has expired, or is for the store to judge', async () => {
    const query = 'X-Amz-Credential=AKID%2F2013&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-Signature=00ff';
    const { code, out, err } = await runCli(['verify', `https://bucket.s3.amazonaws.com/a.mp4?${query}`]);
    expect([code, out]).toEqual([1, 'expired since 2013-05-25T00:00:00Z\n']);
    expect(err).toMatch(/Amazon S3[^]*key id: AKID[^]*secure-token doctor URL asks the store/);
  });

  test('a URL without a token that is known needs the secret, as before', async () => {
    const { code, err } = await runCli(['verify', 'https://cdn.example.com/a.m3u8']);
    expect(code).toBe(2);
    expect(err).toMatch(/The secret is missing\. Set SECURE_TOKEN_SECRET/);
  });
});

describe('--options-file', () => {
  test('has the options of a format; --option comes first', async () => {
    const options = file('options.json', '{ "param": "hdnea", "exact": true }');
    const args = ['sign', 'https://h/a.ts', '--format', 'edgeAuth', '--options-file', options];
    const secret = '00ff';
    expect((await runCli(args, { secret })).out).toMatch(/^https:\/\/h\/a\.ts\?hdnea=exp=/);
    expect((await runCli([...args, '--option', 'param=t'], { secret })).out).toMatch(/^https:\/\/h\/a\.ts\?t=exp=/);
  });

  test.each([
    ['no object', '[1]', /is not a JSON object/],
    ['a secret', '{ "secret": "sesame" }', /has "secret"\. Set SECURE_TOKEN_SECRET/],
  ])('with %s is refused, and not repeated', async (_, content, message) => {
    const args = ['sign', 'https://h/a.ts', '--options-file', file('wrong.json', content)];
    const { code, err } = await runCli(args, { secret: 'x' });
    expect(code).toBe(2);
    expect(err).toMatch(message);
    expect(err).not.toContain('sesame');
  });
});
