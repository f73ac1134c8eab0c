import { createTokenSource } from 'secure-token-core';
import { describe, expect, test, vi } from 'vitest';
import { firewallAnswer } from '../../../../packages/server/src/azion/firewall.ts';
import { azionHash } from '../../../../packages/server/src/formats/azion.ts';
import {
  azion,
  azureBlob,
  createEdgeHandler,
  createSigningEndpoint,
  googleStorage,
  signUrl,
  tokensFor,
  verifyUrl,
} from '../../../../packages/server/src/index.ts';
import type { EdgeRefusal, SignedToken, TokenFormat } from '../../../../packages/server/src/index.ts';
import { s3 } from '../../../../packages/server/src/s3.ts';
import { rsaKey, samples, secret } from '../../../support/format-samples.ts';
import { playing, refusedParts } from '../../../support/path-spellings.ts';
import { HOST, NOW, ask, making, post } from '../../../support/signing-endpoint.ts';
import { requestWith } from '../../../support/token-request.ts';

const clock = (): number => NOW * 1000;
const refused = Object.values(refusedParts).flat();

/** Formats that only sign, with the folder of an object of the store. */
const storeKeys = { accessKeyId: 'a', secretAccessKey: 'b' };
const stores: readonly (readonly [name: string, format: TokenFormat, folder: string])[] = [
  ['s3', s3({ region: 'us-east-1', ...storeKeys }), 'https://films.s3.us-east-1.amazonaws.com/'],
  ['googleStorage', googleStorage({ clientEmail: 'a@b', privateKey: rsaKey }), 'https://storage.googleapis.com/films/'],
  ['azureBlob', azureBlob({ account: 'films', accountKey: 'AAAA' }), 'https://films.blob.core.windows.net/vod/'],
];
/**
 * Formats that verify, with the folder of a URL that they sign. Mux signs `/ID.m3u8` and `/ID/…` alone, Alibaba B
 * links.
 */
const verifying = samples
  .filter(([name]) => name !== 'mux' && name !== 'alibaba B')
  .map(([name, format, path]) => [name, format, HOST + path.slice(0, path.indexOf('/', 1) + 1)] as const);

/**
 * Names that a format refuses although all servers read them in the same way: its signed text would have two readings.
 */
const refusedMore: Readonly<Record<string, readonly string[]>> = {
  wowza: ['/vod/Who%3F/film.mp4'],
  s3: ['/vod/a+b.mp4'],
  googleStorage: ['/vod/a+b.mp4'],
};

/** An endpoint that may sign all of a folder's host, and the URLs that its hook was asked for. */
function endpointOf(format: TokenFormat, folder: string) {
  const asked: string[] = [];
  const authorize = (_: Request, urls: readonly string[]): boolean => asked.push(...urls) > 0;
  const endpoint = createSigningEndpoint({ format, authorize, ttl: 300, allow: `${new URL(folder).origin}/`, clock });
  return { asked, call: (url: string) => endpoint(post({ urls: [url] })) };
}

/** An edge whose origin answers with the path that it was asked for. */
function edgeOf(format: TokenFormat, protect?: string) {
  const refusals: EdgeRefusal[] = [];
  const edge = createEdgeHandler({
    format,
    origin: ({ url }) => new Response(new URL(url).pathname),
    onRefusal: (refusal) => refusals.push(refusal),
    clock,
    ...(protect !== undefined && { protect }),
  });
  return { edge, refusals };
}

describe.each([...verifying, ...stores])('%s', (name, format, folder) => {
  const urlOf = (path: string): string => folder + path.slice('/vod/'.length);
  // all of them where a format is quick
  const some = (paths: readonly string[], isTelling: (path: string, i: number) => boolean): readonly string[] =>
    name === 'azion' ? paths : paths.filter(isTelling);

  test('a name that all servers read in the same way is signed, granted, and served as the player has written it', async () => {
    const { call } = endpointOf(format, folder);
    const [{ edge }, { edge: open }] = format.verify ? [edgeOf(format), edgeOf(format, '/elsewhere/')] : [{}, {}];
    for (const path of some(playing, (each) => /[%+]/.test(each))) {
      const url = urlOf(path);
      const answer = await call(url);
      if (refusedMore[name]?.includes(path)) {
        expect(answer.status, path).toBe(403);
        await expect((async () => format.sign(new URL(url), NOW + 60))()).rejects.toMatchObject({
          code: 'ERR_OPTIONS',
        });
        continue;
      }
      expect(answer.status, path).toBe(200);
      const [token] = ((await answer.json()) as { tokens: SignedToken[] }).tokens;
      const request = requestWith(url, { ...token!, setCookie: answer.headers.getSetCookie() });
      for (const response of [await edge?.(request), await open?.(new Request(url))]) {
        if (!response) continue;
        expect(response.status, path).toBe(200);
        expect(await response.text(), path).toBe(new URL(url).pathname);
      }
    }
  });

  test('what servers read in two ways is refused by all, and each names the part', async () => {
    const { asked, call } = endpointOf(format, folder);
    const edges = format.verify ? [edgeOf(format), edgeOf(format, '/elsewhere/')] : [];
    for (const [part, paths] of Object.entries(refusedParts)) {
      for (const path of some(paths, (_, i) => i === 0)) {
        const url = urlOf(path);
        const detail = expect.stringContaining(`The path has ${part}, which servers`) as string;
        const error = { code: 'ERR_OPTIONS', message: detail };
        await expect(signUrl(url, { format, expires: NOW + 60 }), path).rejects.toMatchObject(error);
        await expect((async () => format.sign(new URL(url), NOW + 60))(), path).rejects.toMatchObject(error);
        await expect(tokensFor([url], { format, ttl: 60 }), path).rejects.toMatchObject(error);
        expect((await call(url)).status, path).toBe(403);
        const verdict = { ok: false, status: 403, reason: 'malformed', detail };
        if (format.verify) expect(await verifyUrl(url, { format, now: NOW }), path).toEqual(verdict);
        for (const { edge, refusals } of edges) {
          expect((await edge(new Request(url))).status, path).toBe(403);
          expect(refusals.at(-1), path).toMatchObject({ status: 403, reason: 'malformed', detail });
        }
      }
    }
    expect(asked).toEqual([]);
  });
});

test.each([
  ['Film #1.mp4', azion({ secret })],
  ['What?.mp4', azion({ secret, depth: 1 })],
  ['100%.mp4', azion({ secret, pathForm: 'raw' })],
])('%s, well encoded, plays: the player asks the endpoint, and gets the file from the edge', async (name, format) => {
  const { call } = endpointOf(format, `${HOST}/`);
  const { edge } = edgeOf(format);
  const url = `${HOST}/vod/${encodeURIComponent(name)}`;
  const fetch = vi.fn(() => call(url));
  const source = createTokenSource({
    endpoint: 'https://app.example.com/token',
    protect: `${HOST}/vod/`,
    clock,
    fetch,
  });
  const response = await edge(new Request((await source.sign(url)).url));
  source.destroy();
  expect(response.status).toBe(200);
  expect(await response.text()).toBe(new URL(url).pathname);
});

test.each(['decoded', 'raw'] as const)('a genuine hash of a refused path opens nothing, %s', async (pathForm) => {
  const format = azion({ secret, pathForm, depth: 1 });
  const { edge } = edgeOf(format);
  const args = { secure_token_secret: secret, path_form: pathForm, folder_depth: 1 };
  for (const path of refused) {
    const decoded = path.replace(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
    for (const hashed of [path, decoded, 'folder:/vod/']) {
      const st = azionHash(secret, hashed, String(NOW + 60));
      const request = new Request(`${HOST + path}?st=${st}&e=${NOW + 60}`);
      expect(format.verify(request, NOW), path).toMatchObject({ status: 403, reason: 'malformed' });
      expect((await edge(request)).status, path).toBe(403);
      const event = { request, args, respondWith: () => undefined, continue: () => undefined };
      expect(firewallAnswer(event, clock())?.status, path).toBe(403);
    }
  }
});

test('the Azion file lets through what the format signs', () => {
  const args = { secure_token_secret: secret };
  for (const path of playing) {
    const { query } = azion({ secret }).sign(new URL(HOST + path), NOW + 60) as SignedToken;
    const request = new Request(`${HOST + path}?${new URLSearchParams(query).toString()}`);
    const event = { request, args, respondWith: () => undefined, continue: () => undefined };
    expect(firewallAnswer(event, clock()), path).toBeUndefined();
  }
});

test('a format of a team’s own is asked for no path that servers read in two ways', async () => {
  const sign = vi.fn(making({}).sign);
  const verify = vi.fn(() => ({ ok: true, expires: NOW, url: HOST }) as const);
  const format = making({}, { sign, verify });
  const { call } = endpointOf(format, `${HOST}/`);
  for (const path of refused) {
    await expect(signUrl(HOST + path, { format, expires: NOW + 60 })).rejects.toMatchObject({ code: 'ERR_OPTIONS' });
    expect(await verifyUrl(HOST + path, { format, now: NOW })).toMatchObject({ reason: 'malformed' });
    expect((await call(HOST + path)).status).toBe(403);
  }
  expect(sign).not.toHaveBeenCalled();
  expect(verify).not.toHaveBeenCalled();
});

test('the log of the edge hears which part it was, and nothing of the path', async () => {
  const { edge, refusals } = edgeOf(azion({ secret }));
  for (const path of ['/vod/a;st=S3CRET', '/vod/S3CRET.', '//S3CRET']) await edge(new Request(HOST + path));
  expect(refusals.map(({ url }) => url)).toEqual(Array.from(refusals, () => `${HOST}/…`));
  expect(refusals).toHaveLength(3);
  expect(JSON.stringify(refusals)).not.toContain('S3CRET');
});

test('a folder whose name is not in NFC gets no token, and what lies in it is signed one by one', async () => {
  const urls = ['/vod/cafe%CC%81/a.ts', '/vod/caf%C3%A9/a.ts', '/vod/7/cafe%CC%81.ts'].map((path) => HOST + path);
  const folders = azion({ secret: 'mysecret', depth: 2 });
  const allow = `${HOST}/`;
  const { body } = await ask({ urls }, { allow, format: folders });
  expect(body.tokens).toHaveLength(2);
  expect(body.denied).toEqual([urls[0]]);
  await expect(signUrl(urls[0]!, { format: folders, expires: NOW + 60 })).rejects.toThrow(/^url: .*form NFC/);
  expect((await ask({ urls }, { allow })).body.denied).toEqual([]);
  expect(await signUrl(urls[0]!, { format: azion({ secret }), expires: NOW + 60 })).toContain('st=');
});
