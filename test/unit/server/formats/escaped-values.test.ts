import { describe, expect, test } from 'vitest';
import { readEscapes } from '../../../../packages/server/src/format-parts/carriers.ts';
import {
  bunny,
  cloudCdn,
  edgeAuth,
  mediaCdn,
  secureLink,
  secureLinkLayouts,
  signUrl,
  verifyUrl,
} from '../../../../packages/server/src/index.ts';
import type { SignedToken, VerifyingTokenFormat } from '../../../../packages/server/src/index.ts';
import { base64Key, hexKey, samples, secret } from '../../../support/format-samples.ts';
import { requestWith } from '../../../support/token-request.ts';

const NOW = 1_795_500_000;
const HOST = 'https://cdn.example.com';
const escapeOf = (character: string): string => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
const google = { keys: [{ name: 'k', key: base64Key }] };
const more: typeof samples = [
  ['bunny folder', bunny({ secret, carrier: 'query' }), '/vod/7/a.m3u8'],
  ['edgeAuth exact', edgeAuth({ key: hexKey, exact: true, payload: 'a-b_c.d/e' }), '/vod/7/a.m3u8'],
  ['mediaCdn query', mediaCdn({ ...google, carrier: 'query' }), '/vod/7/a.m3u8'],
  ['cloudCdn exact', cloudCdn({ ...google, exact: true }), '/vod/7/a.m3u8'],
];

interface Spelling {
  readonly value: string;
  readonly isNeedless: boolean;
}

/** `value` as a query may have it, with one character escaped that was not, or the other way round. */
function* spellingsOf(value: string): Generator<Spelling> {
  const plain = Array.from(value, (character) => (/[&#%+ ]/.test(character) ? escapeOf(character) : character));
  for (const [at, character] of plain.entries()) {
    if (character.length > 1) continue;
    const isNeedless = /[\w.-]/.test(character);
    for (const escaped of [escapeOf(character), escapeOf(character).toUpperCase()]) {
      yield { value: [...plain.slice(0, at), escaped, ...plain.slice(at + 1)].join(''), isNeedless };
    }
  }
}

const carriedInQuery = async (format: VerifyingTokenFormat, path: string): Promise<Record<string, string>> => {
  const token: SignedToken = await format.sign(new URL(HOST + path), NOW + 60);
  return token.query ?? {};
};

describe.each([...samples, ...more])('%s', (_, format, path) => {
  test('a letter, a digit, `-`, `.` and `_` of a token are not escaped; all other characters may be', async () => {
    const query = await carriedInQuery(format, path);
    for (const [name, signed] of Object.entries(query)) {
      for (const { value, isNeedless } of spellingsOf(signed)) {
        const others = new URLSearchParams(Object.entries(query).filter(([each]) => each !== name));
        const url = `${HOST}${path}?${name}=${value}&${others}`;
        const verdict = await verifyUrl(url, { format, now: NOW });
        if (readsNoEscapes(format.name)) {
          if (isNeedless) expect(verdict, url).toMatchObject({ ok: false, status: 403 });
        } else {
          expect(verdict, url).toMatchObject(isNeedless ? { status: 403, reason: 'malformed' } : { ok: true });
        }
      }
    }
  });

  test('as a browser writes it, with URLSearchParams, it is accepted', async () => {
    const token = await format.sign(new URL(HOST + path), NOW + 60);
    expect(await format.verify(requestWith(HOST + path, token), NOW)).toMatchObject({ ok: true });
  });
});

/** Whether the values of a format hold nothing that libraries escape. */
function readsNoEscapes(name: string): boolean {
  return ['secure-token', 'secure-link', 'fastly', 'wowza'].includes(name);
}

const URL_ASKED = 'https://cdn.example.com/vod/7/a.m3u8';
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
