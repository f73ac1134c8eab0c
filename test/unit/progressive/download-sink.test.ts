import { describe, expect, test } from 'vitest';
import { createSink } from '../../../packages/progressive/src/download-sink.ts';

const bytes = (length: number, value: number): Uint8Array<ArrayBuffer> => new Uint8Array(length).fill(value);

describe('createSink', () => {
  test('joins a blob of many pieces in order, and takes all of them back', async () => {
    const sink = createSink('blob');
    await sink.write(bytes(10, 9), 0);
    await sink.restart!();
    for (let piece = 0; piece < 20; piece++) await sink.write(bytes(2 ** 20, piece), piece * 2 ** 20);
    const blob = (await sink.finish('video/mp4')) as Blob;
    expect([blob.size, blob.type]).toEqual([20 * 2 ** 20, 'video/mp4']);
    const content = new Uint8Array(await blob.arrayBuffer());
    expect(Array.from({ length: 20 }, (_, piece) => content[piece * 2 ** 20])).toEqual([...Array(20).keys()]);
  });

  test('waits for a stream that is slower, cannot take back, and closes it at the end', async () => {
    let isClosed = false;
    let go: (() => void) | undefined;
    const stream = new WritableStream<Uint8Array>({
      write: () => new Promise<void>((resolve) => (go = resolve)),
      close: () => void (isClosed = true),
    });
    const sink = createSink(stream);
    expect(sink.restart).toBeUndefined();
    let isReady = false;
    const writing = sink.write(bytes(1, 1), 0).then(() => (isReady = true));
    await new Promise(setImmediate);
    expect(isReady).toBe(false);
    go!();
    await writing;
    await sink.finish('');
    expect(isClosed).toBe(true);
  });

  test('leaves a stream open and unlocked when it is released', async () => {
    const stream = new WritableStream<Uint8Array>();
    const sink = createSink(stream);
    await sink.write(bytes(1, 1), 0);
    sink.release();
    expect(stream.locked).toBe(false);
    await stream.getWriter().write(bytes(1, 2));
  });

  test('fails as the stream does', async () => {
    const full = new Error('disk full');
    const stream = new WritableStream<Uint8Array>({ write: () => Promise.reject(full) });
    await expect(createSink(stream).write(bytes(1, 1), 0)).rejects.toBe(full);
  });

  test('writes a file at its position, and empties it', async () => {
    const written: unknown[] = [];
    const stream = new WritableStream({ write: (chunk) => void written.push(chunk) });
    const sink = createSink(Object.assign(stream, { truncate: () => undefined }) as never);
    const data = bytes(3, 1);
    await sink.write(data, 700);
    await sink.restart!();
    expect(written).toEqual([
      { type: 'write', position: 700, data },
      { type: 'truncate', size: 0 },
    ]);
  });
});
