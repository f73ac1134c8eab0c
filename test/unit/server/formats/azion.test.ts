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
      [`${good}&st`]: '403 malformed',
      [`${url}?st=${st}==&e=${e}`]: '403 malformed',
      [`${url}?st=${st}&e=0${e}`]: '403 malformed',
      [`${url}?st=${st}&e=%31${e!.slice(1)}`]: '403 malformed',
      [`${url}?st=${st}&e=${e}000`]: '403 malformed',
      [`${url}?st=${st}&e=+${e}`]: '403 malformed',
      'not a url': '403 malformed',
    };
    for (const [tried, expected] of Object.entries(cases)) expect(await verdictOf(tried), tried).toBe(expected);
  });

  test('a token may not reach beyond maxTtl, a day unless said otherwise', async () => {
    const day = await signed(url, NOW + 86_400);
    const longer = await signed(url, NOW + 86_401);
    expect(await verdictOf(day)).toBe('ok');
    expect(await verdictOf(longer)).toBe('403 malformed');
    expect(await verdictOf(longer, NOW, { secret, maxTtl: Infinity })).toBe('ok');
    expect(await verdictOf(day, NOW, { secret, maxTtl: 60 })).toBe('403 malformed');
  });

  test('other parameter names', async () => {
    const options: AzionOptions = { secret, params: { token: 'md5', expires: 'expires' } };
    const renamed = await signUrl(`${url}?st=1&e=2`, { format: azion(options), expires: NOW });
    expect(renamed).toMatch(/\?st=1&e=2&md5=[\w-]{22}&expires=1795500000$/);
    expect(await verdictOf(renamed, NOW, options)).toBe('ok');
  });

  test('refuses to start without a secret, and with options that make no token', () => {
    const error = expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.not.stringContaining('MCow') });
    const two = { secret: 'a', secrets: ['b'] };
    // whoever has read a public key could sign with its text
    const pem = '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----\n';
    for (const options of [
      {},
      { secret: pem },
      { secrets: ['a secret', `\n${pem}`] },
      { secret: '' },
      { secret: undefined },
      { secrets: [] },
      { secrets: ['a', ''] },
      ...[0, -1, 1.5, Infinity].map((depth) => ({ secret, depth })),
      { secret, params: { token: 'st', expires: 'e', session: 's' } },
      two,
    ]) {
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

  test('signUrl wants one end, and verifyUrl judges by the clock of the machine', async () => {
    for (const ends of [{}, { expires: NOW, expiresIn: 60 }])
      await expect(signUrl(url, { format, ...ends } as never)).rejects.toThrow(/^expiresIn: Give either/);
    expect(await verifyUrl(await signUrl(url, { format, expiresIn: 60 }), { format })).toMatchObject({ ok: true });
  });
});
