import { describe, expect, test } from 'vitest';
import { commonAccessToken } from '../../../../packages/server/src/cat.ts';
import type { CatRenewal, CommonAccessTokenOptions } from '../../../../packages/server/src/cat.ts';
import { createEdgeHandler } from '../../../../packages/server/src/index.ts';
import type { EdgeHandlerOptions, VerifyingTokenFormat } from '../../../../packages/server/src/index.ts';
import { requestWith } from '../../../support/token-request.ts';

const NOW = 1_795_500_000;
const page = { Origin: 'https://app.example.com' };
const url = 'https://cdn.example.com/live/7/s1.ts';
const keys = [{ id: 'k', key: '00'.repeat(32) }];
const renewal: CatRenewal = { lifetime: 300, grant: 3600 };
const catOf = (options: Partial<CommonAccessTokenOptions> = {}): VerifyingTokenFormat =>
  commonAccessToken({ keys, renewal, ...options });

/** The answer to a request with a token that ends in `left` seconds. */
async function answered(
  format: VerifyingTokenFormat,
  left: number,
  options: Partial<EdgeHandlerOptions> = {},
  signer = format,
): Promise<Response> {
  const edge = createEdgeHandler({
    format,
    origin: () =>
      new Response('media', {
        headers: { 'Cache-Control': 'public, max-age=60', 'Access-Control-Expose-Headers': 'X-Own' },
      }),
    renew: { within: 60 },
    clock: () => NOW * 1000,
    ...options,
  });
  const token = await signer.sign(new URL(url), NOW + left);
  return edge(requestWith(url, token, page));
}

describe('an edge that renews', () => {
  test('sends a token that opens the same and ends later, readable by the page and kept by no cache', async () => {
    const format = catOf();
    const answer = await answered(format, 60);
    expect(answer.status).toBe(200);
    const token = answer.headers.get('CTA-Common-Access-Token')!;
    const verdict = (at: string, now: number) =>
      format.verify({ url: `${at}?cat=${token}`, headers: new Headers() }, now);
    expect(await verdict(url, NOW + 299)).toMatchObject({ ok: true, expires: NOW + 300 });
    expect(await verdict(url, NOW + 300)).toMatchObject({ ok: false, status: 410 });
    expect(await verdict('https://cdn.example.com/live/8/s1.ts', NOW)).toMatchObject({ ok: false, claim: 'catu' });
    expect(answer.headers.get('Cache-Control')).toBe('private, no-store');
    const exposed = answer.headers.get('Access-Control-Expose-Headers')!.split(', ');
    expect(exposed).toEqual(expect.arrayContaining(['Date', 'X-Own', 'CTA-Common-Access-Token']));
  });

  /** A claim `catr` (CTA-5007-B section 4.8.3) of a kind, here with a deadline in seconds, as other libraries read it. */
  const renewable = (kind: number, more: [string, unknown][] = []): VerifyingTokenFormat => {
    const catr = new Map([
      [0, kind],
      [1, 300],
      [2, 60],
    ]);
    return commonAccessToken({ keys, claims: new Map<number | string, unknown>([[323, catr], ...more]) });
  };

  test.each([
    ['before its window', catOf(), 61, undefined],
    ['that asks for a redirect', catOf(), 30, renewable(3)],
    ['of a kind of renewal that nobody knows', catOf(), 30, renewable(9)],
    ['without a grant', catOf(), 30, renewable(2)],
  ] as const)('leaves a token alone %s', async (_, format, left, signer) => {
    const answer = await answered(format, left, {}, signer ?? format);
    expect(answer.status).toBe(200);
    expect(answer.headers.has('CTA-Common-Access-Token')).toBe(false);
    expect(answer.headers.get('Cache-Control')).toBe('public, max-age=60');
  });

  test('renews no token beyond its grant, and no renewed token either', async () => {
    const format = catOf({ renewal: { lifetime: 300, grant: 500 } });
    let [token, now, renewals] = [(await format.sign(new URL(url), NOW + 30)).query!.cat!, NOW, 0];
    for (let step = 0; step < 100; step++) {
      const request = { url: `${url}?cat=${token}`, headers: new Headers() };
      const verdict = await format.verify(request, now);
      if (!verdict.ok) break;
      const next = await format.renew!(request, now, 60);
      if (next) renewals++;
      token = next?.header?.[1] ?? token;
      now += 29;
      expect(verdict.expires).toBeLessThanOrEqual(NOW + 530);
    }
    expect(now).toBeGreaterThan(NOW + 500);
    expect(now).toBeLessThanOrEqual(NOW + 530 + 29);
    expect(renewals).toBeGreaterThan(1);
  });

  test.each([
    ['as it came, from a header', catOf({ carrier: 'header' }), 'header'],
    ['as it came, from a cookie', catOf({ carrier: 'cookie' }), 'cookie'],
    ['in a cookie', catOf({ renewal: { ...renewal, type: 'cookie' } }), 'cookie'],
  ] as const)('sends it %s', async (_, format, kind) => {
    const { headers } = await answered(format, 30);
    expect(headers.has('CTA-Common-Access-Token')).toBe(kind === 'header');
    expect(headers.get('Set-Cookie') ?? '').toMatch(
      kind === 'cookie' ? /^CTA-Common-Access-Token=[\w-]+; Path=\/; Expires=.*; Secure; HttpOnly/ : /^$/,
    );
  });
});

test('children of a playlist have the token of the viewer or none, so that no grant begins anew', async () => {
  const uris = ['1.ts', 'https://cdn.example.com/other/2.ts'];
  const format = catOf();
  for (const signer of [format, commonAccessToken({ keys })]) {
    const edge = createEdgeHandler({
      format,
      origin: () => new Response(['#EXTM3U', ...uris].join('\n')),
      clock: () => NOW * 1000,
      signPlaylists: true,
    });
    const asked = new URL('https://cdn.example.com/live/7/a.m3u8');
    const token = await signer.sign(asked, NOW + 300);
    const answer = await edge(requestWith(asked.href, token));
    expect((await answer.text()).split('\n').slice(1)).toEqual([`1.ts?cat=${token.query!.cat!}`, uris[1]]);
  }
});

describe('onRefusal', () => {
  test('is told which claim was not met, and never the token', async () => {
    const told: unknown[] = [];
    const onRefusal = (refusal: unknown): number => told.push(refusal);
    const claims = new Map([[316, ['DE']]]);
    await answered(catOf({ country: 'FR' }), 60, { onRefusal }, catOf({ claims }));
    await answered(catOf(), 60, { onRefusal }, catOf({ claims }));
    expect(told).toEqual([
      { url, method: 'GET', status: 403, reason: 'signature', claim: 'catgeoiso3166' },
      {
        url,
        method: 'GET',
        status: 403,
        reason: 'malformed',
        claim: 'catgeoiso3166',
        detail: 'give the option `country` to check it',
      },
    ]);
  });
});
