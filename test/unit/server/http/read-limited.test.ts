import { expect, test } from 'vitest';
import { readLimited } from '../../../../packages/server/src/http/read-limited.ts';

const chunks = (): ReadableStream<Uint8Array> =>
  new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1000)) });
const post = (headers: HeadersInit): Request =>
  new Request('https://app.test/token', { method: 'POST', body: chunks(), headers, duplex: 'half' } as RequestInit);

test.each<[string, HeadersInit]>([
  ['says that it is too long', { 'content-length': '5000' }],
  ['turns out too long', {}],
])('body: a request that %s is given up at once, also where somebody has cloned it', async (_, headers) => {
  const request = post(headers);
  request.clone();
  expect(await readLimited(request, 3000)).toBeUndefined();
});
