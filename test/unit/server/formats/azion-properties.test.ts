import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { azion, signUrl, verifyUrl } from '../../../../packages/server/src/index.ts';
import type { AzionOptions, Verdict } from '../../../../packages/server/src/index.ts';

const NOW = 1_795_500_000;
const secret = 'mysecret';
const verdictOf = async (signed: string, now = NOW, options: AzionOptions = { secret }): Promise<string> => {
  const verdict: Verdict = await verifyUrl(signed, { format: azion(options), now });
  return verdict.ok ? 'ok' : `${verdict.status} ${verdict.reason}`;
};

const safeChar = fc.constantFrom(...Array.from('abcXYZ019-_.~ é日😀%?#+&=;:@!$\'()*,[]|"<>'));
const segment = fc
  .string({ unit: safeChar, minLength: 1, maxLength: 12 })
  .filter((text) => !/^\.{1,2}(?:;|$)/.test(text));
const anyUrl = fc
  .tuple(fc.array(segment, { minLength: 1, maxLength: 5 }), fc.option(fc.webQueryParameters(), { nil: '' }))
  .map(([segments, query]) => `https://cdn.example.com/${segments.map(encodeURIComponent).join('/')}?${query}`)
  .filter((text) => !/[?&](?:st|e|%53t|%65)(?:=|&|$)/i.test(text));

describe('properties', () => {
  test('what is signed is accepted, and nothing in it can be changed', async () => {
    const lifetimes = fc.integer({ min: 0, max: 86_400 });
    const inputs = [anyUrl, fc.string({ minLength: 1 }), lifetimes, fc.nat(), fc.nat()] as const;
    const property = fc.asyncProperty(...inputs, async (target, key, lifetime, place, bit) => {
      const options = { secret: key };
      const expires = NOW + lifetime;
      const full = await signUrl(target, { format: azion(options), expires });
      expect(await verdictOf(full, NOW, options)).toBe('ok');

      const { pathname } = new URL(full);
      const [, st, e] = /[?&]st=([\w-]{22})&e=(\d{10})/.exec(full)!;
      for (const [part, text] of Object.entries({ st: st!, e: e!, path: decodeURIComponent(pathname).slice(1) })) {
        const bytes = new TextEncoder().encode(text);
        bytes[place % bytes.length]! ^= 1 << (bit % 8);
        const flipped = [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
        // Both the flipped byte as it is and percent-encoded, which must not be a way around.
        const plain = [...bytes].every((byte) => byte > 0x20 && byte < 0x7f) ? String.fromCharCode(...bytes) : flipped;
        for (const changed of [flipped, plain.replace(/[%?#&]/g, encodeURIComponent)]) {
          const [from, to] =
            part === 'path' ? [`.com${pathname}`, `.com/${changed}`] : [`${part}=${text}`, `${part}=${changed}`];
          const attacked = full.replace(from, () => to);
          expect(await verdictOf(attacked, NOW, options), `${part} of ${full}: ${attacked}`).toMatch(/^403/);
        }
      }
    });
    await fc.assert(property, { numRuns: 300 });
  });

  test('no string at all makes verifyUrl throw', async () => {
    const property = fc.asyncProperty(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'binary' }),
      async (path, query) => {
        for (const tried of [path, `https://h/${path}?${query}`]) expect(await verdictOf(tried)).toMatch(/^403/);
      },
    );
    await fc.assert(property, { numRuns: 500 });
  });
});
