import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createVodOrigin } from '../../../examples/origin/vod-origin.mjs';

const ten = '0123456789';
let folder: string;
let origin: (request: Request) => Promise<Response>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vod-origin-'));
  await writeFile(join(folder, 'a.mp4'), ten);
  await writeFile(join(folder, 'with space.m3u8'), '#EXTM3U\n');
  await symlink('/etc/hostname', join(folder, 'outside.mp4'));
  origin = createVodOrigin({ root: folder, base: '/vod/' });
});
afterAll(() => rm(folder, { recursive: true }));

const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  origin(new Request(`http://edge.test${path}`, { method, headers }));

describe('createVodOrigin', () => {
  it('serves a whole file with its type, length and validators', async () => {
    const response = await ask('/vod/a.mp4');
    expect(response.status).toBe(200);
    expect(await response.text()).toBe(ten);
    expect(response.headers.get('Content-Type')).toBe('video/mp4');
    expect(response.headers.get('Content-Length')).toBe('10');
    expect(response.headers.get('Accept-Ranges')).toBe('bytes');
    expect(response.headers.get('ETag')).toMatch(/^"[^"]+"$/);
    expect(response.headers.get('Last-Modified')).toMatch(/GMT$/);
  });

  it('decodes the path once', async () => {
    expect((await ask('/vod/with%20space.m3u8')).status).toBe(200);
    expect((await ask('/vod/with%2520space.m3u8')).status).toBe(404);
  });

  it('answers HEAD without a body, and ignores Range there', async () => {
    const response = await ask('/vod/a.mp4', { Range: 'bytes=0-1' }, 'HEAD');
    expect(response.status).toBe(200);
    expect(response.headers.get('Content-Length')).toBe('10');
    expect(response.body).toBeNull();
  });

  it('refuses to be written to', async () => {
    const response = await ask('/vod/a.mp4', {}, 'PUT');
    expect(response.status).toBe(405);
    expect(response.headers.get('Allow')).toBe('GET, HEAD');
  });

  it.each([
    '/vod/',
    '/vod/none.mp4',
    '/a.mp4',
    '/vod/%2e%2e/%2e%2e/etc/hostname',
    '/vod/..%2fa.mp4',
    '/vod/..%5ca.mp4',
    '/vod/a.mp4%00',
    '/vod/%ff',
    '/vod/%',
    '/vod/outside.mp4',
    '/vod/.',
  ])('does not find %s', async (path) => {
    expect((await ask(path)).status).toBe(404);
  });
});

describe('ranges', () => {
  it.each([
    ['bytes=0-3', 'bytes 0-3/10', '0123'],
    ['bytes=4-', 'bytes 4-9/10', '456789'],
    ['bytes=-3', 'bytes 7-9/10', '789'],
    ['bytes=-99', 'bytes 0-9/10', ten],
    ['bytes=8-99', 'bytes 8-9/10', '89'],
    ['bytes=9-9', 'bytes 9-9/10', '9'],
    ['Bytes=0-0', 'bytes 0-0/10', '0'],
  ])('%s is a 206 of %s', async (range, contentRange, body) => {
    const response = await ask('/vod/a.mp4', { Range: range });
    expect(response.status).toBe(206);
    expect(response.headers.get('Content-Range')).toBe(contentRange);
    expect(response.headers.get('Content-Length')).toBe(String(body.length));
    expect(await response.text()).toBe(body);
  });

  it.each(['bytes=10-', 'bytes=99-100', 'bytes=-0'])('%s is a 416', async (range) => {
    const response = await ask('/vod/a.mp4', { Range: range });
    expect(response.status).toBe(416);
    expect(response.headers.get('Content-Range')).toBe('bytes */10');
    expect(await response.text()).toBe('');
  });

  it.each(['bytes=5-2', 'bytes=', 'bytes=-', 'bytes=a-b', 'bytes=0-1,4-5', 'lines=0-1'])(
    '%s counts as absent',
    async (range) => {
      const response = await ask('/vod/a.mp4', { Range: range });
      expect(response.status).toBe(200);
      expect(await response.text()).toBe(ten);
    },
  );
});

describe('conditions', () => {
  it('If-None-Match answers 304 with the validators', async () => {
    const etag = (await ask('/vod/a.mp4')).headers.get('ETag')!;
    for (const value of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const response = await ask('/vod/a.mp4', { 'If-None-Match': value });
      expect(response.status).toBe(304);
      expect(response.headers.get('ETag')).toBe(etag);
      expect(response.body).toBeNull();
    }
    expect((await ask('/vod/a.mp4', { 'If-None-Match': '"other"' })).status).toBe(200);
  });

  it('If-Modified-Since answers 304 unless If-None-Match says otherwise', async () => {
    const date = (await ask('/vod/a.mp4')).headers.get('Last-Modified')!;
    expect((await ask('/vod/a.mp4', { 'If-Modified-Since': date })).status).toBe(304);
    expect((await ask('/vod/a.mp4', { 'If-Modified-Since': date, 'If-None-Match': '"other"' })).status).toBe(200);
    expect((await ask('/vod/a.mp4', { 'If-Modified-Since': 'Thu, 01 Jan 1970 00:00:00 GMT' })).status).toBe(200);
  });

  it('If-Range gives the range for the same file, and the whole file otherwise', async () => {
    const { headers } = await ask('/vod/a.mp4');
    const status = async (condition: string) =>
      (await ask('/vod/a.mp4', { Range: 'bytes=0-1', 'If-Range': condition })).status;
    expect(await status(headers.get('ETag')!)).toBe(206);
    expect(await status(headers.get('Last-Modified')!)).toBe(206);
    expect(await status(`W/${headers.get('ETag')!}`)).toBe(200);
    expect(await status('"other"')).toBe(200);
    expect(await status('Thu, 01 Jan 1970 00:00:00 GMT')).toBe(200);
  });
});
