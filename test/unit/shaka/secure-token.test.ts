import { afterEach, describe, expect, test, vi } from 'vitest';
import { secureToken } from '../../../packages/shaka/src/index.ts';
import { CDN, VERSIONS, createShakaLab, failureOf, never, numbered } from './shaka-lab.ts';

afterEach(() => vi.unstubAllGlobals());

const OPERATION_ABORTED = 7001;

describe.each(VERSIONS)('secureToken(), %s', (version) => {
  test('the player dispatches the events of its token source, which it may write into', async () => {
    const { source, dispatchEvent } = createShakaLab(version, numbered);
    await source.sign(`${CDN}/a`);
    const detail = expect.objectContaining({ urls: [`${CDN}/a`], reason: 'initial' }) as object;
    expect(dispatchEvent.mock.calls).toMatchObject([[{ type: 'tokenrenewed', urls: [`${CDN}/a`], detail }]]);
    expect(Object.assign(dispatchEvent.mock.calls[0]![0], { target: {} })).toHaveProperty('target');
  });

  test('called again with the source that it has returned: that lives until the player is destroyed', async () => {
    const { player, engine, source } = createShakaLab(version, numbered);
    expect(secureToken(player, source)).toBe(source);
    await expect(source.sign(`${CDN}/a`)).resolves.toHaveProperty('token');
    await engine.destroy();
    await expect(source.sign(`${CDN}/a`)).rejects.toMatchObject({ code: 'ERR_DESTROYED' });
  });

  test('called again, the first source goes on; if the app has destroyed it, the second one signs', async () => {
    const { secure, request, sent, source } = createShakaLab(version, never);
    expect(secure({ getTokens: never })).toBe(source);
    source.destroy();
    secure({ getTokens: async ({ urls }) => urls.map((url) => ({ url, expires: 2e9, query: { st: 'new' } })) });
    await expect(request().promise).resolves.toMatchObject({ status: 200, uri: `${CDN}/s-1.m4s` });
    expect(sent).toEqual([`${CDN}/s-1.m4s?st=new`]);
  });

  test('an abort and the end of the player end a wait for a token', async () => {
    const { request, engine, sent } = createShakaLab(version, never);
    const [aborted, destroyed] = [request(), request()];
    const failures = [failureOf(aborted), failureOf(destroyed)];
    await Promise.resolve();
    await aborted.abort();
    await engine.destroy();
    expect((await Promise.all(failures)).map(({ code }) => code)).toEqual([OPERATION_ABORTED, OPERATION_ABORTED]);
    expect(sent).toEqual([]);
  });

  test('an abort ends the wait of a refused request, too', async () => {
    let calls = 0;
    const { request, source, sent } = createShakaLab(version, (asked) => (calls++ ? never() : numbered(asked)), [403]);
    const operation = request();
    const failure = failureOf(operation);
    await new Promise((resolve) => source.addEventListener('tokenrefused', resolve));
    await operation.abort();
    expect(await failure).toMatchObject({ code: OPERATION_ABORTED });
    expect(sent).toHaveLength(1);
  });

  test('a licence server that refuses with a status which caches keep gets no GET before the replay', async () => {
    let number = 0;
    const { engine, lib, sent } = createShakaLab(
      version,
      async ({ urls }) => urls.map((url) => ({ url, expires: 2e9, headers: { 'x-token': String(++number) } })),
      [410],
    );
    const fetched = vi.fn(() => Promise.resolve(new Response('')));
    vi.stubGlobal('fetch', fetched);
    const { RequestType, makeRequest, defaultRetryParameters } = lib.net.NetworkingEngine;
    const license = Object.assign(makeRequest([`${CDN}/license`], defaultRetryParameters()), { method: 'POST' });
    await engine.request(RequestType.LICENSE, license).promise;
    expect(sent).toHaveLength(2);
    expect(fetched).not.toHaveBeenCalled();
  });
});

describe.each(VERSIONS)('a segment that the player reads while it arrives, %s', (version) => {
  const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
  const [box, rest] = [bytes('\0\0\0\x18styp'), bytes('mdat')];
  const refusal = { status: 403, parts: [bytes(''), bytes('<html>'), bytes('403 Forbidden')] };

  test.each([
    ['a refusal, but for its replay', [refusal, { status: 200, parts: [bytes(''), box, rest] }], [box, rest]],
    ['two refusals', [refusal, refusal], []],
  ])('nothing of the text of %s reaches the player', async (_, outcomes, expected) => {
    const { request } = createShakaLab(version, numbered, outcomes);
    const read: unknown[] = [];
    await request({
      streamDataCallback: async (data) => {
        read.push(data);
      },
    }).promise.catch(() => undefined);
    expect(read).toEqual(expected);
  });
});
