import { afterAll, beforeAll, expect, test } from 'vitest';
import { signUrl } from '../../../../packages/server/src/index.ts';
import { s3 } from '../../../../packages/server/src/s3.ts';
import { s3Keys, startS3Server } from '../../../support/s3-server.ts';
import type { S3Server } from '../../../support/s3-server.ts';

// A server of S3 that is not ours judges what we sign.

const tags = ['s3rver'];
const film = 'vod/a b/(é) 1.mp4';
const path = film.split('/').map(encodeURIComponent).join('/');

const body = 'x'.repeat(1000);

let server: S3Server;
let endpoint: string;
beforeAll(async () => {
  server = await startS3Server();
  ({ endpoint } = server);
  for (const each of [path, 'other.mp4']) await server.put(each, body);
}, 60_000);
afterAll(() => server.stop());

const format = (options: object = {}): ReturnType<typeof s3> =>
  s3({ ...s3Keys, region: 'us-east-1', endpoint, bucket: 'films', maxTtl: 60, ...options });
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
