import { describe, expect, test } from 'vitest';
import { downloadLab, half, serve } from './download-lab.ts';

const lab = downloadLab();

describe('download refuses at once', () => {
  test.each([
    ['a user name', 'https://me@', 'url has a user name or a password, which fetch refuses.'],
    ['a password', 'https://:SECRET@', 'url has a user name or a password, which fetch refuses.'],
  ])('%s in the URL', async (_, begin, message) => {
    lab.url = `${begin}cdn.example/film.mp4`;
    const error = await lab.run([]).catch((thrown: unknown) => thrown as Error);
    expect(error).toMatchObject({ code: 'ERR_OPTIONS', message: `ERR_OPTIONS: ${message} Write it without them.` });
    expect(lab.tokens).toBe(0);
  });

  test.each(['5', -1, NaN, Infinity, 1.5])('from.received: %o', async (received) => {
    const stream = new WritableStream<Uint8Array>();
    await expect(lab.run([], { from: { received }, as: stream })).rejects.toMatchObject({
      code: 'ERR_OPTIONS',
      message: "ERR_OPTIONS: from.received is no number of bytes. Give 'from' the last progress of the download.",
    });
    expect([lab.tokens, lab.requests.length, stream.locked]).toEqual([0, 0, false]);
  });

  test.each(['stream', '', null, 7, {}, new ReadableStream()])('as: %s', async (as) => {
    await expect(lab.run([], { as })).rejects.toMatchObject({
      code: 'ERR_OPTIONS',
      message: "ERR_OPTIONS: as is neither 'blob' nor a WritableStream. Give one of them, or leave it out.",
    });
    expect([lab.tokens, lab.requests.length]).toEqual([0, 0]);
  });
});

test.each([undefined, null, {}, { received: null }, { received: 0 }])(
  'download from the beginning: %o',
  async (from) => {
    expect(await lab.run([half, serve()], { from })).toHaveLength(100_000);
  },
);
