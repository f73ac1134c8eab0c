import { describe, expect, test } from 'vitest';
import { readEscapes } from '../../../../packages/server/src/format-parts/carriers.ts';
import { bunny, secureLink, secureLinkLayouts, signUrl, verifyUrl } from '../../../../packages/server/src/index.ts';
import type { VerifyingTokenFormat } from '../../../../packages/server/src/index.ts';
import { samples, secret } from '../../../support/format-samples.ts';

const NOW = 1_795_500_000;
const HOST = 'https://cdn.example.com';
const verdictOf = async (format: VerifyingTokenFormat, url: string): Promise<string> => {
  const verdict = await verifyUrl(url, { format, now: NOW });
  return verdict.ok ? 'ok' : verdict.reason;
};

test('of the escapes of ASCII, a value may have all but those of letters, digits, `-`, `.` and `_`', () => {
  for (let code = 0; code < 128; code++) {
    const character = String.fromCharCode(code);
    const hex = code.toString(16).padStart(2, '0');
    for (const written of [`a%${hex}b`, `a%${hex.toUpperCase()}b`])
      expect(readEscapes(written), written).toBe(/[\w.-]/.test(character) ? undefined : `a${character}b`);
  }
});

describe('a token in a query has one spelling, but for what libraries escape', () => {
  test.each(samples)('%s', async (_, format, path) => {
    const { query = {} } = await format.sign(new URL(HOST + path), NOW + 60);
    for (const [name, value] of Object.entries(query)) {
      const at = value.search(/\w/);
      const needless = `%${value.charCodeAt(at).toString(16)}`;
      const others = new URLSearchParams(Object.entries(query).filter(([each]) => each !== name));
      const changed = value.slice(0, at) + needless + encodeURIComponent(value.slice(at + 1));
      expect(await verdictOf(format, `${HOST}${path}?${name}=${changed}&${others}`)).not.toBe('ok');
    }
  });
});

describe('a token in a path has one spelling', () => {
  test.each([3, 2] as const)('of Bunny, version %i', async (version) => {
    const format = bunny({ secret, version });
    const signed = await signUrl(`${HOST}/vod/7/a.m3u8`, { format, expires: NOW + 60 });
    expect(await verdictOf(format, signed)).toBe('ok');
    for (const [from, to] of [
      ['%2Fvod', '%2fvod'],
      ['%2Fvod', '/vod'],
      ['%2Fvod', '%2F%76od'],
      ['%2Fvod', '%2Fvod+'],
      ['token_path=', 'token_path=%zz'],
      ['&expires=', '&x=%2f&expires='],
      ['&expires=', '&token_ignore_params=true&x=%2f&expires='],
      ['&expires=', '&&expires='],
    ] as const)
      expect(await verdictOf(format, signed.replace(from, to)), to).toBe('malformed');
  });

  test.each(['cdn77', 'cdn77Path'] as const)('of %s, with its padding', async (layout) => {
    const format = secureLink({ secret, ...secureLinkLayouts[layout] });
    const signed = await signUrl(`${HOST}/vod/7/a.m3u8`, { format, expires: NOW + 60 });
    expect(await verdictOf(format, signed)).toBe('ok');
    for (const padding of ['', '=', '===', '%3D%3D'])
      expect(await verdictOf(format, signed.replace('==,', `${padding},`))).toMatch(/^(?:malformed|missing)$/);
  });
});
