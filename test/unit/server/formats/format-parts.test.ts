import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromDer, toDer } from '../../../../packages/server/src/crypto/signer.ts';
import { isInRange, readIp } from '../../../../packages/server/src/format-parts/ip.ts';
import { foldersAbove } from '../../../../packages/server/src/format-parts/opened-scope.ts';
import { matchesGlob } from '../../../../packages/server/src/formats/access-list.ts';
import { secureLink, secureLinkLayouts, signUrl, wowza } from '../../../../packages/server/src/index.ts';

test('a pattern of an access list matches what the regular expression of the same meaning matches', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '/', '?', '*'), maxLength: 10 });
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '/', '?', '*'), maxLength: 8 });
  const property = fc.property(text, pattern, (subject, glob) => {
    const source = glob.replace(/[*?/]/g, (character) => ({ '*': '.*', '?': '.', '/': '\\/' })[character]!);
    expect(matchesGlob(subject, glob)).toBe(new RegExp(`^${source}$`, 's').test(subject));
  });
  fc.assert(property, { numRuns: 2000 });
});

test("'tree' judges 32 folders: a longer path is hashed for none, whatever its token", async () => {
  const pathOf = (folders: number): string => `${'/a'.repeat(folders)}/film.mp4`;
  expect(foldersAbove(pathOf(32))).toHaveLength(33);
  const now = 1_795_500_000;
  for (const format of [secureLink({ secret: 's', ...secureLinkLayouts.cdn77Path }), wowza({ secret: 's' })]) {
    const [fits, beyond] = [32, 33].map((folders) => new URL(`https://cdn.example.com${pathOf(folders)}`));
    expect(() => format.sign(beyond!, now + 60)).toThrow(/folders/);
    const url = await signUrl(fits!, { format, expires: now + 60 });
    expect(await format.verify({ url, headers: new Headers() }, now)).toMatchObject({ ok: true });
    const longer = { url: url.replace('/film.mp4', '/a/film.mp4'), headers: new Headers() };
    expect(await format.verify(longer, now)).toMatchObject({ ok: false, reason: 'malformed' });
  }
});

describe('the address of a client', () => {
  test('is what is one to Node, and nothing else', () => {
    const address = fc.oneof(fc.ipV4(), fc.ipV6(), fc.constantFrom('::', '::1', '::ffff:1.2.3.4', '1:2:3:4:5:6:7::'));
    const unit = fc.constantFrom(...Array.from('0129afg:.[]/?#@%\\ \t'));
    const changed = fc
      .tuple(address, fc.nat(), fc.nat(2), fc.string({ unit, maxLength: 3 }))
      .map(([text, at, removed, added]) => {
        const from = at % (text.length + 1);
        return text.slice(0, from) + added + text.slice(from + removed);
      });
    const others = fc.constantFrom('', '1', '0x7f000001', '01.2.3.4', 'localhost');
    fc.assert(
      fc.property(fc.oneof(address, changed, others), (text) => {
        // A zone says which interface of this machine, and is no part of the bytes.
        const isAddress = isIP(text) !== 0 && !text.includes('%');
        const length = isIP(text) === 4 ? 4 : 16;
        expect(readIp(text)?.length).toBe(isAddress ? length : undefined);
      }),
      { numRuns: 5000 },
    );
  });

  test.each([
    ['203.0.113.9', '203.0.113.9', true],
    ['203.0.113.8', '203.0.113.9', false],
    ['10.0.0.1', '0.0.0.0/0', true],
    ['203.0.113.130', '203.0.113.128/25', true],
    ['203.0.113.127', '203.0.113.128/25', false],
    ['2001:db8:1::1', '2001:db8::/32', true],
    ['2001:db9::1', '2001:db8::/32', false],
    ['::ffff:1.2.3.4', '::ffff:102:304/128', true],
    ['1.2.3.4', '::/0', false],
  ])('%s in %s: %s', (address, range, inside) => expect(isInRange(address, range)).toBe(inside));
});

test('a signature of ECDSA has one spelling in DER', () => {
  const property = fc.property(fc.uint8Array({ minLength: 64, maxLength: 64 }), fc.nat(70), (raw, at) => {
    const der = toDer(raw);
    expect(fromDer(der)).toEqual(raw);
    expect(fromDer(Uint8Array.from([...der, 0]))).toBeUndefined();
    expect(fromDer(der.subarray(0, at % der.length))).toBeUndefined();
  });
  fc.assert(property);
});
