import fc from 'fast-check';
import { bunny } from '../../packages/server/src/index.ts';
import type { BunnyOptions, SignedToken } from '../../packages/server/src/index.ts';
import { describeFormat } from '../support/format-properties.ts';
import { secret } from '../support/format-samples.ts';
import type { Attack } from '../support/format-properties.ts';
import { HOST, times } from '../support/seams.ts';

const signatureOf = ({ query, base }: SignedToken): string => query?.token ?? /bcdn_token=([^&]*)/.exec(base!)![1]!;

/** Addresses of one family: whether one is bound at all is a matter of configuration at both ends. */
const families = [
  fc.constant(''),
  fc.constantFrom('1.2.3.4', '11.2.3.4', '97.98.99.100'),
  fc.constantFrom('abcd::1', 'abcd:1::1', '2001:db8::1'),
];

const kinds: Record<string, Partial<BunnyOptions>> = {
  folder: {},
  'two folders': { depth: 2 },
  'folder in the query': { carrier: 'query' },
  'any query': { carrier: 'query', ignoreParams: true },
  link: { exact: true },
  'URL with its query': { carrier: 'query', exact: true },
  'URL with any query': { carrier: 'query', exact: true, ignoreParams: true },
  'one folder': { tokenPath: '/vod/' },
  'one folder without its slash': { carrier: 'query', ignoreParams: true, tokenPath: '/vod' },
};

interface Conditions {
  readonly ip: string;
  readonly limit: number | undefined;
}

/** An expiry, and what follows it, in the path or at the front of the query. */
const attacks: fc.Arbitrary<Attack<Conditions>> = fc
  .record({
    front: fc.constantFrom('/vod/', '/vod/paid.mp4', '/a'),
    one: times,
    two: times,
    name: fc.constantFrom('x', 'y1'),
    kind: fc.nat(5),
  })
  .map(({ front, one, two, name, kind }) => {
    const folder = front.slice(0, front.lastIndexOf('/') + 1);
    const inFolder = `${folder}${two}token_path=${folder}&z=/`;
    const forms: [path: string, query: string | undefined, forged: string][] = [
      [`${front}${two}`, `${name}=1`, `${front}?${one}${name}=1&expires=${two}`],
      [front, `x${two}${name}=1`, `${front}${one}x?${name}=1&expires=${two}`],
      [front, `${two}${name}=1`, `${front}${one}?${name}=1&expires=${two}`],
      [
        folder,
        `a=1%26token_path=${folder}`,
        `${folder}premium/x?a=1&token_path=${encodeURIComponent(folder)}&expires=${one}`,
      ],
      [`${front}${two}${name}=1`, undefined, `${front}?${name}=1${one}&expires=${two}`],
      [
        `${inFolder}x.ts`,
        undefined,
        [
          `${folder}x/y?token_path=${encodeURIComponent(folder)}`,
          `z=${encodeURIComponent(`/${one}token_path=${inFolder.slice(0, -4)}`)}`,
          `z=%2F&expires=${two}`,
        ].join('&'),
      ],
    ];
    const [path, query, forged] = forms[kind]!;
    return {
      asked: { path, query, expires: one },
      under: { ip: '', limit: undefined },
      forge: (signature: string) => ({ url: `${HOST}${forged}&token=${signature}` }),
    };
  });

for (const version of [2, 3] as const) {
  for (const [name, options] of Object.entries(kinds)) {
    for (const [family, addresses] of families.entries()) {
      // Each kind with an address once, and without; the kinds in the path are hashed like those in the query.
      if (family > 0 && !['folder', 'URL with its query'].includes(name)) continue;
      describeFormat({
        name: `bunny ${version} ${name} ${['', 'IPv4', 'IPv6'][family]}`,
        make: ({ ip, limit }: Conditions) =>
          bunny({
            secret,
            version,
            ...options,
            ...(ip && { ip }),
            ...(limit !== undefined && { limit }),
          } as BunnyOptions),
        conditions: fc.record({ ip: addresses, limit: fc.constantFrom(undefined, 1, 17, 999_999_999) }),
        ...(family === 0 && options.carrier === 'query' && !options.ignoreParams && { attack: attacks }),
        // A limit is said by the token; of an IPv6 address version 3 takes the first 64 bits.
        enforced: ({ ip }) => ip,
        signatureOf,
      });
    }
  }
}
