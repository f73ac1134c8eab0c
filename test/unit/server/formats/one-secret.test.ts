import { expect, test } from 'vitest';
import {
  bunny,
  cloudflare,
  fastly,
  secureLink,
  secureLinkLayouts as layouts,
  azion,
} from '../../../../packages/server/src/index.ts';
import type { SecureLinkLayout, VerifyingTokenFormat } from '../../../../packages/server/src/index.ts';

const secret = 'a secret of thirty-two characters';
const HOST = 'https://cdn.example.com';
const NOW = 1_795_500_000;
const ttl = 3600;

/** The bytes of the hash or HMAC, in hex: each CDN writes them in its own way, and whoever has one can write another. */
async function hashOf(format: VerifyingTokenFormat, path: string, expires = NOW): Promise<string> {
  const { query = {}, base = '' } = await format.sign(new URL(HOST + path), expires);
  for (const text of [...Object.values(query), base.slice(HOST.length)]) {
    for (const part of text.split(/[,/_]|HS256-|\d{10}-|==/)) {
      if (/^(?:[\da-f]{32}|[\da-f]{64})$/.test(part)) return part;
    }
    const inBase64 = /(?:[\w+-]|\/){42,43}=?$|[\w-]{22}(?===|$|[,/])/.exec(text)?.[0];
    if (inBase64 !== undefined) return Buffer.from(inBase64, 'base64').toString('hex');
  }
  throw new Error(`no hash in ${JSON.stringify(query)} and ${base}`);
}
const link = (layout: SecureLinkLayout): VerifyingTokenFormat => secureLink({ secret, ...layout });
const directory = link({ hash: '{secret}{directory}{expires}', base: '/s/{token}/{expires}' });
const key = Buffer.from(secret).toString('base64');

test.each<[string, [VerifyingTokenFormat, string, number?], [VerifyingTokenFormat, string, number?]]>([
  ['azion and a folder of nginx', [azion({ secret }), '/vod/'], [directory, '/vod/a']],
  ['bunnyBasic and a folder of nginx', [link(layouts.bunnyBasic), '/vod/'], [directory, '/vod/a']],
  ['tencentD and a folder of nginx', [link(layouts.tencentD), '/vod/'], [directory, '/vod/a']],
  ['cdn77 and cdn77Path', [link(layouts.cdn77), '/vod'], [link(layouts.cdn77Path), '/vod/a']],
  ['gcore and gcoreFolder', [link(layouts.gcore), '/vod/'], [link(layouts.gcoreFolder), '/vod/a']],
  ['nginx and gcoreFolder', [link(layouts.nginx), '/vod/'], [link(layouts.gcoreFolder), '/vod/a']],
  ['fastly and cloudflare', [fastly({ key }), '/a'], [cloudflare({ secret, ttl }), '/a', NOW + ttl]],
  [
    'bunny and cloudflare',
    [bunny({ secret, carrier: 'query', exact: true }), '/a'],
    [cloudflare({ secret, ttl }), '/a', NOW + ttl],
  ],
])('one secret in two layouts, of which SECURITY.md warns: %s make one token for two scopes', async (_, one, other) => {
  expect(await hashOf(...one)).toBe(await hashOf(...other));
});

test('one secret in azion with and without `depth`: no token of a path is one of a folder', async () => {
  const folder = await hashOf(azion({ secret, depth: 1 }), '/vod/a');
  for (const path of ['/vod/', '/vod', '/folder:/vod/', '/vod/a']) {
    expect(await hashOf(azion({ secret }), path)).not.toBe(folder);
  }
});
