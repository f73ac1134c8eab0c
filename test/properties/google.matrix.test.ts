import fc from 'fast-check';
import { cloudCdn, mediaCdn, mediaCdnToken } from '../../packages/server/src/index.ts';
import type {
  CloudCdnOptions,
  MediaCdnOptions,
  MediaCdnTokenOptions,
  SignedToken,
} from '../../packages/server/src/index.ts';
import { describeFormat } from '../support/format-properties.ts';
import { base64Key } from '../support/format-samples.ts';
import type { Attack } from '../support/format-properties.ts';
import { HOST, times } from '../support/seams.ts';

const keys = [{ name: 'k', key: base64Key }];
const signatureOf = ({ query, base, setCookie = [] }: SignedToken): string =>
  query?.Signature ?? /Signature=([\w=-]+)/.exec(base ?? setCookie[0]!)![1]!;
const none = fc.constant({});

const cloud: Record<string, Partial<CloudCdnOptions>> = {
  folder: {},
  'two folders': { depth: 2 },
  URL: { exact: true },
  prefix: { prefix: `${HOST}/vod/` },
  'prefix without a slash': { prefix: `${HOST}/vod` },
  cookie: { carrier: 'cookie' },
};
for (const [name, options] of Object.entries(cloud)) {
  describeFormat({
    name: `cloudCdn ${name}`,
    make: () => cloudCdn({ keys, ...options }),
    conditions: none,
    signatureOf,
  });
}

const media: Record<string, Partial<MediaCdnOptions>> = {
  path: {},
  'path, prefix': { prefix: `${HOST}/vod/` },
  query: { carrier: 'query' },
  URL: { carrier: 'query', exact: true },
};
for (const [name, options] of Object.entries(media)) {
  describeFormat({
    name: `mediaCdn ${name}`,
    make: () => mediaCdn({ keys, ...options }),
    conditions: none,
    signatureOf,
  });
}

/** Draws mostly what is signed: one bad condition of many refuses them all. */
const mostly = <T>(good: readonly T[], bad: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...good) }, { weight: 1, arbitrary: fc.constantFrom(...bad) });
const text = mostly([undefined, 'x', 'a=b'], ['a~Data=b', 'é', 'e\u0301']);
const header = mostly([undefined, 'x', 'y'], ['x,BAR=y', 'x=y', 'x~Expires=1795500300']);
interface Conditions {
  readonly sessionId: string | undefined;
  readonly data: string | undefined;
  readonly foo: string | undefined;
  readonly bar: string | undefined;
}
const unbound: Conditions = { sessionId: undefined, data: undefined, foo: undefined, bar: undefined };

/** A path that says the fields of a token, and two headers that are said as one. */
const attacks = (options: Partial<MediaCdnTokenOptions>): fc.Arbitrary<Attack<Conditions>> => {
  const name = options.algorithm === 'ed25519' ? 'Signature' : 'hmac';
  const scope = (path: string): string =>
    options.exact
      ? 'FullPath'
      : `URLPrefix=${Buffer.from(`${HOST}${path.slice(0, path.lastIndexOf('/') + 1)}`).toString('base64url')}`;
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
        url: `${HOST}${path}?hdnts=${scope(path)}~Expires=${soon}~Headers=Foo~${name}=${signature}`,
        headers: { foo: `${foo},BAR=y` },
        under: { ...unbound, foo: `${foo},BAR=y` },
      }),
    })),
  );
};

const tokens: Record<string, Partial<MediaCdnTokenOptions>> = {
  folder: {},
  'two folders': { depth: 2 },
  globs: { pathGlobs: ['/vod/*', '/vod/7/?.ts', '/a*'] },
  path: { exact: true },
  'path, Ed25519': { exact: true, algorithm: 'ed25519' },
  cookie: { carrier: 'cookie', exact: true },
};
for (const [name, options] of Object.entries(tokens)) {
  describeFormat({
    name: `mediaCdnToken ${name}`,
    make: ({ sessionId, data, foo, bar }: Conditions) =>
      mediaCdnToken({
        keys: [base64Key],
        algorithm: 'sha256',
        ...options,
        ...(sessionId !== undefined && { sessionId }),
        ...(data !== undefined && { data }),
        headers: { ...(foo !== undefined && { Foo: foo }), ...(bar !== undefined && { BAR: bar }) },
      }),
    conditions: fc.record({ sessionId: text, data: text, foo: header, bar: header }),
    headers: ({ foo, bar }) => ({ ...(foo !== undefined && { foo }), ...(bar !== undefined && { bar }) }),
    ...(options.carrier === undefined &&
      options.pathGlobs === undefined &&
      options.depth === undefined && { attack: attacks(options) }),
    // The token says which headers count: one that sends more of them sends these too.
    enforced: () => undefined,
    signatureOf: ({ query, setCookie = [] }) => /~(?:hmac|Signature)=([\w-]+)/.exec(query?.hdnts ?? setCookie[0]!)![1]!,
  });
}
