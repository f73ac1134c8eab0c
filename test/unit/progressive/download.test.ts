import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { DownloadProgress } from '../../../packages/progressive/src/progress-meter.ts';
import { download } from '../../../packages/progressive/src/download.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => unknown;

const SIZE = 100_000;
const file = randomBytes(SIZE);
const other = randomBytes(SIZE);
const begin = ({ headers }: IncomingMessage): number => Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);

/** As servers should: a part if one is asked for. */
const serve =
  ({ data = file, etag = '"1"', isKnown = true, until = Infinity } = {}): Answer =>
  (request, response) => {
    const start = begin(request);
    const body = data.subarray(start);
    const range = { 'content-range': `bytes ${start}-${data.length - 1}/${isKnown ? data.length : '*'}` };
    response.writeHead(request.headers.range ? 206 : 200, {
      etag,
      'content-length': body.length,
      ...(request.headers.range && range),
    });
    if (until >= body.length) response.end(body);
    else response.write(body.subarray(0, until), () => response.destroy());
  };
const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (_, response) =>
    response.writeHead(code, headers).end();
const half = serve({ until: SIZE / 2 });

describe('download, from a server that', () => {
  let server: Server;
  let url: string;
  let answers: Answer[];
  let requests: { method: string; headers: IncomingHttpHeaders }[];
  let tokens: number;

  beforeEach(async () => {
    requests = [];
    tokens = 0;
    server = createServer((request, response) => {
      requests.push({ method: request.method!, headers: request.headers });
      void (answers.shift() ?? serve())(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    url = `${origin}/film.mp4`;
    vi.stubGlobal('document', { baseURI: `${origin}/page` });
    vi.stubGlobal('location', { origin });
    vi.stubGlobal('navigator', { onLine: true });
    vi.stubGlobal('addEventListener', () => undefined);
    // a back-off of full jitter may be none at all
    vi.spyOn(Math, 'random').mockReturnValue(0);
  });
  afterEach(async () => {
    vi.useRealTimers();
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const getTokens = ({ urls }: { urls: readonly string[] }) => {
    tokens++;
    return Promise.resolve(
      urls.map((each) => ({ url: each, expires: Date.now() / 1000 + 60, query: { token: `secret${tokens}` } })),
    );
  };
  const run = async (script: Answer[], more: object = {}): Promise<Buffer> => {
    answers = script;
    return Buffer.from(await (await download(url, { getTokens, ...more })).arrayBuffer());
  };
  const stream = (script: Answer[], more: object = {}) => {
    const pieces: Uint8Array[] = [];
    answers = script;
    const as = new WritableStream<Uint8Array>({ write: (piece) => void pieces.push(piece) });
    return { as, done: download(url, { getTokens, as, ...more }).then(() => Buffer.concat(pieces)) };
  };
  const ranges = (): (string | undefined)[] => requests.map(({ headers }) => headers.range);

  test('behaves: one request, one token, never a HEAD', async () => {
    expect(await run([])).toEqual(file);
    expect([requests.length, tokens, requests[0]!.method]).toEqual([1, 1, 'GET']);
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
    [
      'sends the whole when asked for a part',
      [half, (_, response) => response.writeHead(200, { 'content-length': SIZE }).end(file)],
      [undefined, 'bytes=50000-'],
    ],
    [
      'sends another part than was asked for',
      [
        half,
        (_, response) => response.writeHead(206, { 'content-range': `bytes 0-9/${SIZE}` }).end(file.subarray(0, 10)),
      ],
      [undefined, 'bytes=50000-', 'bytes=10-'],
    ],
    ['sends parts of a length that it does not know', [half, serve({ isKnown: false })], [undefined, 'bytes=50000-']],
    [
      'hides which part it sends',
      [half, (_, response) => response.writeHead(206).end(file.subarray(50_000))],
      [undefined, 'bytes=50000-', undefined],
    ],
  ])('%s: every byte is right', async (_, script, sent) => {
    expect((await run(script)).equals(file)).toBe(true);
    expect(ranges()).toEqual(sent);
  });

  test('has an empty file', async () => {
    expect(await run([(_, response) => response.writeHead(200, { 'content-length': 0 }).end()])).toHaveLength(0);
    expect(requests).toHaveLength(1);
  });

  test.each<[string, Answer]>([
    ['another ETag', serve({ data: other, etag: '"2"' })],
    ['another size', serve({ data: Buffer.concat([other, other]) })],
    ['none of what is asked for any more', status(416, { 'content-range': 'bytes */700', etag: '"2"' })],
  ])('has another version, told by %s: a blob starts again, a stream fails and is left open', async (_, changed) => {
    const now = serve({ data: other, etag: '"2"' });
    expect((await run([half, changed, now])).equals(other)).toBe(true);
    expect(ranges()).toEqual([undefined, 'bytes=50000-', undefined]);
    const { as, done } = stream([half, changed, now]);
    await expect(done).rejects.toMatchObject({ name: 'InvalidStateError' });
    expect(as.locked).toBe(false);
  });

  test('has another version each time: ends', async () => {
    const versions = Array.from({ length: 9 }, (_, version) => serve({ etag: `"${version}"`, until: SIZE / 2 }));
    await expect(run(versions)).rejects.toMatchObject({ name: 'InvalidStateError' });
    expect(requests.length).toBeLessThan(9);
  });

  test('has nothing beyond what is at hand: done without a byte', async () => {
    const { done } = stream([status(416, { 'content-range': `bytes */${SIZE}`, etag: '"1"' })], {
      from: { received: SIZE, validator: '"1"' },
    });
    expect(await done).toHaveLength(0);
    expect(ranges()).toEqual([`bytes=${SIZE}-`]);
  });

  test('goes on from an earlier download, with If-Range', async () => {
    const { done } = stream([], { from: { received: 70_000, validator: '"1"' } });
    expect(await done).toEqual(file.subarray(70_000));
    expect(requests[0]!.headers).toMatchObject({ range: 'bytes=70000-', 'if-range': '"1"' });
  });

  test('is silent: given up after fifteen seconds, and gone on from there', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    let received = 0;
    const job = run(
      [
        (_, response) =>
          void response.writeHead(200, { 'content-length': SIZE, etag: '"1"' }).write(file.subarray(0, 50_000)),
      ],
      {
        onProgress: (progress: DownloadProgress) => (received = progress.received),
      },
    );
    const turn = (): Promise<unknown> => new Promise(setImmediate);
    // the meter speaks ten times a second, and time stands still
    for (let isHere = false; !isHere; isHere = requests.length === 1) await turn();
    for (let quiet = 0; quiet < 200; quiet++) await turn();
    await vi.advanceTimersByTimeAsync(14_900);
    expect(requests).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(200);
    let isDone = false;
    void job.finally(() => (isDone = true));
    for (const isOver = (): boolean => isDone; !isOver(); await turn()) await vi.advanceTimersByTimeAsync(0);
    expect((await job).equals(file)).toBe(true);
    expect(ranges()).toEqual([undefined, 'bytes=50000-']);
    expect(received).toBe(SIZE);
  });

  test('does not have it: ends at once', async () => {
    for (const code of [404, 400, 451])
      await expect(run([status(code)])).rejects.toMatchObject({ name: 'NotFoundError', message: `${code}: ${url}` });
    expect(requests).toHaveLength(3);
  });

  test.each([401, 403, 410])('refuses with %i: a new token, and after some of them the end', async (code) => {
    expect((await run([half, status(code)])).equals(file)).toBe(true);
    expect(tokens).toBe(2);
    const error = await run(Array<Answer>(99).fill(status(code))).catch((thrown: unknown) => thrown as Error);
    expect(error).toMatchObject({ code: 'ERR_TOKEN_REFUSED', url, status: code });
    expect(requests.length).toBeLessThan(20);
    expect(JSON.stringify([error, String(error)])).not.toContain('secret');
  });

  test.each([404, 451, 416, 429, 500])(
    'refuses with %i, because its team says so: a new token, and after some of them the end',
    async (code) => {
      const refusals = [code];
      expect((await run([half, status(code)], { refusals })).equals(file)).toBe(true);
      expect(tokens).toBe(2);
      await expect(run(Array<Answer>(99).fill(status(code)), { refusals })).rejects.toMatchObject({
        code: 'ERR_TOKEN_REFUSED',
        url,
        status: code,
      });
      expect(requests.length).toBeLessThan(20);
    },
  );

  test('answers with what its team says is no refusal: ends at once', async () => {
    for (const code of [401, 403, 410])
      await expect(run([status(code)], { refusals: [404] })).rejects.toMatchObject({
        name: 'NotFoundError',
        message: `${code}: ${url}`,
      });
    expect(requests).toHaveLength(3);
    expect(tokens).toBe(3);
  });

  test('never answers: a NetworkError, with what came before kept', async () => {
    let last: DownloadProgress | undefined;
    const silent = Array<Answer>(99).fill((request) => request.destroy());
    const { as, done } = stream([half, ...silent], { onProgress: (progress: DownloadProgress) => (last = progress) });
    await expect(done).rejects.toMatchObject({ name: 'NetworkError' });
    expect([as.locked, last?.received]).toEqual([false, SIZE / 2]);
    expect(requests.length).toBeLessThan(12);
  });

  test('is left by the page', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const job = run(
      [
        (_, response) =>
          void response
            .writeHead(200, { 'content-length': SIZE })
            .write(file.subarray(0, 9), () => controller.abort(reason)),
      ],
      { signal: controller.signal },
    );
    await expect(job).rejects.toBe(reason);
    await expect(run([], { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(requests).toHaveLength(1);
  });
});
