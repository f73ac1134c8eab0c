import fc from 'fast-check';
import { commonAccessToken } from '../../packages/server/src/cat.ts';
import type { CommonAccessTokenOptions } from '../../packages/server/src/cat.ts';
import type { SignedToken, VerifyingTokenFormat } from '../../packages/server/src/index.ts';
import { cloudflareStream, jwPlayer, jwt, mux } from '../../packages/server/src/jwt.ts';
import { describeFormat } from '../support/format-properties.ts';
import { hexKey, rsaKey, secret, videoId } from '../support/format-samples.ts';
import { asked } from '../support/seams.ts';
import type { Asked } from '../support/seams.ts';

const none = fc.constant({});
/** The tokens say no more than what is signed. */
const signatureOf = ({ query, headers, base }: SignedToken): string => JSON.stringify(query ?? headers ?? base);
const below = (...fronts: string[]): fc.Arbitrary<Asked> =>
  fc
    .tuple(fc.constantFrom(...fronts), asked)
    .map(([front, from]) => ({ ...from, path: front.endsWith('*') ? front.slice(0, -1) + from.path : front }));

describeFormat({
  name: 'jwt',
  make: () => jwt({ keys: [{ key: secret }], algorithm: 'HS256', claims: ({ pathname }) => ({ sub: pathname }) }),
  conditions: none,
  signatureOf,
});

describeFormat({
  name: 'jwt for a folder',
  make: () =>
    jwt({
      keys: [{ key: secret }],
      algorithm: 'HS256',
      carrier: 'header',
      claims: ({ pathname }) => ({ folder: pathname.slice(0, pathname.lastIndexOf('/') + 1) }),
      opens: (url) => ({ kind: 'folder', href: new URL('.', url).href }),
    }),
  conditions: none,
  signatureOf,
});

describeFormat({ name: 'jwPlayer', make: () => jwPlayer({ secret }), conditions: none, signatureOf });

const ids = [{ id: 'k', key: rsaKey }];
describeFormat({
  name: 'mux',
  make: () => mux({ keys: ids }),
  conditions: none,
  asked: below('/abc.m3u8', '/abd.m3u8', '/abc/high.mp4', '/abc/thumbnail.png', '/abc/storyboard.vtt', '*'),
  signatureOf,
});
describeFormat({
  name: 'cloudflareStream',
  make: () => cloudflareStream({ keys: ids }),
  conditions: none,
  asked: below(`/${videoId}*`, `/${videoId.replace('0', '1')}*`),
  signatureOf,
});

const kinds: Record<string, Partial<CommonAccessTokenOptions>> = {
  folder: {},
  'two folders': { depth: 2 },
  path: { exact: true, carrier: 'header' },
  any: { uri: 'any' },
  'a prefix': { uri: new Map([[3, new Map([[1, '/vod']])]]) },
  'an extension': { uri: new Map([[8, new Map([[0, '.m3u8']])]]) },
};
for (const [name, options] of Object.entries(kinds)) {
  describeFormat({
    name: `commonAccessToken ${name}`,
    make: ({ issuer, ipRanges }): VerifyingTokenFormat =>
      commonAccessToken({
        keys: [{ id: 'k', key: hexKey }],
        ip: '203.0.113.9',
        ...options,
        ...(issuer && { issuer }),
        ...(ipRanges && { ipRanges }),
      }),
    conditions: fc.record({
      issuer: fc.constantFrom('', 'a', 'b'),
      ipRanges: fc.constantFrom(undefined, ['203.0.113.0/24'], ['2001:db8::/32', '203.0.113.9']),
    }),
    ...(name === 'an extension' && {
      asked: asked.map((from) => ({ ...from, path: `${from.path.replace(/\/$/, '')}.m3u8` })),
    }),
    enforced: () => undefined,
    signatureOf,
  });
}
