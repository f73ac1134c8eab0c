import * as server from 'secure-token-server';
import type { TokenFormat } from 'secure-token-server';
import { CliError } from '../call-arguments.ts';
import { isObject, parseJson } from '../endpoint-answer.ts';
import type { SentToken } from '../endpoint-answer.ts';

/**
 * A kind of keys: it turns the secrets of a command into the options of a format that hold its keys.
 *
 * @param ids the values of `--key-id`
 * @throws `CliError` if ids are missing, or too many
 */
type KeyKind = (secrets: readonly string[], ids: readonly string[]) => Readonly<Record<string, unknown>>;

function checkIds(ids: readonly string[], wanted: number): void {
  if (ids.length === wanted) return;
  const remedy =
    wanted === 0 ? 'The keys of this format have no ids.' : 'Give the id of each key at the CDN, in order.';
  throw new CliError(`--key-id: this is needed ${wanted} times, and given ${ids.length} times. ${remedy}`);
}

/** Returns the kind of keys that are texts. */
const texts =
  (name: 'secrets' | 'keys'): KeyKind =>
  (secrets, ids) => {
    checkIds(ids, 0);
    return { [name]: secrets };
  };

/** Returns the kind of keys that have ids, in members of these names. */
const keysWithIds =
  (id: string, key: string): KeyKind =>
  (secrets, ids) => {
    checkIds(ids, secrets.length);
    return { keys: secrets.map((secret, i) => ({ [id]: ids[i], [key]: keyIn(secret) })) };
  };

/** The keys of a JWT, whose ids may be left out. */
const jwtKeys: KeyKind = (secrets, ids) =>
  ids.length > 0 ? keysWithIds('id', 'key')(secrets, ids) : { keys: secrets.map((secret) => ({ key: keyIn(secret) })) };

/**
 * Returns the kind of an account's only key, by which only the store can judge tokens.
 *
 * @param key the option of the format that holds it
 * @param id the option that holds its id, if it has one
 */
const accountKey =
  (key: string, id?: string): KeyKind =>
  (secrets, ids) => {
    if (secrets.length > 1) throw new CliError('--secret-file: this format signs with one key. Give that one alone.');
    checkIds(ids, id === undefined ? 0 : 1);
    return { [key]: secrets[0], ...(id !== undefined && { [id]: ids[0] }) };
  };

/** Returns the object of a JWK (RFC 7517), or the text itself. */
export function keyIn(secret: string): string | SentToken {
  const value = parseJson(secret);
  return isObject(value) && 'kty' in value ? value : secret;
}

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
  { name: 'azion', keys: texts('secrets'), make: server.azion },
  { name: 'secureLink', keys: texts('secrets'), make: linkOfLayout },
  { name: 'edgeAuth', keys: texts('keys'), make: server.edgeAuth },
  { name: 'cloudFront', keys: keysWithIds('id', 'privateKey'), make: server.cloudFront },
  { name: 'bunny', keys: texts('secrets'), make: server.bunny },
  { name: 'mediaCdn', keys: keysWithIds('name', 'key'), make: server.mediaCdn },
  { name: 'mediaCdnToken', keys: texts('keys'), make: server.mediaCdnToken },
  { name: 'cloudCdn', keys: keysWithIds('name', 'key'), make: server.cloudCdn },
  { name: 'cloudflare', keys: texts('secrets'), make: server.cloudflare },
  { name: 'fastly', keys: texts('keys'), make: server.fastly },
  { name: 'wowza', keys: texts('secrets'), make: server.wowza },
  { name: 'mux', keys: keysWithIds('id', 'key'), make: async (it) => (await loadJwt()).mux(it) },
  {
    name: 'cloudflareStream',
    keys: keysWithIds('id', 'key'),
    make: async (it) => (await loadJwt()).cloudflareStream(it),
  },
  { name: 'jwPlayer', keys: texts('secrets'), make: async (it) => (await loadJwt()).jwPlayer(it) },
  { name: 'jwt', keys: jwtKeys, make: jwtOfClaims },
  { name: 'commonAccessToken', keys: keysWithIds('id', 'key'), make: catOfJson },
  { name: 's3', keys: accountKey('secretAccessKey', 'accessKeyId'), make: async (it) => (await loadS3()).s3(it) },
  { name: 'googleStorage', keys: accountKey('privateKey', 'clientEmail'), make: server.googleStorage },
  { name: 'azureBlob', keys: accountKey('accountKey'), make: server.azureBlob },
];

/** @throws `CliError` for an unknown name */
export function formatNamed(name: string): Format {
  const found = formats.find((format) => format.name === name);
  if (found) return found;
  throw new CliError(`--format: this is unknown. Give one of ${formats.map((each) => each.name).join(', ')}.`);
}

/**
 * @param keys the result of a `KeyKind`
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
  const layouts: Readonly<Record<string, object>> = server.secureLinkLayouts;
  const isKnown = typeof layout === 'string' && Object.hasOwn(layouts, layout);
  if (layout !== undefined && !isKnown)
    throw new CliError(`layout: This is unknown. Give one of ${Object.keys(layouts).join(', ')}.`);
  return server.secureLink({ ...(isKnown && layouts[layout]), ...options } as never);
}

/** Makes a `jwt` of folders, or of `claims`: an object; `{path}` in its texts is the path of the URL. */
async function jwtOfClaims({ claims, ...options }: Settings): Promise<TokenFormat> {
  if (claims === undefined && options.depth !== undefined) return (await loadJwt()).jwt(options as never);
  if (!isObject(claims))
    throw new CliError(
      'claims: This is not an object. Give one in JSON, such as claims=\'{"sub":"{path}"}\', or give --depth.',
    );
  const filled = (value: unknown, path: string): unknown =>
    typeof value === 'string' ? value.replaceAll('{path}', () => path) : value;
  const claimsOf = ({ pathname }: URL): Settings =>
    Object.fromEntries(Object.entries(claims).map(([name, value]) => [name, filled(value, pathname)]));
  return (await loadJwt()).jwt({ ...options, claims: claimsOf } as never);
}

/** Makes a `commonAccessToken`. In `uri` and `claims`, an object becomes a map with its names as numbers. */
async function catOfJson({ uri, claims, ...options }: Settings): Promise<TokenFormat> {
  const { commonAccessToken } = await loadCat();
  const maps = {
    ...(uri !== undefined && { uri: mapsIn(uri) }),
    ...(claims !== undefined && { claims: mapsIn(claims) }),
  };
  return commonAccessToken({ ...options, ...maps } as never);
}

const mapsIn = (value: unknown): unknown =>
  isObject(value) ? new Map(Object.entries(value).map(([name, inner]) => [Number(name), mapsIn(inner)])) : value;
