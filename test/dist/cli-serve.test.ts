import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { secureToken, signUrl } from '../../packages/server/src/index.ts';
import { runCli, serveCli } from '../support/cli.ts';

const secret = 'mysecret';

describe('secure-token serve', () => {
  let served: Awaited<ReturnType<typeof serveCli>>;
  let page: string;
  const links = (): Map<string, string> =>
    new Map(
      [...page.matchAll(/<a href="([^"]+)"[^>]*><span>([^<]+)</g)].map(([, href, name]) => [
        name!,
        href!.replaceAll('&amp;', '&'),
      ]),
    );
  beforeAll(async () => {
    served = await serveCli('test/media', [], { secret });
    page = await (await fetch(served.url)).text();
  });
  afterAll(() => served.stop());

  test('prints an address on loopback, and which player the page uses', () => {
    expect(served).toMatchObject({
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/$/),
      player: 'hls.js',
      secret: 'given',
    });
  });

  test('the page lists playlists and MP4 files with signed links, and loads nothing from elsewhere', async () => {
    expect([...links().keys()]).toEqual(expect.arrayContaining(['v.mp4', 'ts/master.m3u8', 'fmp4/master.m3u8']));
    expect(
      [...page.matchAll(/(?:src|href)="([^"]+)"/g)].every(([, url]) =>
        /^(?:\/|data:|http:\/\/127\.0\.0\.1:)/.test(url!),
      ),
    ).toBe(true);
    for (const [, src] of page.matchAll(/<script src="([^"]+)"/g)) {
      expect((await fetch(new URL(src!, served.url))).headers.get('Content-Type')).toContain('javascript');
    }
  });

  test('files need a token, and come in ranges', async () => {
    const link = links().get('v.mp4')!;
    const part = await fetch(link, { headers: { Range: 'bytes=0-9' } });
    expect([part.status, part.headers.get('Content-Type'), (await part.arrayBuffer()).byteLength]).toEqual([
      206,
      'video/mp4',
      10,
    ]);
    expect((await fetch(link, { method: 'HEAD' })).status).toBe(200);
    expect((await fetch(link.split('?')[0]!)).status).toBe(403);
    expect((await fetch(link.replace('/signed/', '/media/'))).status, 'a token opens one path').toBe(403);
  });

  test('a link to a playlist plays alone: every URI behind it is signed', async () => {
    const master = links().get('ts/master.m3u8')!;
    const read = async (url: string): Promise<string[]> => {
      const response = await fetch(url);
      expect([url, response.status]).toEqual([url, 200]);
      expect(response.headers.get('Content-Type')).toContain('mpegurl');
      return (await response.text())
        .split('\n')
        .filter((line) => line && !line.startsWith('#'))
        .map((uri) => new URL(uri, url).href);
    };
    const [variant] = await read(master);
    const [segment] = await read(variant!);
    expect((await fetch(segment!)).status).toBe(200);
  });

  test('the signing endpoint answers for the folder and for nothing else', async () => {
    const ask = (url: string) =>
      fetch(new URL('/token', served.url), {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ urls: [url] }),
      });
    const { tokens } = await (await ask(`${served.url}media/v.mp4`)).json();
    expect((await fetch(`${served.url}media/v.mp4?${new URLSearchParams(tokens[0].query)}`)).status).toBe(200);
    expect((await ask(`${served.url}signed/v.mp4`)).status).toBe(403);
  });

  test('hidden files, other folders and other host names get nothing', async () => {
    const format = secureToken({ secret });
    for (const path of ['signed/.env', 'signed/../../package.json', 'signed/%2e%2e/package.json', 'signed/none.mp4']) {
      const url = await signUrl(new URL(served.url + path), { format, expiresIn: 60 });
      expect((await fetch(url)).status, path).toBe(404);
    }
    const { request } = await import('node:http');
    const status = await new Promise((resolve, reject) => {
      request(served.url, { headers: { Host: 'evil.example' } }, (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end();
    });
    expect(status).toBe(403);
  });

  test('a link that leads out of the folder is not followed, one that stays is', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'cli-'));
    mkdirSync(join(dir, 'media'));
    writeFileSync(join(dir, 'private.mp4'), 'private');
    writeFileSync(join(dir, 'media/film.mp4'), 'film');
    symlinkSync('../private.mp4', join(dir, 'media/out.mp4'));
    symlinkSync('..', join(dir, 'media/up'));
    symlinkSync('film.mp4', join(dir, 'media/in.mp4'));
    const linked = await serveCli(join(dir, 'media'), [], { secret });
    const format = secureToken({ secret });
    const statuses = ['film.mp4', 'in.mp4', 'out.mp4', 'up/private.mp4', 'up'].map(
      async (path) => (await fetch(await signUrl(`${linked.url}signed/${path}`, { format, expiresIn: 60 }))).status,
    );
    expect(await Promise.all(statuses)).toEqual([200, 200, 404, 404, 404]);
    await linked.stop();
    rmSync(dir, { recursive: true });
  });

  test('without hls.js nearby and without a secret it still plays: natively, with one made up', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cli-'));
    writeFileSync(join(folder, 'i.m3u8'), '#EXTM3U\n#EXTINF:4,\nseg1.ts\n');
    const native = await serveCli(folder, [], { cwd: folder });
    expect(native.secret).toBe('made up');
    expect(await (await fetch(native.url)).text()).toContain('i.m3u8');
    await native.stop();
    rmSync(folder, { recursive: true });
  });

  test('init segments are no films', () => {
    expect([...links().keys()].filter((path) => path.includes('init'))).toEqual([]);
    expect([...links().keys()]).toContain('fmp4/lo/i.m3u8');
  });

  test('says in words what another host means, and answers to addresses alone', async () => {
    const open = await serveCli('test/media', ['--host', '0.0.0.0'], { secret });
    await vi.waitFor(() => expect(open.complaints()).toMatch(/everyone on this network .* hands out tokens/), {
      timeout: 30_000,
    });
    const { port } = new URL(open.url);
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);
    expect((await fetch(open.url)).status).toBe(200);
    await open.stop();
    expect(served.complaints()).not.toContain('network');
  });

  test('port 8080 is taken: serve takes a free one, unless 8080 was asked for', async () => {
    const hold = async (): Promise<Server> => {
      const server = createServer().listen(8080, '127.0.0.1');
      await once(server, 'listening');
      return server;
    };
    // where another program has it, this one is not needed, unless that one is of a test beside this, and soon ends
    const other = await vi.waitFor(hold, { timeout: 20_000 }).catch(() => undefined);
    const moved = await serveCli('test/media', [], { secret, usualPort: true });
    expect(new URL(moved.url).port).not.toBe('8080');
    expect((await fetch(moved.url)).status).toBe(200);
    await moved.stop();
    const { code, err } = await runCli(['serve', 'test/media', '--port', '8080']);
    expect([code, err]).toEqual([2, 'secure-token: Port 8080 is taken. Give another one, or --port 0.\n']);
    other?.close();
  });

  test('a host that is not of this machine is a call that cannot work', async () => {
    const { code, err } = await runCli(['serve', 'test/media', '--host', '192.0.2.1', '--port', '0']);
    expect([code, err]).toEqual([
      2,
      'secure-token: --host: this is not an address of this machine. Give one of its addresses, or localhost.\n',
    ]);
  });

  test.skipIf(process.platform !== 'linux')('--open opens the page, or says that it could not', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cli-'));
    const opened = join(folder, 'opened');
    writeFileSync(join(folder, 'xdg-open'), `#!/bin/sh\necho "$1" > ${opened}\n`, { mode: 0o755 });
    const env = { PATH: `${folder}:${process.env.PATH}` };
    const opening = await serveCli('test/media', ['--open'], { secret, env });
    await vi.waitFor(() => expect(readFileSync(opened, 'utf8')).toBe(`${opening.url}\n`), { timeout: 30_000 });
    await opening.stop();
    rmSync(folder, { recursive: true });
    const alone = await serveCli('test/media', ['--open'], { secret, env: { PATH: folder } });
    await vi.waitFor(() => expect(alone.complaints()).toContain('open the address yourself'), { timeout: 30_000 });
    await alone.stop();
  });
});
