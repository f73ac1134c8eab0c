import fc from 'fast-check';
import {
  azion,
  bunny,
  cloudCdn,
  cloudFront,
  cloudflare,
  edgeAuth,
  fastly,
  mediaCdn,
  mediaCdnToken,
  secureLink,
  secureLinkLayouts as layouts,
  wowza,
} from '../../packages/server/src/index.ts';
import type { SecureLinkLayout, VerifyingTokenFormat } from '../../packages/server/src/index.ts';
import { commonAccessToken } from '../../packages/server/src/cat.ts';
import { cloudflareStream, jwt, mux } from '../../packages/server/src/jwt.ts';
import { describeFormat, signatureOf } from '../support/format-properties.ts';
import type { Attack } from '../support/format-properties.ts';
import { base64Key, hexKey, rsaKey, secret, videoId } from '../support/format-samples.ts';
import { HOST, asked, times } from '../support/seams.ts';
import type { Asked } from '../support/seams.ts';

const given = <T extends object>(options: T): Partial<T> =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined && value !== '')) as Partial<T>;
/** Tests formats of one condition. */
const formats = (all: Record<string, VerifyingTokenFormat>, more: { asked?: fc.Arbitrary<Asked> } = {}): void => {
  for (const [name, format] of Object.entries(all))
    describeFormat({ name, make: () => format, conditions: fc.constant({}), signatureOf, ...more });
};

const google = { keys: [{ name: 'k', key: base64Key }] };
formats({
  azion: azion({ secret }),
  'azion, raw, a folder': azion({ secret, pathForm: 'raw', depth: 1 }),
  'cloudCdn, a folder': cloudCdn({ ...google, depth: 2 }),
  'cloudCdn, a URL': cloudCdn({ ...google, exact: true }),
  'cloudCdn, a prefix without a slash': cloudCdn({ ...google, prefix: `${HOST}/vod` }),
  'cloudCdn, a cookie': cloudCdn({ ...google, carrier: 'cookie' }),
  'mediaCdn, the path': mediaCdn(google),
  'cloudFront, a folder': cloudFront({ keys: [{ id: 'K', privateKey: rsaKey }] }),
  'cloudFront, a URL': cloudFront({ keys: [{ id: 'K', privateKey: rsaKey }], carrier: 'query', exact: true }),
  'cloudflare, query, decoded': cloudflare({ secret, ttl: 86_400, pathForm: 'decoded' }),
  'cloudflare, path, raw': cloudflare({ secret, ttl: 86_400, signQuery: false }),
  fastly: fastly({ key: base64Key }),
});
const claimKeys = { keys: [{ key: secret }], algorithm: 'HS256' as const };
formats({
  jwt: jwt({ ...claimKeys, claims: ({ pathname }) => ({ sub: pathname }) }),
  'jwt in a header, with a scope': jwt({
    ...claimKeys,
    carrier: 'header',
    claims: ({ pathname }) => ({ folder: pathname.slice(0, pathname.lastIndexOf('/') + 1) }),
    opens: (url) => ({ kind: 'folder', href: new URL('.', url).href }),
  }),
  'jwt of a folder': jwt({ ...claimKeys, depth: 2 }),
  'jwt of a folder, with claims': jwt({ ...claimKeys, depth: 1, claims: ({ pathname }) => ({ sub: pathname }) }),
  'jwt as a bearer': jwt({ ...claimKeys, depth: 1, carrier: 'bearer' }),
});
const below = (...fronts: string[]): { asked: fc.Arbitrary<Asked> } => ({
  asked: fc
    .tuple(fc.constantFrom(...fronts), asked)
    .map(([front, from]) => ({ ...from, path: front.endsWith('*') ? front.slice(0, -1) + from.path : front })),
});
const ids = [{ id: 'k', key: rsaKey }];
formats({ mux: mux({ keys: ids }) }, below('/abc.m3u8', '/abd.m3u8', '/abc/high.mp4', '/abc/thumbnail.png', '*'));
formats({ cloudflareStream: cloudflareStream({ keys: ids }) }, below(`/${videoId}*`, `/${videoId.replace('0', '1')}*`));

const catOptions = {
  'a folder': { depth: 2 },
  'a path': { exact: true, carrier: 'header' },
  any: { uri: 'any' },
  'a prefix': { uri: new Map([[3, new Map([[1, '/vod']])]]) },
} as const;
for (const [name, options] of Object.entries(catOptions)) {
  describeFormat({
    name: `commonAccessToken, ${name}`,
    make: ({ issuer, ipRanges }: { issuer?: string; ipRanges?: string[] }) =>
      commonAccessToken({
        keys: [{ id: 'k', key: hexKey }],
        ip: '203.0.113.9',
        ...options,
        ...given({ issuer, ipRanges }),
      }),
    conditions: fc.record({
      issuer: fc.constantFrom('', 'a', 'b'),
      ipRanges: fc.constantFrom<string[][]>(['0.0.0.0/0'], ['203.0.113.0/24'], ['2001:db8::/32', '203.0.113.9']),
    }),
    enforced: () => undefined,
    signatureOf,
  });
}

const text = fc.constantFrom(undefined, 'x', 'a=b', 'a~data=b', '~', 'acl=/*', '%7e', 'é', 'e\u0301');
const edgeAuthOptions = {
  'a folder, decoded': { pathForm: 'decoded' },
  'two folders, another delimiter': { depth: 2, aclDelimiter: ',' },
  'a list': { acl: ['/vod/*', '/vod/7/?.ts', '/a*'] },
  'a path': { exact: true },
  'path and query, decoded': { exact: true, signQuery: true, pathForm: 'decoded' },
  'path and query, escaped': { exact: true, signQuery: true, escape: true },
  'a path, salted': { exact: true, salt: 'salt' },
  'a cookie': { carrier: 'cookie' },
} as const;
for (const [name, options] of Object.entries(edgeAuthOptions)) {
  describeFormat({
    name: `edgeAuth, ${name}`,
    make: (conditions: { ip?: string }) => edgeAuth({ key: hexKey, ...options, ...given(conditions) }),
    conditions: fc.record({ ip: fc.constantFrom('', '1.2.3.4', '11.2.3.4'), sessionId: text, payload: text }),
    enforced: ({ ip }) => ip,
    signatureOf,
  });
}

/** An expiry, and what follows it, in the path or at the front of the query. */
const bunnyAttack: fc.Arbitrary<Attack<{ ip: string }>> = fc
  .record({ front: fc.constantFrom('/vod/', '/vod/paid.mp4', '/a'), one: times, two: times, kind: fc.nat(3) })
  .map(({ front, one, two, kind }) => {
    const folder = front.slice(0, front.lastIndexOf('/') + 1);
    const escaped = encodeURIComponent(folder);
    const forms: [path: string, query: string | undefined, forged: string][] = [
      [`${front}${two}`, 'x=1', `${front}?${one}x=1&expires=${two}`],
      [front, `x${two}y=1`, `${front}${one}x?y=1&expires=${two}`],
      [folder, `a=1%26token_path=${folder}`, `${folder}premium/x?a=1&token_path=${escaped}&expires=${one}`],
      [`${front}${two}x=1`, undefined, `${front}?x=1${one}&expires=${two}`],
    ];
    const [path, query, forged] = forms[kind]!;
    const forge = (signature: string): { url: string } => ({ url: `${HOST}${forged}&token=${signature}` });
    return { asked: { path, query, expires: one }, under: { ip: '' }, forge };
  });
const bunnyOptions = {
  'a folder': { depth: 2 },
  'any query': { carrier: 'query', ignoreParams: true },
  link: { exact: true },
  'a URL with its query': { carrier: 'query', exact: true },
  'one folder without its slash': { carrier: 'query', tokenPath: '/vod' },
} as const;
/** Addresses of one family: whether one is bound at all is a matter of configuration at both ends. */
const families = [[''], ['1.2.3.4', '11.2.3.4', '97.98.99.100'], ['abcd::1', 'abcd:1::1', '2001:db8::1']];
for (const version of [2, 3] as const) {
  for (const [name, options] of Object.entries(bunnyOptions)) {
    for (const family of name === 'a URL with its query' ? families : families.slice(0, 1)) {
      describeFormat({
        name: `bunny ${version}, ${name}, ${family[0]}`,
        make: (conditions: { ip: string }) => bunny({ secret, version, ...options, ...given(conditions) }),
        conditions: fc.record({
          ip: fc.constantFrom(...family),
          limit: fc.constantFrom(undefined, 1, 17, 999_999_999),
        }),
        ...(family[0] === '' &&
          'carrier' in options &&
          !('ignoreParams' in options) && { attack: bunnyAttack as never }),
        // A limit is said by the token; of an IPv6 address version 3 takes the first 64 bits.
        enforced: ({ ip }) => ip,
        signatureOf,
      });
    }
  }
}

const templates: Record<string, SecureLinkLayout> = {
  ...layouts,
  'a folder in front of the address': {
    hash: '{expires}{folder}{ip}{secret}',
    query: { t: '{token}', e: '{expires}' },
  },
  'a path without its slash': { hash: '{secret}{expires}{relativePath}{ip}', query: { t: '{token},{expires}' } },
  'the expiry in hex': {
    hash: '{path}{expires}{secret}',
    time: 'hex',
    pathForm: 'raw',
    query: { t: '{expires},{token}' },
  },
};
const addresses = fc.constantFrom('', '1.2.3.4', '11.2.3.4', '2.3.4.5', '203.0.113.9', '2001:db8::1', '1:db8::1');
for (const [name, layout] of Object.entries(templates)) {
  describeFormat({
    name: `secureLink, ${name}`,
    make: (ip) => secureLink({ secret, ...layout, ...(ip && { ip }) }),
    conditions: layout.hash.includes('{ip}') ? addresses : fc.constant(''),
    signatureOf: ({ query, base }) =>
      /[\da-f]{32,64}|(?<![\w-])(?:[\w-]{43}=?|[\w-]{22}(?:==)?)(?![\w-])/.exec(
        base ?? Object.values(query!).join(' '),
      )![0],
  });
}

const param = fc.constantFrom(undefined, 'a', 'a=b', 'a&wowzatokeny=b', '?', 'a b');
describeFormat({
  name: 'wowza',
  make: ({ ip, ...params }: { ip: string; wowzatokenx?: string }) =>
    wowza({ secret, ...given({ ip }), params: given(params) }),
  conditions: fc.record({ ip: fc.constantFrom('', '1.2.3.4'), wowzatokenx: param, wowzatokeny: param }) as never,
  signatureOf,
});

/** Draws mostly what is signed: one bad condition of many refuses them all. */
const mostly = <T>(good: readonly T[], bad: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...good) }, { weight: 1, arbitrary: fc.constantFrom(...bad) });
const field = mostly([undefined, 'x', 'a=b'], ['a~Data=b', 'é', 'e\u0301']);
const header = mostly([undefined, 'x', 'y'], ['x,BAR=y', 'x=y', 'x~Expires=1795500300']);
const conditions = fc.record({ sessionId: field, data: field, foo: header, bar: header });
type Conditions = typeof conditions extends fc.Arbitrary<infer C> ? C : never;
const kinds = {
  'a folder': { depth: 2 },
  globs: { pathGlobs: ['/vod/*', '/vod/7/?.ts', '/a*'], carrier: 'cookie' },
  'a path': { exact: true },
  'a path, Ed25519': { exact: true, algorithm: 'ed25519' },
} as const;
for (const [name, options] of Object.entries(kinds)) {
  describeFormat({
    name: `mediaCdnToken, ${name}`,
    make: ({ foo, bar, ...more }: Conditions) =>
      mediaCdnToken({
        keys: [base64Key],
        algorithm: 'sha256',
        ...options,
        ...(given(more) as object),
        headers: given({ Foo: foo, BAR: bar }) as Record<string, string>,
      }),
    conditions,
    headers: ({ foo, bar }) => given({ foo, bar }) as Record<string, string>,
    // The token says which headers count: one that sends more of them sends these too.
    enforced: () => undefined,
    signatureOf,
  });
}
