import { describe, expect, test, vi } from 'vitest';
import {
  bunny,
  createEdgeHandler,
  createSigningEndpoint,
  secureLink,
  secureLinkLayouts as layouts,
  signUrl,
  verifyUrl,
} from '../../../../packages/server/src/index.ts';
import type { SignedToken } from '../../../../packages/server/src/index.ts';
import { flippedTokens, requestWith } from '../../../support/token-request.ts';

const NOW = 1_795_500_000;
const HOST = 'https://cdn.example.com';
const secret = 'a secret of thirty-two characters';

/** Links to one file: what is in their path cannot be moved to another file, so no player can use it as a token. */
describe.each(['alibabaB', 'alibabaC', 'tencentB', 'tencentC'] as const)('%s', (layout) => {
  const format = secureLink({ secret, validity: 1800, ...layouts[layout] });
  const url = `${HOST}/vod/7/film.mp4`;

  test('signUrl makes a link that verify accepts until its end, and for nothing else', async () => {
    const link = await signUrl(url, { format, expires: NOW + 600 });
    const verdict = await verifyUrl(link, { format, now: NOW });
    expect(verdict).toMatchObject({ ok: true, url });
    const { expires } = verdict as { expires: number };
    expect(await verifyUrl(link, { format, now: expires })).toMatchObject({ ok: true });
    expect(await verifyUrl(link, { format, now: expires + 1 })).toMatchObject({ status: 410 });
    expect(await verifyUrl(link.replace('film', 'other'), { format, now: NOW })).toMatchObject({ status: 403 });
    expect(await verifyUrl(link.replace('/vod', '//vod'), { format, now: NOW })).toMatchObject({ status: 403 });
    const token = await format.sign(new URL(url), NOW + 600);
    for (const changed of flippedTokens(token))
      expect(await format.verify(requestWith(url, changed), NOW)).toMatchObject({ status: 403 });
  });

  test('an edge lets the link through to the file; the signing endpoint gives no such token to a player', async () => {
    const edge = createEdgeHandler({ format, origin: (request) => new Response(request.url), clock: () => NOW * 1000 });
    const response = await edge(new Request(await signUrl(url, { format, expires: NOW + 600 })));
    expect([response.status, await response.text()]).toEqual([200, url]);
    const onError = vi.fn();
    const endpoint = createSigningEndpoint({ format, authorize: () => true, allow: HOST, ttl: 300, onError });
    const headers = { 'Content-Type': 'application/json' };
    expect(
      (await endpoint(new Request('https://h/', { method: 'POST', headers, body: JSON.stringify({ urls: [url] }) })))
        .status,
    ).toBe(503);
    expect(onError.mock.calls[0]![0].message).toMatch(/for links, not for players/);
  });
});

describe('what a folder token cannot say', () => {
  test('a folder of Gcore is without those below: a player gets one token a URL', async () => {
    const urls = ['/a/i.m3u8', '/a/1.ts', '/a/b/1.ts'].map((pathname) => HOST + pathname);
    const endpoint = createSigningEndpoint({
      format: secureLink({ secret, ...layouts.gcoreFolder }),
      authorize: () => true,
      allow: HOST,
      ttl: 300,
    });
    const body = JSON.stringify({ urls });
    const answer = await endpoint(
      new Request('https://h/', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body }),
    );
    const { tokens } = (await answer.json()) as { tokens: SignedToken[] };
    expect(tokens.map(({ url, prefix }) => [url, prefix])).toEqual(urls.map((url) => [url, undefined]));
    expect(tokens[0]!.query).toEqual(tokens[1]!.query);
    expect(tokens[0]!.query).not.toEqual(tokens[2]!.query);
  });

  test('Bunny signs the query: of a folder, no URL with one; in the path, none', async () => {
    const url = `${HOST}/vod/7/a.ts?x=1`;
    const inQuery = bunny({ secret, carrier: 'query' });
    await expect(signUrl(url, { format: inQuery, expires: NOW })).rejects.toThrow(/^url: .*ignoreParams/);
    expect(
      await verifyUrl(await signUrl(url.slice(0, -4), { format: inQuery, expires: NOW }), {
        format: inQuery,
        now: NOW,
      }),
    ).toMatchObject({ ok: true });
    for (const format of [bunny({ secret, exact: true }), bunny({ secret })]) {
      expect(await verifyUrl(await signUrl(url, { format, expires: NOW }), { format, now: NOW })).toMatchObject({
        ok: true,
        url,
      });
    }
  });
});
