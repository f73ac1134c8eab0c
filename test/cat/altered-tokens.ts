import { createHash, createHmac } from 'node:crypto';
import { encode, Tagged } from 'cborg';

export const HEX = '403697de87af64611c1d32a05dab0fe1fcb715a86ab435f1ec99192d79569388';
export const KID = 'k';
/** The facts that every verifier is told. */
export const SITUATION = { issuer: 'i', audience: 'a', ip: '203.0.113.9' } as const;
/** Requests with which an altered token is shown. The token was made for the first one. */
export const requests = [
  { url: 'https://cdn.example.com/vod/7/index.m3u8', method: 'GET' },
  { url: 'https://cdn.example.com/vod/8/index.m3u8', method: 'GET' },
  { url: 'https://cdn.example.com/', method: 'GET' },
  { url: 'https://cdn.example.org/vod/7/index.m3u8', method: 'GET' },
  { url: 'http://cdn.example.com/vod/7/index.m3u8', method: 'GET' },
  { url: 'https://cdn.example.com/vod/7/index.m3u8', method: 'HEAD' },
] as const;

export interface AlteredToken {
  readonly alteration: string;
  /** base64url */
  readonly token: string;
  /** The genuine token of which bytes were changed; `undefined` for claims that were sealed anew with the key. */
  readonly original: string | undefined;
}

type Claims = readonly (readonly [unknown, unknown])[];
type Dice = (below: number) => number;

/** Numerical Recipes' generator: the same tokens in every run. */
function dice(seed: number): Dice {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const map = (...entries: Claims): Map<unknown, unknown> => new Map(entries);
const inOrder = { mapSorter: () => 0 };

/** A token in the shape that all libraries read: 61(17), HS256, `kid` unprotected. */
function sealed(payload: Uint8Array): Uint8Array {
  const header = Uint8Array.of(0xa1, 1, 5);
  const signed = encode(['MAC0', header, new Uint8Array(), payload]);
  const mac = createHmac('sha256', Buffer.from(HEX, 'hex')).update(signed).digest();
  const list = encode([header, map([4, Uint8Array.from(Buffer.from(KID))]), payload, new Uint8Array(mac)]);
  return Uint8Array.of(0xd8, 61, 0xd1, ...list);
}

/** A map with its entries as they are given, also twice. */
const written = (claims: Claims): Uint8Array =>
  Uint8Array.of(
    0xa0 | claims.length,
    ...claims.flatMap(([label, value]) => [...encode(label, inOrder), ...encode(value, inOrder)]),
  );

const sha256 = (text: string): Uint8Array => Uint8Array.from(createHash('sha256').update(text).digest());
const range = (bits: number, ...network: number[]): Tagged => new Tagged(52, [bits, Uint8Array.from(network)]);
const values: readonly unknown[] = [
  ...[0, 1, 2, 7, -1, 1e9, 9_999_999_999, 1.5, true, null, '', 'GET', 'a', 'i', '/vod/7/', '.*', 'https'],
  ...[[], ['GET'], ['HEAD'], ['a', 'b'], ['DE'], [range(24, 203, 0, 113, 0)], [range(32, 198, 51, 100, 1)], [64_496]],
  ...[Uint8Array.of(1, 2), map(), map([0, 2], [1, 120], [2, 60]), map([3, map([1, '/vod/7/'])])],
];
const labels: readonly unknown[] = [
  ...[1, 2, 3, 4, 5, 6, 7, 8, 41, 44, 45, 282, 308, 309, 310, 311, 312, 313, 314, 315, 316, 317, 319, 322, 323],
  ...[401, 403, 999, 'exp', 'catu', 'grant'],
];
const conditions: readonly unknown[] = [
  ...[
    '/vod/7/',
    '/vod/',
    '/',
    '',
    'cdn.example.com',
    '.example.com',
    'https',
    'http',
    '443',
    '.m3u8',
    'index',
    '/vod/7',
  ],
  ...[7, ['.*', ''], ['^/vod', ''], '.*', sha256('/vod/7/index.m3u8'), sha256('/vod/8/index.m3u8')],
];

/** Draws genuine claims, all of which the libraries know. @param now unix seconds */
function genuine(roll: Dice, now: number): Claims {
  const folder = map([0, map([0, 'https'])], [1, map([0, 'cdn.example.com'])], [3, map([1, '/vod/7/'])]);
  const named: Claims = [
    [1, SITUATION.issuer],
    [3, SITUATION.audience],
  ];
  const more: Claims = [
    [2, 'viewer'],
    [5, now - 60],
    [6, now - 60],
    [7, Uint8Array.of(10, 11)],
    [308, 0],
    [311, [range(24, 203, 0, 113, 0)]],
  ];
  return [[4, now + 3600], [310, 1], [312, folder], ...named, ...more.filter(() => roll(3) === 0)];
}

/** Alterations of claims before they are sealed. */
const alterations: Readonly<Record<string, (claims: Claims, roll: Dice, now: number) => Claims>> = {
  'another value': (claims, roll) => {
    const at = roll(claims.length);
    return claims.map((claim, i) => (i === at ? [claim[0], values[roll(values.length)]] : claim));
  },
  'one more claim': (claims, roll) => [...claims, [labels[roll(labels.length)], values[roll(values.length)]]],
  'one claim less': (claims, roll) => {
    const at = roll(claims.length);
    return claims.filter((_, i) => i !== at);
  },
  'another label': (claims, roll) => {
    const at = roll(claims.length);
    return claims.map((claim, i) => (i === at ? [labels[roll(labels.length)], claim[1]] : claim));
  },
  'other conditions': (claims, roll) => {
    const draw = (): readonly [unknown, unknown] => [
      roll(10),
      map([[-2, -1, 0, 1, 2, 3, 4, 5][roll(8)], conditions[roll(conditions.length)]]),
    ];
    const uri = new Map(roll(2) === 0 ? [draw()] : [draw(), draw()]);
    return claims.map((claim) => (claim[0] === 312 ? [312, uri] : claim));
  },
  'other times': (claims, roll, now) => {
    const times = [now - 3600, now - 5, now + 60, now + 7200, now * 1000, -now, String(now + 60), now + 60.5];
    return claims.map((claim) => (claim[0] === 4 ? [roll(4) === 0 ? 5 : 4, times[roll(times.length)]] : claim));
  },
};

/** Altered tokens, of which a third have other bytes, and all others other claims under a right MAC. */
export function alteredTokens(count: number, now: number): AlteredToken[] {
  const roll = dice(7);
  const kinds = Object.keys(alterations);
  return Array.from({ length: count }, (_, i) => {
    const claims = genuine(roll, now);
    if (i % 3 === 0) {
      const bytes = sealed(written(claims));
      const changed = [...bytes];
      // the front is where nothing is under the MAC
      const at = roll(roll(2) === 0 ? 24 : bytes.length);
      changed.splice(at, roll(4), ...Array.from({ length: roll(4) }, () => roll(256)));
      const [token, original] = [changed, bytes].map((each) => Buffer.from(each).toString('base64url'));
      return { alteration: 'other bytes', token: token!, original };
    }
    const alteration = kinds[roll(kinds.length)]!;
    const bytes = sealed(written(alterations[alteration]!(claims, roll, now)));
    return { alteration, token: Buffer.from(bytes).toString('base64url'), original: undefined };
  });
}
