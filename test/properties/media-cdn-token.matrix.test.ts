import fc from 'fast-check';
import { mediaCdnToken } from '../../packages/server/src/index.ts';
import { describeFormat, signatureOf } from '../support/format-properties.ts';
import type { Attack } from '../support/format-properties.ts';
import { base64Key } from '../support/format-samples.ts';
import { HOST, times } from '../support/seams.ts';

/** Draws mostly what is signed: one bad condition of many refuses them all. */
const mostly = <T>(good: readonly T[], bad: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...good) }, { weight: 1, arbitrary: fc.constantFrom(...bad) });
const text = mostly([undefined, 'x', 'a=b'], ['a~Data=b', 'é', 'e\u0301']);
const header = mostly([undefined, 'x', 'y'], ['x,BAR=y', 'x=y', 'x~Expires=1795500300']);
const conditions = fc.record({ sessionId: text, data: text, foo: header, bar: header });
type Conditions = typeof conditions extends fc.Arbitrary<infer C> ? C : never;
const unbound: Conditions = { sessionId: undefined, data: undefined, foo: undefined, bar: undefined };
const given = (options: object): object =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

/** A path that says the fields of a token, and two headers that are said as one. */
const attacks = (name: 'hmac' | 'Signature'): fc.Arbitrary<Attack<Conditions>> => {
  const paths = fc.constantFrom('/a', '/vod/paid.mp4', '/vod/7/1');
  return fc.oneof(
    fc.record({ path: paths, far: times, soon: times }).map(({ path, far, soon }) => ({
      asked: { path: `${path}~Expires=${far}~Headers=foo=`, query: undefined, expires: soon },
      under: unbound,
      forge: (signature: string) => ({
        url: `${HOST}${path}?hdnts=FullPath~Expires=${far}~Headers=foo~${name}=${signature}`,
        headers: { foo: `~Expires=${soon}` },
      }),
    })),
    fc.record({ path: paths, soon: times, foo: fc.constantFrom('x', 'y') }).map(({ path, soon, foo }) => ({
      asked: { path, query: undefined, expires: soon },
      under: { ...unbound, foo, bar: 'y' },
      forge: (signature: string) => ({
        url: `${HOST}${path}?hdnts=FullPath~Expires=${soon}~Headers=Foo~${name}=${signature}`,
        headers: { foo: `${foo},BAR=y` },
        under: { ...unbound, foo: `${foo},BAR=y` },
      }),
    })),
  );
};

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
        ...{ keys: [base64Key], algorithm: 'sha256', ...options, ...given(more) },
        headers: { ...given({ Foo: foo, BAR: bar }) },
      }),
    conditions,
    headers: ({ foo, bar }) => ({ ...given({ foo, bar }) }),
    ...('exact' in options && { attack: attacks('algorithm' in options ? 'Signature' : 'hmac') }),
    // The token says which headers count: one that sends more of them sends these too.
    enforced: () => undefined,
    signatureOf,
  });
}
