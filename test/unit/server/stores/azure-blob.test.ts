import { describe, expect, test } from 'vitest';
import { azureBlob } from '../../../../packages/server/src/index.ts';
import type { TokenFormat } from '../../../../packages/server/src/index.ts';

const azure = { account: 'example', accountKey: Buffer.from('a key of an account').toString('base64') };
const blobs = 'https://example.blob.core.windows.net';
const expires = 1_795_500_600;
const opened = (format: TokenFormat, url: string): unknown => format.opens!(new URL(url));
const refusal = expect.objectContaining({ code: 'ERR_OPTIONS' }) as Error;

describe('azureBlob', () => {
  test('a token of a blob opens its path', () => {
    expect(opened(azureBlob(azure), `${blobs}/videos/a.mp4?x=1`)).toEqual({
      kind: 'path',
      href: `${blobs}/videos/a.mp4`,
    });
    expect(azureBlob(azure)).toMatchObject({ scope: 'url' });
    expect(azureBlob(azure)).not.toHaveProperty('verify');
  });

  test.each([
    ['of the container', { resource: 'container' }, '/videos/'],
    ['of the directory', { resource: 'directory' }, '/videos/vod/7/'],
    ['of so many folders', { resource: 'directory', depth: 1 }, '/videos/vod/'],
  ] as const)('a token %s opens it, and players get it for its folder', async (_, options, folder) => {
    const format = azureBlob({ ...azure, ...options });
    const url = `${blobs}/videos/vod/7/a.m3u8`;
    expect(opened(format, url)).toEqual({ kind: 'folder', href: blobs + folder });
    expect(await format.sign(new URL(url), expires)).toMatchObject({ prefix: blobs + folder, expires });
  });

  test('below a base URL, the account is in the path and the container behind it', async () => {
    const endpoint = 'http://127.0.0.1:10000/devstoreaccount1';
    const format = azureBlob({ ...azure, account: 'devstoreaccount1', endpoint, resource: 'container' });
    const token = await format.sign(new URL(`${endpoint}/videos/vod/a.mp4`), expires);
    expect(token).toMatchObject({ prefix: `${endpoint}/videos/`, query: { spr: 'https,http' } });
  });

  test.each([
    ['another account', 'https://other.blob.core.windows.net/videos/a.mp4', {}],
    ['a container, which lists its blobs', `${blobs}/videos`, {}],
    ['another container', `${blobs}/other/a.mp4`, { container: 'videos' }],
    ['a blob in no directory', `${blobs}/videos/a.mp4`, { resource: 'directory' }],
    ['a path beside `endpoint`', `${blobs}/videos/a.mp4`, { endpoint: `${blobs}/other` }],
  ] as const)('does not sign %s', (_, url, options) => {
    expect(() => azureBlob({ ...azure, ...options }).sign(new URL(url), expires)).toThrow(refusal);
  });

  test.each([
    ['account', 'https://x'],
    ['accountKey', 'not base64!'],
    ['resource', 'account'],
    ['depth', 1],
    ['container', 'a/b'],
    ['endpoint', 'x'],
    ['ip', 'x'],
  ])('refuses %s %j at once', (name, value) => {
    expect(() => azureBlob({ ...azure, [name]: value })).toThrow(new RegExp(`^${name}:`));
  });
});
