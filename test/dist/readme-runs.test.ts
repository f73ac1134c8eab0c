import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { createSigningEndpoint, azion } from 'secure-token-server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.mjs';

const run = promisify(execFile);
const blocks = (path: string, language: string): string[] =>
  [...readFileSync(path, 'utf8').matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
    ([, code]) => code!,
  );

/** Runs, as it stands, what pages show besides TypeScript and JSON. */
describe('the documentation', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'readme-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('docs/protocol.md: its request is one that the signing endpoint answers', async () => {
    const [head, body] = blocks('docs/protocol.md', 'http')
      .find((block) => block.startsWith('POST'))!
      .split('\n\n');
    const [start, ...lines] = head!.split('\n');
    const [method, path] = start!.split(' ');
    const headers = lines.map((line) => line.split(': ') as [string, string]);
    const endpoint = createSigningEndpoint({
      format: azion({ secret: 'a secret' }),
      authorize: () => true,
      allow: 'https://cdn.example.com/',
      ttl: 60,
    });
    const response = await endpoint(
      new Request(`https://app.example.com${path}`, { method: method!, headers, body: body! }),
    );
    const { urls } = JSON.parse(body!) as { urls: string[] };
    expect(await response.json()).toMatchObject({ tokens: urls.map((url) => ({ url })), denied: [] });
  });

  test('docs/videojs.md: its page asks for the token of its source', async () => {
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      const script = (file: string): string =>
        `<script>${readFileSync(file, 'utf8').replaceAll('</script', '<\\/script')}</script>`;
      const source = 'https://cdn.example.com/vod/7/master.m3u8';
      const html = `<!doctype html>
        <video id="player" class="video-js"><source src="${source}" type="application/x-mpegURL"></video>
        ${script('node_modules/video.js/dist/video.min.js')}
        ${script('packages/videojs/dist/videojs-secure-token.min.js')}
        ${blocks('docs/videojs.md', 'html')[0]!}`;
      await page.route('**', (route) => route.fulfill({ contentType: 'text/html', body: html }));
      const asked = page.waitForRequest('https://app.example.com/token');
      await page.goto('https://app.example.com/');
      expect((await asked).postDataJSON()).toMatchObject({ urls: [source], reason: 'initial' });
    } finally {
      await browser.close();
    }
  });

  test('docs/cdns.md: its nginx configuration is taken by nginx', { tags: ['nginx'] }, async () => {
    const whole = blocks('docs/cdns.md', 'nginx').find((block) => block.includes('include secure-token.conf'));
    cpSync('packages/server/nginx', folder, { recursive: true });
    mkdirSync(join(folder, 'logs'));
    writeFileSync(
      join(folder, 'nginx.conf'),
      `pid nginx.pid; events {} ${whole!.replace('origin.example.com', '127.0.0.1')}`,
    );
    const { stderr } = await run('nginx', ['-t', '-p', folder, '-c', 'nginx.conf', '-e', 'stderr']);
    expect(stderr).toContain('test is successful');
  });

  test('docs/doctor.md: its commands do what it says', async () => {
    const commands = blocks('docs/doctor.md', 'sh').find((block) => block.includes('secure-token sign'))!;
    const [secret, ...lines] = commands.trimEnd().split('\n');
    const npx = `npx() { shift 3; exec node ${resolve('packages/cli/dist/cli.js')} "$@"; }`;
    const results = [];
    for (const line of lines)
      results.push(
        await run('bash', ['-c', `${npx}\n${secret!}\n${line}`], { cwd: folder }).catch(
          (error: unknown) => error as { code: number; stdout: string },
        ),
      );
    expect(results).toEqual([
      { stdout: 'http://www.example.org/my/uri?st=m6WCATfRgS_5lcyChCPgrw&e=1470055000\n', stderr: '' },
      expect.objectContaining({ code: 1, stdout: expect.stringContaining('410') as string }),
    ]);
  });
});
