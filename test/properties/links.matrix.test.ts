import fc from 'fast-check';
import {
  cloudflare,
  fastly,
  secureLink,
  secureLinkLayouts as layouts,
  azion,
  wowza,
} from '../../packages/server/src/index.ts';
import type { SecureLinkLayout } from '../../packages/server/src/index.ts';
import { describeFormat } from '../support/format-properties.ts';
import { base64Key, secret } from '../support/format-samples.ts';
import type { Attack } from '../support/format-properties.ts';
import { HOST, times } from '../support/seams.ts';

const none = fc.constant({});
const addresses = fc.constantFrom('', '1.2.3.4', '11.2.3.4', '2.3.4.5', '203.0.113.9', '2001:db8::1', '1:db8::1');

for (const pathForm of ['decoded', 'raw'] as const) {
  describeFormat({
    name: `azion ${pathForm}`,
    make: () => azion({ secret, pathForm }),
    conditions: none,
    signatureOf: ({ query }) => query!.st!,
  });
  describeFormat({
    name: `azion ${pathForm}, a folder`,
    make: () => azion({ secret, pathForm, depth: 1 }),
    conditions: none,
    signatureOf: ({ query }) => query!.st!,
  });
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
  'two folders in the path': { hash: '{secret}{directory}{expires}', base: '/s/{token}/{expires}', depth: 2 },
};
/** The beginning of the address at the end of the path, and back. */
const addressAttack = ({ query }: SecureLinkLayout): fc.Arbitrary<Attack<string>> =>
  fc
    .record({
      path: fc.constantFrom('/ch', '/vod/a', '/a.m3u', '/film.mp', '/a.m3u8', '/200'),
      ip: fc.constantFrom('11.2.3.4', '121.2.3.4', '85.2.3.4', '42.2.3.4', '2001:db8::1'),
      count: fc.integer({ min: 1, max: 3 }),
      back: fc.boolean(),
      expires: times,
    })
    .map(({ path, ip, count, back, expires }) => {
      const readings = [
        { path, ip },
        { path: path + ip.slice(0, count), ip: ip.slice(count) },
      ];
      const [one, other] = back ? [readings[1]!, readings[0]!] : [readings[0]!, readings[1]!];
      const [[token, template], [stamp] = []] = Object.entries(query!) as [[string, string], [string]?];
      return {
        asked: { path: one.path, query: undefined, expires },
        under: one.ip,
        forge: (signature: string) => {
          const value = template.replace('{token}', signature).replace('{expires}', String(expires));
          const search = `?${token}=${value}${stamp ? `&${stamp}=${expires}` : ''}`;
          return { url: HOST + other.path + search, under: other.ip };
        },
      };
    });

for (const [name, layout] of Object.entries(templates)) {
  describeFormat({
    name: `secureLink ${name}`,
    make: (ip) => secureLink({ secret, ...layout, ...(ip && { ip }) }),
    conditions: layout.hash.includes('{ip}') ? addresses : fc.constant(''),
    signatureOf: ({ query, base }) =>
      /[\da-f]{32}|(?<![\w-])[\w-]{22}(?:==)?(?![\w-])/.exec(base ?? Object.values(query!).join(' '))![0],
    ...(/\{(?:path|relativePath)\}\{ip\}/.test(layout.hash) && { attack: addressAttack(layout) }),
  });
}

for (const signQuery of [true, false]) {
  for (const pathForm of ['decoded', 'raw'] as const) {
    describeFormat({
      name: `cloudflare ${signQuery ? 'query' : 'path'} ${pathForm}`,
      make: () => cloudflare({ secret, ttl: 86_400, signQuery, pathForm }),
      conditions: none,
      signatureOf: ({ query }) => query!.verify!.split('-')[1]!,
    });
  }
}

describeFormat({
  name: 'fastly',
  make: () => fastly({ key: base64Key }),
  conditions: none,
  signatureOf: ({ query }) => query!.token!.split('_')[1]!,
});

const param = fc.option(fc.constantFrom('a', 'a=b', 'a&wowzatokeny=b', '?', 'a b'), { nil: undefined });
describeFormat({
  name: 'wowza',
  make: ({ ip, x, y }) =>
    wowza({
      secret,
      ...(ip && { ip }),
      params: { ...(x !== undefined && { wowzatokenx: x }), ...(y !== undefined && { wowzatokeny: y }) },
    }),
  conditions: fc.record({ ip: fc.constantFrom('', '1.2.3.4'), x: param, y: param }),
  // Parameters that the edge does not ask for would be refused as unknown; a token without one that it asks for is
  // refused.
  signatureOf: ({ query }) => query!.wowzatokenhash!,
});

/** Tests secrets with which a folder with a `?` in it and the one secret are another folder and the other secret. */
describeFormat({
  name: 'wowza in a rotation',
  make: (current) => wowza({ secrets: current === 0 ? ['b', 'a?b'] : ['a?b', 'b'] }),
  conditions: fc.constantFrom(0, 1),
  enforced: () => undefined,
  attack: fc.record({ folder: fc.constantFrom('/vod/x', '/live'), expires: times }).map(({ folder, expires }) => ({
    asked: { path: `${folder}%3Fa/f.ts`, query: undefined, expires },
    under: 0,
    forge: (signature: string) => ({
      url: `${HOST}${folder}/f.ts?wowzatokenendtime=${expires}&wowzatokenhash=${signature}`,
    }),
  })),
  signatureOf: ({ query }) => query!.wowzatokenhash!,
});
