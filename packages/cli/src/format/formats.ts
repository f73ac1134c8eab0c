import {
  azureBlob,
  bunny,
  cloudCdn,
  cloudFront,
  cloudflare,
  edgeAuth,
  fastly,
  googleStorage,
  mediaCdn,
  mediaCdnToken,
  secureLink,
  secureLinkLayouts,
  secureToken,
  wowza,
} from 'secure-token-server';
import type { TokenFormat } from 'secure-token-server';
import { CliError } from '../call-arguments.ts';
import { accountKey, base64Keys, hexKeys, jwtKeys, keysWithIds, secretText } from './key-kinds.ts';
import type { KeyKind } from './key-kinds.ts';

/** Options of a format, as a command line has them: JSON values. */
export type Settings = Readonly<Record<string, unknown>>;

/** A format that `--format` names. */
export interface Format {
  /** The name of the function that `secure-token-server` exports. */
  readonly name: string;
  readonly keys: KeyKind;
  /** Makes the format. It reads the options itself, and throws `ERR_OPTIONS` for unknown ones. */
  readonly make: (options: never) => TokenFormat | Promise<TokenFormat>;
}

// imported on demand, because they bring their own libraries
const loadJwt = () => import('secure-token-server/jwt');
const loadCat = () => import('secure-token-server/cat');
const loadS3 = () => import('secure-token-server/s3');

export const formats: readonly Format[] = [
  { name: 'secureToken', keys: secretText, make: secureToken },
  { name: 'secureLink', keys: secretText, make: linkOfLayout },
  { name: 'edgeAuth', keys: hexKeys, make: edgeAuth },
  { name: 'cloudFront', keys: keysWithIds('id', 'privateKey'), make: cloudFront },
  { name: 'bunny', keys: secretText, make: bunny },
  { name: 'mediaCdn', keys: keysWithIds('name', 'key'), make: mediaCdn },
  { name: 'mediaCdnToken', keys: base64Keys, make: mediaCdnToken },
  { name: 'cloudCdn', keys: keysWithIds('name', 'key'), make: cloudCdn },
  { name: 'cloudflare', keys: secretText, make: cloudflare },
  { name: 'fastly', keys: base64Keys, make: fastly },
  { name: 'wowza', keys: secretText, make: wowza },
  { name: 'mux', keys: keysWithIds('id', 'key'), make: async (options) => (await loadJwt()).mux(options) },
  {
    name: 'cloudflareStream',
    keys: keysWithIds('id', 'key'),
    make: async (options) => (await loadJwt()).cloudflareStream(options),
  },
  { name: 'jwPlayer', keys: secretText, make: async (options) => (await loadJwt()).jwPlayer(options) },
  { name: 'jwt', keys: jwtKeys, make: jwtOfClaims },
  { name: 'commonAccessToken', keys: keysWithIds('id', 'key'), make: catOfJson },
  {
    name: 's3',
    keys: accountKey('secretAccessKey', 'accessKeyId'),
    make: async (options) => (await loadS3()).s3(options),
  },
  { name: 'googleStorage', keys: accountKey('privateKey', 'clientEmail'), make: googleStorage },
  { name: 'azureBlob', keys: accountKey('accountKey'), make: azureBlob },
];

/** @throws `CliError` for an unknown name */
export function formatNamed(name: string): Format {
  const found = formats.find((format) => format.name === name);
  if (found) return found;
  throw new CliError(`--format: this is unknown. Give one of ${formats.map((each) => each.name).join(', ')}.`);
}

/**
 * @param keys the result of `KeyKind.option`
 * @throws `CliError` that names the format, for options that it cannot work with
 */
export async function makeFormat({ name, make }: Format, keys: Settings, settings: Settings): Promise<TokenFormat> {
  try {
    return await make({ ...settings, ...keys } as never);
  } catch (cause) {
    throw new CliError(`--format ${name}: ${(cause as Error).message}`, { cause });
  }
}

/** Makes a `secureLink`. `layout` is a name of `secureLinkLayouts`. */
function linkOfLayout({ layout, ...options }: Settings): TokenFormat {
  if (layout === undefined) return secureLink(options as never);
  const names = Object.keys(secureLinkLayouts);
  if (typeof layout !== 'string' || !names.includes(layout))
    throw new CliError(`layout: This is unknown. Give one of ${names.join(', ')}.`);
  return secureLink({ ...secureLinkLayouts[layout as keyof typeof secureLinkLayouts], ...options } as never);
}

/**
 * Makes a `jwt`. `claims` is an object; `{path}` in its texts is the path of the URL. A profile brings its own claims.
 */
async function jwtOfClaims({ claims, ...options }: Settings): Promise<TokenFormat> {
  if (options.profile !== undefined)
    return (await loadJwt()).jwt({ ...options, ...(claims !== undefined && { claims }) } as never);
  if (typeof claims !== 'object' || claims === null)
    throw new CliError('claims: This is not an object. Give one in JSON, such as claims=\'{"sub":"{path}"}\'.');
  const { jwt } = await loadJwt();
  const claimsOf = ({ pathname }: URL): Settings =>
    Object.fromEntries(
      Object.entries(claims).map(([name, value]: [string, unknown]) => [
        name,
        typeof value === 'string' ? value.replaceAll('{path}', () => pathname) : value,
      ]),
    );
  return jwt({ ...options, claims: claimsOf } as never);
}

/** Makes a `commonAccessToken`. In `uri` and `claims`, an object becomes a map with its names as numbers. */
async function catOfJson({ uri, claims, ...options }: Settings): Promise<TokenFormat> {
  const { commonAccessToken } = await loadCat();
  return commonAccessToken({
    ...options,
    ...(uri !== undefined && { uri: mapsIn(uri) }),
    ...(claims !== undefined && { claims: mapsIn(claims) }),
  } as never);
}

function mapsIn(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return new Map(Object.entries(value).map(([name, inner]) => [Number(name), mapsIn(inner)]));
}
