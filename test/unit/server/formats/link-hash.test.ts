import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { secureLink, secureLinkLayouts, azion } from '../../../../packages/server/src/index.ts';
import type { SignedToken, VerifyingTokenFormat } from '../../../../packages/server/src/index.ts';

const HOST = 'https://cdn.example.com';
const query = { t: '{token}', e: '{expires}' };
/** An expiry whose digits repeat, so that it looks the same a digit earlier or later. */
const EXPIRES = 1_111_111_111;
const addresses = ['1.2.3.4', '1.2.3.41', '1.2.3.11', '11.2.3.4', '::1', '::11', '1::', '11::', ''];
const paths = ['/f', '/1/f', '/11/f', '/a/f', '/1x', '/11x', '/x1', '/x11', '/x1/f', '/xa/f', '/x:', '/x.', '/', '/1'];

const isAccepted = (hash: string): boolean => {
  try {
    secureLink({ secret: 'SECRET', hash, query });
    return true;
  } catch {
    return false;
  }
};

/** Two addresses and paths that have one token: the format signs the same text for both. */
const collisionsOf = (hash: string): string[] => {
  const byToken = new Map<string, string>();
  const isFolder = /\{(?:directory|folder)\}/.test(hash);
  return addresses.flatMap((ip) => {
    const format = secureLink({ secret: 'SECRET', hash, query, ip });
    return paths.flatMap((path) => {
      const token = tokenOf(format, path);
      if (token === undefined) return [];
      const opened = `${isFolder ? path.slice(0, path.lastIndexOf('/') + 1) : path} from ${ip}`;
      const other = byToken.get(token) ?? opened;
      byToken.set(token, other);
      return other === opened ? [] : [`${hash}: ${other}, and ${opened}`];
    });
  });
};
/** `undefined` for a path that is not signed. */
const tokenOf = (format: VerifyingTokenFormat, path: string): string | undefined => {
  try {
    return (format.sign(new URL(HOST + path), EXPIRES) as SignedToken).query!.t;
  } catch {
    return undefined;
  }
};

const pathNames = ['path', 'relativePath', 'directory', 'folder'];
const orders = (names: readonly string[]): string[][] =>
  names.length < 2
    ? [[...names]]
    : names.flatMap((name) => orders(names.filter((each) => each !== name)).map((others) => [name, ...others]));
const written = (order: readonly string[], texts: readonly string[]): string =>
  order.map((name, i) => `{${name}}${texts[i] ?? ''}`).join('');

describe('secureLink: what is hashed has one reading', () => {
  const texts = [[], ...['1', 'a', ':', '-'].flatMap((text) => [[text], ['', text], ['', '', text]])];
  const templates = pathNames
    .flatMap((path) => orders(['secret', 'expires', 'ip', path]))
    .flatMap((order) => texts.map((each) => written(order, each)));

  test('of every order of the fields, with one character between two of them or none', () => {
    const accepted = templates.filter(isAccepted);
    expect([templates.length, accepted.length]).toEqual([1248, 1016]);
    expect(accepted.flatMap((hash) => collisionsOf(hash).slice(0, 1))).toEqual([]);
  }, 60_000);

  test('of fields that stand in it twice, with texts between all of them', () => {
    const text = fc.string({ unit: fc.constantFrom('1', 'a', ':', '.', '/', '-'), maxLength: 2 });
    const template = fc
      .tuple(fc.constantFrom(...pathNames), fc.subarray(['secret', 'expires', 'ip']))
      .chain(([path, more]) => {
        const names = ['secret', 'expires', 'ip', path, ...more];
        return fc.tuple(fc.shuffledSubarray(names, { minLength: names.length }), fc.array(text, { maxLength: 6 }));
      });
    fc.assert(
      fc.property(template, ([order, texts]) => {
        const hash = written(order, texts);
        if (isAccepted(hash)) expect(collisionsOf(hash)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  }, 60_000);

  test.each([
    ...[
      '{ip}{expires}{relativePath}{secret}',
      '{ip}1{expires}{relativePath}{secret}',
      '{ip}{expires}f:{relativePath}{secret}',
    ],
    ...[
      '{secret}{ip}{expires}{relativePath}',
      '{ip}-{expires}{ip}{relativePath}{secret}',
      '{ip}.{relativePath}{expires}{secret}',
    ],
    ...['{secret}{folder}{expires}:{ip}', '{path}{expires}{expires}{ip}{secret}', '{folder}1{ip}{expires}{secret}'],
  ])('%s is refused', (hash) => expect(() => secureLink({ secret: 's', hash, query })).toThrow(/^hash: /));

  test.each([
    ...[
      '{ip}{secret}{expires}{relativePath}',
      '{ip}-{expires}{relativePath}{secret}',
      '{ip}{expires} {relativePath}{secret}',
    ],
    ...[
      '{ip}{expires}{path}{secret}',
      '{ip}{expires}{folder}{secret}',
      '{secret}{directory}{expires}:{ip}',
      '{path}{expires}-{ip}{secret}',
    ],
  ])('%s is not', (hash) => expect(() => secureLink({ secret: 's', hash, query })).not.toThrow());
});

describe('secureLink: one secret, two layouts', () => {
  const secret = 'SECRET';
  const folderOf = (path: string): string | undefined =>
    tokenOf(azion({ secret, depth: path.split('/').length - 2, params: { token: 't', expires: 'e' } }), `${path}a`);
  const literals = [
    '',
    ...Array.from('folder:', (_, i) => 'folder:'.slice(0, i + 1)),
    'folder:/',
    'folder:/v',
    '1',
    ':',
    'x',
  ];
  const hashes = pathNames.flatMap((name) => literals.map((text) => `{secret}${text}{${name}}{expires}`));

  test('no path has the token of a folder of azion, unless the layout is that of the folder', () => {
    const names = literals.map((text) => 'folder:/vod/'.slice(text.length));
    const signed = [...names, ...names.map((name) => `/${name}`), '/vod/', '/od/', '/a/vod/'];
    const folders = ['/vod/', '/v/od/', '/v/'].map(folderOf);
    const accepted = hashes.filter(isAccepted);
    const same = accepted.flatMap((hash) => {
      const format = secureLink({ secret, hash, query });
      const tokens = signed.map((path) => tokenOf(format, path.startsWith('/') ? path : `/${path}`));
      return tokens.some((token) => token !== undefined && folders.includes(token)) ? [hash] : [];
    });
    expect(same).toEqual(['{secret}folder:{directory}{expires}']);
    expect(accepted).toHaveLength(33);
  });

  test.each([
    '{secret}{relativePath}{expires}',
    '{expires}{secret}{relativePath}',
    '{secret}f{relativePath}-{expires}',
    '{secret}folder:{relativePath}{expires}',
    '{secret}17{relativePath}{expires}',
    '{secret}folder:{path}{expires}',
    '{secret}folder:/a{directory}{expires}',
  ])('%s is refused', (hash) => expect(() => secureLink({ secret, hash, query })).toThrow(/^hash: With the same/));

  test.each(Object.entries(secureLinkLayouts))('%s, which a CDN documents, is not', (_, layout) =>
    expect(() => secureLink({ secret, ...layout })).not.toThrow(),
  );
});
