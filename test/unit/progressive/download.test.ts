import { gzipSync } from 'node:zlib';
import { describe, expect, test, vi } from 'vitest';
import type { TokenRequest } from '../../../packages/core/src/index.ts';
import type { DownloadProgress } from '../../../packages/progressive/src/download.ts';
import { download } from '../../../packages/progressive/src/download.ts';
import { gate } from '../../support/node-server.ts';
import type { Answer } from './download-lab.ts';
import { SIZE, downloadLab, file, half, other, serve, status } from './download-lab.ts';

const lab = downloadLab();

/** Lets fake time pass until `job` has ended; its requests are real. */
async function passing<T>(job: Promise<T>): Promise<T> {
  let isDone = false;
  void job
    .catch(() => undefined)
    .finally(() => {
      isDone = true;
    });
  for (const isOver = (): boolean => isDone; !isOver();) {
    await vi.advanceTimersByTimeAsync(100);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return job;
}

describe('download, from a server that', () => {
  test('behaves: one request, one token, never a HEAD', async () => {
    expect(await lab.run([])).toEqual(file);
    expect(lab.requests).toHaveLength(1);
    expect(lab.tokens).toBe(1);
    expect(lab.requests[0]!.method).toBe('GET');
  });

  test.each<[string, Answer[], sent: (string | undefined)[]]>([
    [
      'sends too little, again and again',
      [half, serve({ until: 10_000 }), serve({ until: 1 })],
      [undefined, 'bytes=50000-', 'bytes=60000-', 'bytes=60001-'],
    ],
    ['closes without an answer', [half, (request) => request.destroy()], [undefined, 'bytes=50000-', 'bytes=50000-']],
    [
      'is overloaded',
      [status(503), status(429, { 'retry-after': '0' }), status(500), status(408)],
      [undefined, undefined, undefined, undefined, undefined],
    ],
    ['redirects to where the file is', [status(302, { location: '/elsewhere' })], [undefined, undefined]],
    ['has nothing to say', [status(204), status(204)], [undefined, undefined, undefined]],
    ['does not say how long it is', [(_, response) => response.writeHead(200).end(file)], [undefined]],
    [
      'packs it',
      [(_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(file))],
      [undefined],
    ],
    ['sends parts of a length that it does not know', [half, serve({ isKnown: false })], [undefined, 'bytes=50000-']],
  ])('%s: every byte is right', async (_, script, sent) => {
    lab.skipPauses();
    expect((await lab.run(script)).equals(file)).toBe(true);
    expect(lab.ranges()).toEqual(sent);
  });

  test('has an empty file', async () => {
    expect(await lab.run([(_, response) => response.writeHead(200, { 'content-length': 0 }).end()])).toHaveLength(0);
    expect(lab.requests).toHaveLength(1);
  });

  test('is silent: given up after fifteen seconds, and gone on from there', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    let received = 0;
    const job = lab.run(
      [
        (_, response) => {
          response.writeHead(200, { 'content-length': SIZE, etag: '"1"' }).write(file.subarray(0, 50_000));
        },
      ],
      {
        onProgress: (progress: DownloadProgress) => {
          received = progress.received;
        },
      },
    );
    const turn = (): Promise<unknown> => new Promise(setImmediate);
    // the meter speaks ten times a second, and time stands still
    for (let isHere = false; !isHere; isHere = lab.requests.length === 1) await turn();
    for (let quiet = 0; quiet < 200; quiet++) await turn();
    await vi.advanceTimersByTimeAsync(14_900);
    expect(lab.requests).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(200);
    let isDone = false;
    void job.finally(() => {
      isDone = true;
    });
    for (const isOver = (): boolean => isDone; !isOver(); await turn()) await vi.advanceTimersByTimeAsync(0);
    expect((await job).equals(file)).toBe(true);
    expect(lab.ranges()).toEqual([undefined, 'bytes=50000-']);
    expect(received).toBe(SIZE);
  });

  test.each<[string, Answer]>([
    ['has another version, told by another ETag', serve({ data: other, etag: '"2"' })],
    ['has another version, told by another size', serve({ data: Buffer.concat([other, other]) })],
    ['has a shorter version', status(416, { 'content-range': 'bytes */700', etag: '"2"' })],
    ['sends the whole when asked for a part', (_, response) => response.writeHead(200).end(file)],
    [
      'sends another part than was asked for',
      (_, response) => response.writeHead(206, { 'content-range': `bytes 0-9/${SIZE}` }).end(file.subarray(0, 10)),
    ],
    ['hides which part it sends', (_, response) => response.writeHead(206).end(file.subarray(50_000))],
  ])('%s: an InvalidStateError, nothing is mixed, and a stream stays open', async (_, answer) => {
    await expect(lab.run([half, answer])).rejects.toMatchObject({ name: 'InvalidStateError' });
    const onProgress = vi.fn();
    const { as, done } = lab.stream([half, answer], { onProgress });
    await expect(done).rejects.toMatchObject({ name: 'InvalidStateError' });
    expect(as.locked).toBe(false);
    expect(onProgress).toHaveBeenLastCalledWith(expect.objectContaining({ received: SIZE / 2, validator: '"1"' }));
  });

  test('has the rest of an earlier download, or nothing beyond it', async () => {
    expect(await lab.stream([], { from: { received: 70_000, validator: '"1"' } }).done).toEqual(file.subarray(70_000));
    const end = status(416, { 'content-range': `bytes */${SIZE}`, etag: '"1"' });
    expect(await lab.stream([end], { from: { received: SIZE, validator: '"1"' } }).done).toHaveLength(0);
    expect(lab.ranges()).toEqual(['bytes=70000-', `bytes=${SIZE}-`]);
    const changed = lab.stream([], { from: { received: 1000, validator: '"0"' } }).done;
    await expect(changed).rejects.toMatchObject({ name: 'InvalidStateError' });
  });

  test.each([401, 403, 410, 451])('refuses with %i once: a new token; refuses that too: the error', async (code) => {
    const refusals = [401, 403, 410, 451];
    expect((await lab.run([half, status(code)], { refusals })).equals(file)).toBe(true);
    expect(lab.tokens).toBe(2);
    const error = await lab.run([half, status(code), status(code)], { refusals }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'ERR_TOKEN_REFUSED', url: lab.url, status: code });
    expect(JSON.stringify([error, String(error)])).not.toMatch(/secret\d/);
  });

  test('does not have it: ends at once', async () => {
    for (const code of [404, 400, 451])
      await expect(lab.run([status(code)])).rejects.toMatchObject({
        name: 'NotFoundError',
        message: `The server answered ${code} for ${lab.url}.`,
      });
    expect(lab.requests).toHaveLength(3);
  });

  test('never answers: a NetworkError, with what came before kept', async () => {
    let last: DownloadProgress | undefined;
    const silent = Array<Answer>(99).fill((request) => request.destroy());
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { as, done } = lab.stream([half, ...silent], {
      onProgress: (progress: DownloadProgress) => {
        last = progress;
      },
    });
    await expect(passing(done)).rejects.toMatchObject({ name: 'NetworkError' });
    expect(as.locked).toBe(false);
    expect(last?.received).toEqual(SIZE / 2);
    expect(lab.requests.length).toBeLessThan(12);
  });

  test('is not reached while the browser is offline, or says so and is wrong: no try counts', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    vi.stubGlobal('navigator', { onLine: false });
    const silent = Array<Answer>(20).fill((request) => request.destroy());
    expect((await passing(lab.run([half, ...silent]))).equals(file)).toBe(true);
    expect(lab.requests.length).toBeGreaterThan(20);
  });

  test('is left by the page', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const job = lab.run(
      [
        (_, response) => {
          response
            .writeHead(200, { 'content-length': SIZE })
            .write(file.subarray(0, 9), () => controller.abort(reason));
        },
      ],
      { signal: controller.signal },
    );
    await expect(job).rejects.toBe(reason);
    await expect(lab.run([], { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(lab.requests).toHaveLength(1);
  });
});

describe('download into a stream that has stopped', () => {
  const getTokens = ({ urls }: TokenRequest) =>
    Promise.resolve(urls.map((url) => ({ url, expires: Date.now() / 1000 + 60, query: { token: 't' } })));
  const reason = new Error('enough');

  test('ends when it is aborted, and goes on later without a byte twice', async () => {
    const goesOn = gate();
    const isWriting = gate();
    const pieces: Uint8Array[] = [];
    const as = new WritableStream<Uint8Array>({
      async write(piece) {
        isWriting.resolve();
        await goesOn.promise;
        pieces.push(piece);
      },
    });
    const controller = new AbortController();
    let from: DownloadProgress | undefined;
    const onProgress = (progress: DownloadProgress): void => {
      from = progress;
    };
    const stopped = download(lab.url, { as, getTokens, onProgress, signal: controller.signal });
    await isWriting.promise;
    controller.abort(reason);
    await expect(stopped).rejects.toBe(reason);
    expect(from!.received).toBeGreaterThan(0);
    goesOn.resolve();
    await download(lab.url, { as, getTokens, from: from! });
    expect(Buffer.concat(pieces).equals(file)).toBe(true);
  });

  test('and does not close ends when it is aborted', async () => {
    const isClosing = gate();
    const as = new WritableStream<Uint8Array>({
      close() {
        isClosing.resolve();
        return new Promise(() => undefined);
      },
    });
    const controller = new AbortController();
    const stopped = download(lab.url, { as, getTokens, signal: controller.signal });
    await isClosing.promise;
    controller.abort(reason);
    await expect(stopped).rejects.toBe(reason);
  });

  test('because it has failed reports no byte that it did not take', async () => {
    const as = new WritableStream<Uint8Array>({ write: () => Promise.reject(new Error('the disk is full')) });
    const onProgress = vi.fn();
    await expect(download(lab.url, { as, getTokens, onProgress })).rejects.toThrow('the disk is full');
    expect(onProgress).toHaveBeenLastCalledWith(expect.objectContaining({ received: 0 }));
  });
});

test('download to a file writes each piece at its place, those of an earlier download left out', async () => {
  const written: { position: number; data: Uint8Array }[] = [];
  const stream = new WritableStream({
    write: (chunk: (typeof written)[number]) => {
      written.push(chunk);
    },
  });
  const as = Object.assign(stream, { truncate: () => undefined });
  await lab.stream([half], { as, from: { received: 10, validator: '"1"' } }).done;
  let end = 10;
  for (const { position, data } of written) {
    expect(position).toBe(end);
    end += data.length;
  }
  expect(end).toBe(SIZE);
});

test('download to a blob of many pieces keeps their order and the type', async () => {
  const data = Buffer.concat(Array.from({ length: 20 }, (_, piece) => Buffer.alloc(2 ** 20, piece)));
  const blob = await lab.blob([
    (_, response) => response.writeHead(200, { 'content-type': 'video/mp4', 'content-length': data.length }).end(data),
  ]);
  expect(blob.type).toBe('video/mp4');
  expect(data.equals(Buffer.from(await blob.arrayBuffer()))).toBe(true);
});

test.each([
  [{ from: { received: -1 } }, "from.received is no number of bytes. Give 'from' the last progress of the download."],
  [{ from: { received: '5' } }, "from.received is no number of bytes. Give 'from' the last progress of the download."],
  [{ as: 'stream' }, "as is neither 'blob' nor a WritableStream. Give one of them, or leave it out."],
  [{ as: null }, "as is neither 'blob' nor a WritableStream. Give one of them, or leave it out."],
  [{ onprogress: () => undefined }, "Unknown option 'onprogress'. Did you mean 'onProgress'?"],
])('download refuses %o at once', async (options, message) => {
  const refused = expect.objectContaining({ code: 'ERR_OPTIONS', message: `ERR_OPTIONS: ${message}` }) as Error;
  await expect(lab.run([], options)).rejects.toEqual(refused);
  expect(lab.tokens).toBe(0);
  expect(lab.requests).toHaveLength(0);
});

test('download refuses a password in the URL, and does not quote it', async () => {
  lab.url = 'https://:SECRET@cdn.example/film.mp4';
  const error = await lab.run([]).catch((thrown: unknown) => thrown as Error);
  expect(error).toMatchObject({ code: 'ERR_OPTIONS', message: expect.not.stringContaining('SECRET') as unknown });
});
