import { describe, expect, test } from 'vitest';
import { azion, signUrl, verifyUrl } from '../../../../packages/server/src/index.ts';
import type { AzionOptions, Verdict } from '../../../../packages/server/src/index.ts';

const NOW = 1_795_500_000;
const secret = 'mysecret';
const format = azion({ secret });
const url = 'https://cdn.example.com/my/uri';
const verdictOf = async (signed: string, now = NOW, options: AzionOptions = { secret }): Promise<string> => {
  const verdict: Verdict = await verifyUrl(signed, { format: azion(options), now });
  return verdict.ok ? 'ok' : `${verdict.status} ${verdict.reason}`;
};
const signed = (target = url, expires = NOW + 60): Promise<string> => signUrl(target, { format, expires });

describe('azion', () => {
  test("makes the token of Azion's README", async () => {
    expect(await signUrl(url, { format, expires: 1_470_055_000 })).toBe(
      `${url}?st=m6WCATfRgS_5lcyChCPgrw&e=1470055000`,
    );
  });

  test('gives a token for the URL without a token, its query free', () => {
    expect(format.sign(new URL(`${url}?a=1&st=old&e=1`), NOW)).toEqual({
      url: `${url}?a=1`,
      anyQuery: true,
      expires: NOW,
      query: { st: expect.stringMatching(/^[\w-]{22}$/), e: String(NOW) },
    });
  });

  test('judges signature before expiry, and lets the second of the expiry itself pass', async () => {
    const genuine = await signed(url, NOW);
    expect(await verdictOf(genuine, NOW)).toBe('ok');
    expect(await verdictOf(genuine, NOW + 1)).toBe('410 expired');
    expect(await verdictOf(genuine.replace(/st=./, 'st=~'), NOW + 1)).toBe('403 malformed');
    expect(await verdictOf(genuine, NOW + 1, { secret: 'other' })).toBe('403 signature');
  });

  test('a verdict names what is forwarded: the hashed path, the other parameters, no token', async () => {
    const spelled = `${(await signed(`${url}?a=1`)).replace('/my/', '/%6Dy/')}&b=%zz#x`;
    expect(await verifyUrl(spelled, { format, now: NOW })).toEqual({
      ok: true,
      expires: NOW + 60,
      url: `${url}?a=1&b=%zz`,
    });
  });

  test('refuses what has more than one reading', async () => {
    const good = await signed();
    const [, st, e] = /st=([^&]*)&e=(\d+)/.exec(good)!;
    const cases: Record<string, string> = {
      [url]: '403 missing',
      [`${url}?st=${st}`]: '403 missing',
      [`${url}?e=${e}`]: '403 missing',
      [`${url}?st=&e=${e}`]: '403 missing',
      [`${good}&e=${e}`]: '403 malformed',
      [`${good}&st=${st}`]: '403 malformed',
      [`${good}&ST=x`]: '403 malformed',
      [`${good}&%73t=x`]: '403 malformed',
      [`${good}&s%54`]: '403 malformed',
      [`${good}&st`]: '403 malformed',
      [`${url}?st=${st}==&e=${e}`]: '403 malformed',
      [`${url}?st=${st}&e=0${e}`]: '403 malformed',
      [`${url}?st=${st}&e=%31${e!.slice(1)}`]: '403 malformed',
      [`${url}?st=${st}&e=${e}000`]: '403 malformed',
      [`${url}?st=${st}&e=+${e}`]: '403 malformed',
      [good.replace('/my/', '/my%2f')]: '403 malformed',
      [good.replace('/my/', '//my/')]: '403 malformed',
      [good.replace('/my/', '/my%5C')]: '403 malformed',
      [good.replace('uri', 'uri%00')]: '403 malformed',
      [good.replace('uri', 'uri%0a')]: '403 malformed',
      [good.replace('uri', 'uri%7F')]: '403 malformed',
      [good.replace('uri', 'uri%80')]: '403 malformed',
      [good.replace('uri', 'uri%zz')]: '403 malformed',
      [good.replace('uri', 'uri%2')]: '403 malformed',
      'not a url': '403 malformed',
    };
    for (const [tried, expected] of Object.entries(cases)) expect(await verdictOf(tried), tried).toBe(expected);
  });

  test('a URL arrives with dot segments resolved and backslashes turned, and is judged as it arrives', async () => {
    const good = await signed();
    for (const spelling of ['/x/../my/uri', '/x/%2e%2E/my/uri', '/./my/uri', '\\my\\uri']) {
      expect(await verdictOf(good.replace('/my/uri', spelling)), spelling).toBe('ok');
      expect(new Request(good.replace('/my/uri', spelling)).url).toBe(good);
    }
  });

  test('a token may not reach beyond maxTtl, a day unless said otherwise', async () => {
    const day = await signed(url, NOW + 86_400);
    const longer = await signed(url, NOW + 86_401);
    expect([await verdictOf(day), await verdictOf(longer)]).toEqual(['ok', '403 malformed']);
    expect(await verdictOf(longer, NOW, { secret, maxTtl: Infinity })).toBe('ok');
    expect(await verdictOf(day, NOW, { secret, maxTtl: 60 })).toBe('403 malformed');
  });

  test('the token of one path and expiry is not that of another with the same concatenation', async () => {
    const until = await signUrl('https://cdn.example.com/live/ch1', { format, expires: 1_700_000_000 });
    const forged = until.replace('ch1?', 'ch?').replace('e=1700000000', 'e=11700000000');
    expect(await verdictOf(forged, NOW, { secret, maxTtl: Infinity })).toBe('403 malformed');
  });

  test('MD5 cannot be extended: the padding that the attack needs is no valid path', async () => {
    const padding = `1470055000%80${'%00'.repeat(29)}%C8${'%00'.repeat(7)}/evil.m3u8`;
    expect(await verdictOf(`${url}${padding}?st=AAAAAAAAAAAAAAAAAAAAAA&e=4102444800`)).toBe('403 malformed');
  });

  test("pathForm 'raw' hashes the path as it stands in the URL", async () => {
    const spaced = 'https://cdn.example.com/my%20film.mp4';
    const raw: AzionOptions = { secret, pathForm: 'raw' };
    const rawUrl = await signUrl(spaced, { format: azion(raw), expires: NOW });
    expect(rawUrl).not.toBe(await signed(spaced, NOW));
    expect([await verdictOf(rawUrl, NOW, raw), await verdictOf(rawUrl)]).toEqual(['ok', '403 signature']);
  });

  test('other parameter names', async () => {
    const options: AzionOptions = { secret, params: { token: 'md5', expires: 'expires' } };
    const renamed = await signUrl(`${url}?st=1&e=2`, { format: azion(options), expires: NOW });
    expect(renamed).toMatch(/\?st=1&e=2&md5=[\w-]{22}&expires=1795500000$/);
    expect(await verdictOf(renamed, NOW, options)).toBe('ok');
  });

  test('refuses to start without a secret', () => {
    const error = expect.objectContaining({ code: 'ERR_OPTIONS', name: 'SecureTokenError' });
    const two = { secret: 'a', secrets: ['b'] };
    for (const options of [{}, { secret: '' }, { secret: undefined }, { secrets: [] }, { secrets: ['a', ''] }, two]) {
      expect(() => azion(options as never)).toThrow(error);
    }
  });

  test.each([NaN, 0, -1, Infinity, 86_401, '300', null])('%s is no lifetime', (expiresIn) =>
    expect(signUrl(url, { format, expiresIn: expiresIn as number })).rejects.toThrow(/^expiresIn:/),
  );

  test('signs nothing that it would refuse', () => {
    for (const search of ['?st=1&st=2', '?ST=1', '?%73t=1'])
      expect(() => format.sign(new URL(search, url), NOW), search).toThrow(/^url:/);
    for (const expires of [Infinity, 999_999_999, 10_000_000_000])
      expect(() => format.sign(new URL(url), expires), String(expires)).toThrow(/^expires:/);
    expect(() => format.sign(new URL('data:text/plain,x'), NOW)).toThrow(/^url:/);
  });
});
