import { describe, expect, test } from 'vitest';
import type { Answer } from './download-lab.ts';
import { SIZE, downloadLab, file, half, status } from './download-lab.ts';

const lab = downloadLab();

describe('download, from a server that', () => {
  test.each([401, 403, 410])('refuses with %i: a new token, and after some of them the end', async (code) => {
    expect((await lab.run([half, status(code)])).equals(file)).toBe(true);
    expect(lab.tokens).toBe(2);
    const error = await lab.run(Array<Answer>(99).fill(status(code))).catch((thrown: unknown) => thrown as Error);
    expect(error).toMatchObject({ code: 'ERR_TOKEN_REFUSED', url: lab.url, status: code });
    expect(lab.requests.length).toBeLessThan(20);
    expect(JSON.stringify([error, String(error)])).not.toContain('secret');
  });

  test.each([404, 451, 416, 429, 500])(
    'refuses with %i, because its team says so: a new token, and after some of them the end',
    async (code) => {
      const refusals = [code];
      expect((await lab.run([half, status(code)], { refusals })).equals(file)).toBe(true);
      expect(lab.tokens).toBe(2);
      await expect(lab.run(Array<Answer>(99).fill(status(code)), { refusals })).rejects.toMatchObject({
        code: 'ERR_TOKEN_REFUSED',
        url: lab.url,
        status: code,
      });
      expect(lab.requests.length).toBeLessThan(20);
    },
  );

  test('answers with what its team says is no refusal: ends at once', async () => {
    for (const code of [401, 403, 410])
      await expect(lab.run([status(code)], { refusals: [404] })).rejects.toMatchObject({
        name: 'NotFoundError',
        message: `The server answered ${code} for ${lab.url}. Check the URL: it is not tried again.`,
      });
    expect(lab.requests).toHaveLength(3);
    expect(lab.tokens).toBe(3);
  });

  test('refuses with a 416 that has an ETag of its own: that is not another version of the file', async () => {
    const refusal = status(416, { etag: '"of the page that says so"' });
    const { done } = lab.stream([half, refusal], { refusals: [416] });
    expect((await done).equals(file)).toBe(true);
    expect(lab.tokens).toBe(2);
  });

  test('refuses in the form of a success: none of it is written', async () => {
    const refusal: Answer = (_, response) => response.writeHead(203, { 'content-length': 2 }).end('no');
    expect((await lab.run([refusal], { refusals: [203] })).equals(file)).toBe(true);
    expect([lab.tokens, lab.requests.length]).toEqual([2, 2]);
  });

  test('has nothing beyond what is at hand, with a status that may be a refusal: done', async () => {
    const { done } = lab.stream([status(416, { 'content-range': `bytes */${SIZE}`, etag: '"1"' })], {
      from: { received: SIZE, validator: '"1"' },
      refusals: [416],
    });
    expect(await done).toHaveLength(0);
    expect(lab.tokens).toBe(1);
  });
});
