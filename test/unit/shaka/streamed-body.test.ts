import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Token, TokenRequest } from '../../../packages/core/src/index.ts';
import { WithheldBody } from '../../../packages/shaka/src/withheld-body.ts';
import { createShakaLab, failureOf } from './shaka-lab.ts';

// early failures, which early-failure.test.ts is about
vi.spyOn(console, 'error').mockImplementation(() => undefined);
afterEach(() => vi.unstubAllGlobals());

const VERSIONS = ['shaka-player', 'shaka-player-4.11'] as const;

let count = 0;
const getTokens = ({ urls }: TokenRequest): Promise<Token[]> =>
  Promise.resolve(urls.map((url) => ({ url, expires: Date.now() / 1000 + 60, query: { st: `t${++count}` } })));

const bytes = (...parts: (number | string)[]): Uint8Array<ArrayBuffer> =>
  new Uint8Array(parts.flatMap((part) => (typeof part === 'string' ? [...new TextEncoder().encode(part)] : part)));
const box = bytes(0, 0, 0, 24, 'styp');
const rest = bytes('mdat');
const refusal = { status: 403, parts: [bytes('<html>'), bytes('403 Forbidden')] };

describe.each(VERSIONS)('a segment that the player reads while it arrives: %s', (version) => {
  test('the body of a refusal does not reach the player, that of the replay does', async () => {
    const { request } = createShakaLab(version, getTokens, [refusal, { status: 200, parts: [box, rest] }]);
    const read: unknown[] = [];
    await request(1, async (data) => void read.push(data)).promise;
    expect(read).toEqual([box, rest]);
  });

  test('nor that of two refusals, nor that of a 404 that the player tries again', async () => {
    const missing = { status: 404, parts: [bytes('not found')] };
    const { request } = createShakaLab(version, getTokens, [refusal, refusal, missing, { status: 200, parts: [box] }]);
    const read: unknown[] = [];
    const hear = async (data: unknown): Promise<void> => void read.push(data);
    await failureOf(request(1, hear));
    await request(2, hear).promise;
    expect(read).toEqual([box]);
  });

  test('a body that does not begin as MP4 reaches the player once its status is known', async () => {
    const other = bytes('G', 'TS');
    const { request } = createShakaLab(version, getTokens, [{ status: 200, parts: [other, box] }]);
    const read: unknown[] = [];
    await request(1, async (data) => void read.push(data)).promise;
    expect(read).toEqual([other, box]);
  });
});

test('an empty part tells nothing of the body', async () => {
  const read: unknown[] = [];
  const [media, text] = [1, 2].map(() => new WithheldBody(async (data) => void read.push(data))) as [
    WithheldBody,
    WithheldBody,
  ];
  for (const part of [bytes(), box, rest]) await media.take(part);
  expect(read).toEqual([box, rest]);
  for (const part of [bytes(), ...refusal.parts]) await text.take(part);
  expect(read).toEqual([box, rest]);
});

test('a part is handed on when it arrives, and the loader waits until the player has read it', async () => {
  const order: string[] = [];
  let read!: () => void;
  const body = new WithheldBody((data) => {
    order.push(`arrives: ${(data as Uint8Array).length}`);
    return new Promise<void>((resolve) => (read = resolve));
  });
  const taken = body.take(box).then(() => order.push('read'));
  await Promise.resolve();
  expect(order).toEqual(['arrives: 8']);
  read();
  await taken;
  await body.pass();
  expect(order).toEqual(['arrives: 8', 'read']);
});
