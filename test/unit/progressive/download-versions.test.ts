import { describe, expect, test } from 'vitest';
import type { Answer } from './download-lab.ts';
import { SIZE, downloadLab, file, half, other, serve, status } from './download-lab.ts';

const lab = downloadLab();

describe('download, from a server that', () => {
  test.each<[string, Answer]>([
    ['another ETag', serve({ data: other, etag: '"2"' })],
    ['another size', serve({ data: Buffer.concat([other, other]) })],
    ['none of what is asked for any more', status(416, { 'content-range': 'bytes */700', etag: '"2"' })],
  ])('has another version, told by %s: a blob starts again, a stream fails and is left open', async (_, changed) => {
    const now = serve({ data: other, etag: '"2"' });
    expect((await lab.run([half, changed, now])).equals(other)).toBe(true);
    expect(lab.ranges()).toEqual([undefined, 'bytes=50000-', undefined]);
    const { as, done } = lab.stream([half, changed, now]);
    await expect(done).rejects.toMatchObject({ name: 'InvalidStateError' });
    expect(as.locked).toBe(false);
  });

  test('has another version each time: ends', async () => {
    const versions = Array.from({ length: 9 }, (_, version) => serve({ etag: `"${version}"`, until: SIZE / 2 }));
    await expect(lab.run(versions)).rejects.toMatchObject({ name: 'InvalidStateError' });
    expect(lab.requests.length).toBeLessThan(9);
  });

  test('has nothing beyond what is at hand: done without a byte', async () => {
    const { done } = lab.stream([status(416, { 'content-range': `bytes */${SIZE}`, etag: '"1"' })], {
      from: { received: SIZE, validator: '"1"' },
    });
    expect(await done).toHaveLength(0);
    expect(lab.ranges()).toEqual([`bytes=${SIZE}-`]);
  });

  test('goes on from an earlier download, with If-Range', async () => {
    const { done } = lab.stream([], { from: { received: 70_000, validator: '"1"' } });
    expect(await done).toEqual(file.subarray(70_000));
    expect(lab.requests[0]!.headers).toMatchObject({ range: 'bytes=70000-', 'if-range': '"1"' });
  });
});
