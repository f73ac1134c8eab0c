import { afterEach, describe, expect, test, vi } from 'vitest';
import { untouchedRequest } from '../../../packages/core/src/adapter.ts';
import { SignedFetch } from '../../../packages/worker/src/worker/signed-fetch.ts';

const url = 'https://cdn.test/film.mp4';
const signed = { ...untouchedRequest(url), token: { expires: 9 } };

afterEach(() => vi.unstubAllGlobals());

describe('SignedFetch', () => {
  test.each([
    ['served', () => Promise.resolve(new Response('film')), 200],
    ['refused for good', () => Promise.resolve(new Response(null, { status: 403 })), 403],
    ['lost', () => Promise.reject(new TypeError('no network')), 0],
  ])('a request that is %s: its signer is asked no more, and told so', async (_, fetched, status) => {
    vi.stubGlobal('fetch', fetched);
    const calls: string[] = [];
    const note = (call: string) => () => (calls.push(call), Promise.resolve(undefined));
    const signer = { sign: () => Promise.resolve(signed), refused: note('refused'), release: note('release') };
    const delivery = {
      request: () => ({}),
      answer: (_event: unknown, _sent: unknown, response: Response) => response,
      failed: () => Promise.resolve(Response.error()),
    };
    const event = { request: new Request(url) };
    expect((await new SignedFetch(event as never, signer as never, delivery as never).answer()).status).toBe(status);
    expect(calls).toEqual(status === 200 ? ['release'] : ['refused', 'release']);
  });
});
