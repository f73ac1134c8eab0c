import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { CDN, FOLDER, MASTER, fakeTime, fail, folder, lab, advanceSeconds, tokenOf, watch } from './lab.ts';

fakeTime();

describe('createTokenSource', () => {
  describe('an answer that is not understood', () => {
    const expires = 1_900_000_000;
    test.each<[string, unknown]>([
      ['not JSON', new Response('<html>')],
      ['nothing', new Response('')],
      ['204', new Response(null, { status: 204 })],
      ['null', null],
      ['a text', 'token'],
      ['a list', []],
      ['no tokens', { now: 1 }],
      ['tokens not a list', { tokens: {} }],
      ['a token that is null', { tokens: [null] }],
      ['a token that is a text', { tokens: ['abc'] }],
      ['no expires', { tokens: [{ prefix: FOLDER, query: {} }] }],
      ['expires as text', { tokens: [{ prefix: FOLDER, expires: '1900000000' }] }],
      ['expires 0', { tokens: [{ prefix: FOLDER, expires: 0 }] }],
      ['a prefix without / at the end', { tokens: [{ prefix: `${CDN}/vod`, expires }] }],
      ['a prefix with a query', { tokens: [{ prefix: `${FOLDER}?x=/`, expires }] }],
      ['a relative prefix', { tokens: [{ prefix: '/vod/', expires }] }],
      ['a prefix that is not http', { tokens: [{ prefix: 'file:///vod/', expires }] }],
      ['a prefix that is not text', { tokens: [{ prefix: 7, expires }] }],
      ['a relative url', { tokens: [{ url: 'a.ts', expires }] }],
      ['a url that is not text', { tokens: [{ url: {}, expires }] }],
      ['a query that is text', { tokens: [{ prefix: FOLDER, expires, query: 'st=1' }] }],
      ['a query that is null, and no other carrier', { tokens: [{ prefix: FOLDER, expires, query: null }] }],
      ['no carrier', { tokens: [{ prefix: FOLDER, expires }] }],
      [
        'credentials that are false, and no other carrier',
        { tokens: [{ prefix: FOLDER, expires, credentials: false }] },
      ],
      ['a query that is a list', { tokens: [{ prefix: FOLDER, expires, query: ['a'] }] }],
      ['a query with an object in it', { tokens: [{ prefix: FOLDER, expires, query: { st: {} } }] }],
      ['credentials that are text', { tokens: [{ prefix: FOLDER, expires, credentials: 'true' }] }],
      ['a url that is neither http nor https', { tokens: [{ url: 'httpx://cdn.test/a', expires, query: {} }] }],
      ['expires that is null', { tokens: [{ prefix: FOLDER, expires: null, query: {} }] }],
      ['tokens that are null', { tokens: null }],
      ['headers that are text', { tokens: [{ prefix: FOLDER, expires, headers: 'x-t: 1' }] }],
      ['a query with half a character', { tokens: [{ prefix: FOLDER, expires, query: { st: '\ud800' } }] }],
      ['a header whose name has a space', { tokens: [{ prefix: FOLDER, expires, headers: { 'x t': '1' } }] }],
      ['a header with a letter of no Latin-1', { tokens: [{ prefix: FOLDER, expires, headers: { 'x-t': 'ł' } }] }],
      ['expires in milliseconds', { tokens: [{ prefix: FOLDER, expires: expires * 1000 }] }],
      ['expires beyond the year 5138', { tokens: [{ prefix: FOLDER, expires: 1e11 + 1, query: { st: 'a' } }] }],
      ['expires below 0', { tokens: [{ prefix: FOLDER, expires: -1 }] }],
      ['a base without a prefix', { tokens: [{ url: MASTER, expires, base: `${CDN}/x/` }] }],
      ['a base without / at the end', { tokens: [{ prefix: FOLDER, expires, base: `${CDN}/x` }] }],
      [
        'one bad token among good ones',
        {
          tokens: [
            { prefix: FOLDER, expires },
            { prefix: '/', expires },
          ],
        },
      ],
      ['denied not a list', { tokens: [], denied: 'x' }],
      ['400', new Response('{}', { status: 400 })],
      ['404', new Response('{}', { status: 404 })],
      ['413', new Response('{}', { status: 413 })],
    ])('%s: not tried again', async (_, answer) => {
      const viewer = lab(() => answer);
      const error = (await watchOne(viewer.source.sign(MASTER))).error;
      expect(error).toMatchObject({ name: 'SecureTokenError', code: 'ERR_SIGNING_RESPONSE' });
      await advanceSeconds(120);
      expect(viewer.calls).toHaveLength(1);
      expect(viewer.types()).toEqual(['tokenerror']);
      expect(viewer.events[0]!.detail.error).toBe(error);
    });

    test.each([400, 404, 413])('%i: the status is told', async (status) => {
      const viewer = lab(fail(status));
      expect((await watchOne(viewer.source.sign(MASTER))).error!.status).toBe(status);
    });

    test('a header with a line break, as of base64 in lines: the member is named, its value is not told', async () => {
      const viewer = lab(folder(300, FOLDER, { headers: { 'x-token': 'c2VjcmV0\nc2VjcmV0' } }));
      const error = (await watchOne(viewer.source.sign(MASTER))).error;
      expect(error).toMatchObject({ code: 'ERR_SIGNING_RESPONSE' });
      expect(String(error)).toContain('tokens[0].headers');
      expect(inspect(error, { showHidden: true, depth: 12 })).not.toContain('c2VjcmV0');
    });

    test('a header with a line break at its end is as good as without: browsers take it off', async () => {
      const viewer = lab(folder(300, FOLDER, { headers: { 'x-token': 'c2VjcmV0\n' } }));
      expect((await viewer.source.sign(MASTER)).headers).toEqual({ 'x-token': 'c2VjcmV0\n' });
    });

    test('numbers in a query are as good as text', async () => {
      const viewer = lab(folder(300, FOLDER, { query: { st: 'a', e: 5 as never } }));
      expect((await viewer.source.sign(MASTER)).url).toBe(`${MASTER}?st=a&e=5`);
    });

    test('members that may be left out may be null: Go, Java and C# write them so', async () => {
      const left = { url: null, base: null, headers: null, anyQuery: null, credentials: null };
      const { source, types } = lab((call) => ({
        ...(folder(300, FOLDER, { ...(left as object), query: { st: 'a', kid: null as never } })(call) as object),
        denied: null,
        now: null,
      }));
      const request = await source.sign(MASTER);
      expect(request).toMatchObject({ url: `${MASTER}?st=a`, headers: {}, credentials: false });
      // the app sees the token, too: a member is there or left out
      expect(Object.keys(request.token!).sort()).toEqual(['expires', 'prefix', 'query']);
      expect(types()).toEqual(['tokenrenewed']);
    });

    test('numbers and null in headers are as good as text and nothing', async () => {
      const viewer = lab(folder(300, FOLDER, { headers: { 'x-e': 5 as never, 'x-kid': null as never } }));
      expect((await viewer.source.sign(MASTER)).headers).toEqual({ 'x-e': '5' });
    });

    test('a token without a scope may say so by null', async () => {
      const { source } = lab(folder(300, null as never, { url: null as never }));
      expect(tokenOf(await source.sign(MASTER))).toBe('t1');
    });

    test('what the contract does not name is ignored', async () => {
      const viewer = lab((call) => ({ ...(folder()(call) as object), hello: 1 }));
      expect(tokenOf(await viewer.source.sign(MASTER))).toBe('t1');
    });
  });
});

async function watchOne(promise: Promise<unknown>): Promise<ReturnType<typeof watch>> {
  const seen = watch(promise);
  await advanceSeconds(1);
  return seen;
}
