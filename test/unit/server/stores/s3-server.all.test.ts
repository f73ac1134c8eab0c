import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsClient } from 'aws4fetch';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signUrl } from '../../../../packages/server/src/index.ts';
import { s3 } from '../../../../packages/server/src/s3.ts';

// A server of S3 that is not ours judges what we sign.

interface S3Server {
  run(): Promise<{ port: number }>;
  close(): Promise<void>;
}
type S3ServerClass = new (options: object) => S3Server;

const requireExtra = createRequire(new URL('../../../extra/', import.meta.url));
const tags = ['s3rver'];
const keys = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };
const film = 'vod/a b/(é) 1.mp4';
const path = film.split('/').map(encodeURIComponent).join('/');

const body = 'x'.repeat(1000);

let folder: string;
let server: S3Server;
let endpoint: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 's3-'));
  const S3rver = requireExtra('@20minutes/s3rver') as S3ServerClass;
  server = new S3rver({
    ...{ address: '127.0.0.1', port: 0, directory: folder, silent: true, resetOnClose: true, vhostBuckets: false },
    configureBuckets: [{ name: 'films', configs: [] }],
  });
  endpoint = `http://127.0.0.1:${(await server.run()).port}`;
  const client = new AwsClient({ ...keys, region: 'us-east-1', service: 's3' });
  for (const each of [path, 'other.mp4'])
    expect((await client.fetch(`${endpoint}/films/${each}`, { method: 'PUT', body })).status).toBe(200);
}, 60_000);
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const format = (options: object = {}): ReturnType<typeof s3> =>
  s3({ ...keys, region: 'us-east-1', endpoint, bucket: 'films', maxTtl: 60, ...options });
const soon = (): number => Math.floor(Date.now() / 1000) + 30;

test('the object that was signed is served, and a part of it', { tags }, async () => {
  const url = await signUrl(`${endpoint}/films/${path}`, { format: format(), expires: soon() });
  expect(await (await fetch(url)).text()).toBe(body);
  const part = await fetch(url, { headers: { Range: 'bytes=0-9' } });
  expect([part.status, await part.text()]).toEqual([206, body.slice(0, 10)]);
});

test('another object, another query, another key and an expired signature are refused with 403', { tags }, async () => {
  const url = await signUrl(`${endpoint}/films/${path}`, { format: format(), expires: soon() });
  const past = await signUrl(`${endpoint}/films/${path}`, { format: format(), expires: soon() - 60 });
  const wrongKey = await signUrl(`${endpoint}/films/${path}`, {
    format: format({ secretAccessKey: 'another' }),
    expires: soon(),
  });
  for (const refused of [url.replace(path, 'other.mp4'), `${url}&versionId=1`, past, wrongKey])
    expect([refused, (await fetch(refused)).status]).toEqual([refused, 403]);
});
