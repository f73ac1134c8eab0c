import { describe, expect, test } from 'vitest';
import { googleStorage } from '../../../../packages/server/src/index.ts';
import type { TokenFormat } from '../../../../packages/server/src/index.ts';
import { s3 } from '../../../../packages/server/src/s3.ts';
import { rsaKey } from '../../../support/format-samples.ts';

const credentials = {
  region: 'us-east-1',
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const google = { clientEmail: 'signer@example.iam.gserviceaccount.com', privateKey: rsaKey };
const expires = 1_795_500_600;

const opened = (format: TokenFormat, url: string): unknown => format.opens!(new URL(url));
const refusal = expect.objectContaining({ code: 'ERR_OPTIONS' }) as Error;

describe('s3', () => {
  test('a token opens one URL with its query, and this format only signs', async () => {
    const format = s3({ ...credentials, params: ['versionId'] });
    const url = 'https://b.s3.amazonaws.com/vod/film.mp4?versionId=1';
    expect(opened(format, url)).toEqual({ kind: 'url', href: url });
    expect(await format.sign(new URL(`${url}#t=1`), expires)).toMatchObject({ url: `${url}#t=1`, expires });
    expect(await format.sign(new URL(url), expires)).not.toHaveProperty('anyQuery');
    expect(format).not.toHaveProperty('verify');
    expect(format).toMatchObject({ scope: 'url', maxTtl: 86_400 });
  });

  test('the time of the signature lies `maxTtl` before the expiry, so that one expiry has one signature', async () => {
    const format = s3({ ...credentials, maxTtl: 300 });
    const url = new URL('https://b.s3.amazonaws.com/film.mp4');
    const token = await format.sign(url, expires);
    expect(token.query?.['X-Amz-Expires']).toBe('300');
    const [, date, time] = /^(\d{8})T(\d{6})Z$/.exec(token.query!['X-Amz-Date']!)!;
    const signedAt = new Date((expires - 300) * 1000).toISOString();
    expect(date).toEqual(signedAt.slice(0, 10).replaceAll('-', ''));
    expect(time).toEqual(signedAt.slice(11, 19).replaceAll(':', ''));
    expect(await format.sign(url, expires)).toEqual(token);
    expect((await format.sign(url, expires + 1)).query).not.toEqual(token.query);
  });

  test.each([
    'https://b.s3.eu-central-1.amazonaws.com/film.mp4',
    'https://b.s3.dualstack.eu-west-1.amazonaws.com/film.mp4',
    'https://b.s3.cn-north-1.amazonaws.com.cn/film.mp4',
    'https://s3.eu-central-1.amazonaws.com/b/film.mp4',
  ])('takes %s for an object of AWS', async (url) => {
    expect((await s3(credentials).sign(new URL(url), expires)).url).toBe(url);
  });

  test.each([
    ['a bucket, which lists its objects', 'https://s3.amazonaws.com/b', {}],
    ['a folder', 'https://b.s3.amazonaws.com/vod/', {}],
    ['what manages buckets', 'https://123456789012.s3-control.us-east-1.amazonaws.com/film.mp4', {}],
    ['another host', 'https://b.s3.amazonaws.com.example.com/film.mp4', {}],
    ['another bucket', 'https://other.s3.amazonaws.com/film.mp4', { bucket: 'b' }],
    ['a host beside `endpoint`', 'https://r2.example.org/b/film.mp4', { endpoint: 'https://r2.example.com' }],
    ['a path beside `endpoint`', 'https://r2.example.com/b/film.mp4', { endpoint: 'https://r2.example.com/s3' }],
    ['an access list', 'https://b.s3.amazonaws.com/film.mp4?acl', {}],
    ['another type of content', 'https://b.s3.amazonaws.com/film.mp4?response-content-type=text%2Fhtml', {}],
    ['a `+` in the path', 'https://b.s3.amazonaws.com/a+b.mp4', {}],
    ['two slashes', 'https://b.s3.amazonaws.com/vod//film.mp4', {}],
  ])('does not sign %s', async (_, url, options) => {
    const format = s3({ ...credentials, ...options });
    await expect(async () => format.sign(new URL(url), expires)).rejects.toThrow(refusal);
    expect(() => format.opens!(new URL(url))).toThrow(refusal);
  });

  test.each([
    ['in the path', 'https://r2.example.com/s3/b/film.mp4', { endpoint: 'https://r2.example.com/s3/' }],
    ['in the host', 'https://b.r2.example.com/film.mp4', { endpoint: new URL('https://r2.example.com'), bucket: 'b' }],
    ['behind a port', 'http://127.0.0.1:9000/b/film.mp4', { endpoint: 'http://127.0.0.1:9000', bucket: 'b' }],
  ])('signs an object of another store, whose bucket is %s', async (_, url, options) => {
    expect((await s3({ ...credentials, ...options }).sign(new URL(url), expires)).url).toBe(url);
  });

  test.each([
    ['region', ''],
    ['accessKeyId', undefined],
    ['secretAccessKey', 'a b'],
    ['endpoint', 'r2.example.com'],
    ['bucket', 'a/b'],
    ['params', 'versionId'],
    ['maxTtl', 604_801],
    ['bukket', 'b'],
  ])('refuses %s %j at once, and tells no secret', (name, value) => {
    let message = '';
    try {
      s3({ ...credentials, [name]: value });
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toContain(name);
    expect(message).not.toContain(credentials.secretAccessKey);
  });
});

describe('googleStorage', () => {
  test('a token opens one URL, of the store and of the bucket', async () => {
    const format = googleStorage({ ...google, bucket: 'b' });
    for (const url of ['https://storage.googleapis.com/b/f.mp4', 'https://b.storage.googleapis.com/f.mp4'])
      expect(opened(format, url)).toEqual({ kind: 'url', href: url });
    for (const url of [
      'https://storage.googleapis.com/b',
      'https://x.storage.googleapis.com/f.mp4',
      'https://b.test/f',
    ])
      await expect(async () => format.sign(new URL(url), expires)).rejects.toThrow(refusal);
    expect(format).not.toHaveProperty('verify');
  });
});

test('s3 takes what a credential provider of the AWS SDK returns', async () => {
  const credentials = {
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'secret',
    sessionToken: 'session',
    expiration: new Date(),
    accountId: '123456789012',
    credentialScope: 'us-east-1',
    $source: { CREDENTIALS_CODE: 'e' },
  };
  const url = new URL('https://films.s3.us-east-1.amazonaws.com/film.mp4');
  const { query } = await s3({ region: 'us-east-1', ...credentials }).sign(url, 1_795_500_000);
  expect(query).toMatchObject({ 'X-Amz-Security-Token': 'session' });
  expect(() => s3({ region: 'us-east-1', ...credentials, account: '1' } as never)).toThrow(/accountId/);
});
