import { describe, expect, test } from 'vitest';
import { readEscapes } from '../../../../packages/server/src/format-parts/carriers.ts';
import { bunny, secureLink, secureLinkLayouts, signUrl, verifyUrl } from '../../../../packages/server/src/index.ts';
import type { VerifyingTokenFormat } from '../../../../packages/server/src/index.ts';

const NOW = 1_795_500_000;
const URL_ASKED = 'https://cdn.example.com/vod/7/a.m3u8';
const secret = 'a secret of thirty-two characters';

const verdictOf = async (format: VerifyingTokenFormat, url: string): Promise<string> => {
  const verdict = await verifyUrl(url, { format, now: NOW });
  return verdict.ok ? 'ok' : verdict.reason;
};

test('of the escapes of ASCII, a value may have all but those of letters, digits, `-`, `.` and `_`', () => {
  for (let code = 0; code < 128; code++) {
    const character = String.fromCharCode(code);
    const hex = code.toString(16).padStart(2, '0');
    for (const written of [`a%${hex}b`, `a%${hex.toUpperCase()}b`]) {
      expect(readEscapes(written), written).toBe(/[\w.-]/.test(character) ? undefined : `a${character}b`);
    }
  }
});

describe('a token in a path has one spelling', () => {
  test.each([3, 2] as const)('of Bunny, version %i', async (version) => {
    const format = bunny({ secret, version });
    const signed = await signUrl(URL_ASKED, { format, expires: NOW + 60 });
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
    ] as const) {
      const changed = signed.replace(from, to);
      expect(changed).not.toBe(signed);
      expect(await verdictOf(format, changed), changed).toBe('malformed');
    }
  });

  test('of CDN77, with its padding', async () => {
    for (const layout of [secureLinkLayouts.cdn77, secureLinkLayouts.cdn77Path]) {
      const format = secureLink({ secret, ...layout });
      const signed = await signUrl(URL_ASKED, { format, expires: NOW + 60 });
      expect(signed).toContain('==,');
      expect(await verdictOf(format, signed)).toBe('ok');
      for (const padding of ['', '=', '===', '%3D%3D']) {
        expect(await verdictOf(format, signed.replace('==,', `${padding},`))).toMatch(/^(?:malformed|missing)$/);
      }
    }
  });
});
