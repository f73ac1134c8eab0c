import { hexToBytes } from '@noble/hashes/utils.js';
import { optionsError } from '../errors/options-error.ts';
import { base64Bytes } from './base64url.ts';

/**
 * A function that returns the secret, called whenever a token is made or verified. It is for a secret that does not
 * exist yet when the program is built or starts, and for a secret that is rotated. If it returns several secrets, the
 * first one signs, and all of them verify.
 */
export type SecretSource = () => string | readonly string[] | undefined;

/**
 * One secret, or several during a rotation: the first one signs, all of them verify. Use a different secret for each
 * format, layout and host: if two of them share a secret, one token can mean two scopes.
 */
export type SecretOptions =
  { secret: string | SecretSource; secrets?: never } | { secret?: never; secrets: readonly string[] };

/**
 * Returns the secrets of the options.
 *
 * @param fronts how the text that is hashed behind the secret may begin: if one secret consists of another one and such
 *   a beginning, its tokens are also tokens of the other one
 * @throws `ERR_OPTIONS` if there is no secret, or an empty one, because `undefined` and `''` could be hashed like any
 *   text; also for a key in PEM, and for a secret that continues another one as described for `fronts`
 */
export function secretList(options: SecretOptions, fronts: readonly string[] = ['/']): readonly string[] {
  const { secret, secrets }: { secret?: unknown; secrets?: readonly unknown[] } = options;
  const list = secrets ?? [secret];
  const usable = (each: unknown): each is string => typeof each === 'string' && each !== '';
  if ((secret !== undefined && secrets !== undefined) || list.length === 0 || !list.every(usable)) {
    throw optionsError(
      'secret',
      'This is missing, empty or not text. Give `secret`, or `secrets` with the current one first.',
    );
  }
  if (list.some(isPem))
    throw optionsError('secret', 'This is the text of a key in PEM. Anyone who has the public key could sign with it.');
  const runsOn = list.some((each) => list.some((other) => fronts.some((front) => each.startsWith(other + front))));
  if (runsOn)
    throw optionsError(
      'secret',
      'One secret begins with another one, and goes on like a signed text, ' +
        'so that two URLs have the same token. Choose another secret.',
    );
  return [...list];
}

/** Whether a text is a key in PEM. A public key is known to others, so it cannot be a shared secret. */
export function isPem(text: string): boolean {
  return /^\s*-----BEGIN /.test(text);
}

/** One key, or several during a rotation: the first one signs, all of them verify. */
export type KeyOptions = { key: string; keys?: never } | { key?: never; keys: readonly string[] };

/**
 * Returns the bytes of the keys of the options.
 *
 * @param encoding hex, or base64 in either alphabet
 * @throws `ERR_OPTIONS` if there is no key, for an empty one, and for one in another encoding
 */
export function keyList(options: KeyOptions, encoding: 'hex' | 'base64'): readonly Uint8Array[] {
  const { key, keys }: { key?: unknown; keys?: readonly unknown[] } = options;
  const read = encoding === 'hex' ? hexBytes : base64Bytes;
  const list = (keys ?? [key]).map(read);
  if ((key !== undefined && keys !== undefined) || list.length === 0 || list.some((each) => !each?.length)) {
    throw optionsError(
      'key',
      `This is missing, empty or not ${encoding}. Give \`key\` in ${encoding}, or \`keys\` with the current one first.`,
    );
  }
  return list as Uint8Array[];
}

function hexBytes(text: unknown): Uint8Array | undefined {
  return typeof text === 'string' && /^(?:[\da-f]{2})+$/i.test(text) ? hexToBytes(text) : undefined;
}
