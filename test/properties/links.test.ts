import fc from 'fast-check';
import { cloudflare, fastly, secureLink, secureLinkLayouts as layouts, secureToken, wowza } from '../../packages/server/src/index.ts';
import type { SecureLinkLayout } from '../../packages/server/src/index.ts';
import { describeFormat } from '../support/format-properties.ts';
import { base64Key, secret } from '../support/format-samples.ts';

const none = fc.constant({});
const addresses = fc.constantFrom('', '1.2.3.4', '11.2.3.4', '2.3.4.5', '203.0.113.9', '2001:db8::1', '1:db8::1');
const tokenOf = (token: { query?: Record<string, string>; base?: string }): string =>
  JSON.stringify(token.query ?? token.base).replace(/(?<!\d)\d{10}(?!\d)/, '');

for (const pathForm of ['decoded', 'raw'] as const) {
  describeFormat({
    name: `secureToken ${pathForm}`,
    make: () => secureToken({ secret, pathForm }),
    conditions: none,
    signatureOf: ({ query }) => query!.st!,
  });
}

const templates: Record<string, SecureLinkLayout> = {
  ...layouts,
  'a folder in front of the address': { hash: '{expires}{folder}{ip}{secret}', query: { t: '{token}', e: '{expires}' } },
  'a path without its slash': { hash: '{secret}{expires}{relativePath}{ip}', query: { t: '{token},{expires}' } },
  'the expiry in hex': { hash: '{path}{expires}{secret}', time: 'hex', pathForm: 'raw', query: { t: '{expires}{token}' } },
  'two folders in the path': { hash: '{secret}{directory}{expires}', base: '/s/{token}/{expires}', depth: 2 },
};
for (const [name, layout] of Object.entries(templates)) {
  describeFormat({
    name: `secureLink ${name}`,
    make: (ip) => secureLink({ secret, ...layout, ...(ip && { ip }) }),
    conditions: layout.hash.includes('{ip}') ? addresses : fc.constant(''),
    signatureOf: (token) => tokenOf({ ...token, ...(token.base && { base: /[\w-]{22,}(?:==)?/.exec(token.base)![0] }) }),
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
    wowza({ secret, ...(ip && { ip }), params: { ...(x !== undefined && { wowzatokenx: x }), ...(y !== undefined && { wowzatokeny: y }) } }),
  conditions: fc.record({ ip: fc.constantFrom('', '1.2.3.4'), x: param, y: param }),
  // Parameters that the edge does not ask for would be refused as unknown; a token without one that it asks for is refused.
  signatureOf: ({ query }) => query!.wowzatokenhash!,
});
