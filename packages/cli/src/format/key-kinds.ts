import { randomBytes } from 'node:crypto';
import { CliError } from '../call-arguments.ts';

/** A kind of keys: it turns the secrets of a command into the option of a format that holds its keys. */
export interface KeyKind {
  /**
   * @param ids the values of `--key-id`
   * @throws `CliError` if ids are missing, or too many
   */
  readonly option: (secrets: readonly string[], ids: readonly string[]) => Readonly<Record<string, unknown>>;
  /** Makes up a key for one run of `serve`; missing for kinds of keys that cannot be made up. */
  readonly makeUp?: () => string;
}

const noIds = (): CliError => new CliError('--key-id: the keys of this format have no ids. Leave it out.');

const withoutIds = (name: 'secrets' | 'keys', makeUp: () => string): KeyKind => ({
  option: (secrets, ids) => {
    if (ids.length > 0) throw noIds();
    return { [name]: secrets };
  },
  makeUp,
});

export const secretText: KeyKind = withoutIds('secrets', () => randomBytes(24).toString('base64url'));
export const hexKeys: KeyKind = withoutIds('keys', () => randomBytes(32).toString('hex'));
export const base64Keys: KeyKind = withoutIds('keys', () => randomBytes(32).toString('base64url'));

/** Returns the kind of keys that have ids, in members of these names. */
export const keysWithIds = (id: string, key: string): KeyKind => ({
  option: (secrets, ids) => {
    if (ids.length !== secrets.length)
      throw new CliError(
        `--key-id: there are ${secrets.length} keys and ${ids.length} ids. ` +
          'Give --key-id with the id that each key has at the CDN, in the order of the keys.',
      );
    return { keys: secrets.map((secret, i) => ({ [id]: ids[i], [key]: keyIn(secret) })) };
  },
});

/**
 * Returns the kind of an account's only key, by which only the store can judge tokens.
 *
 * @param key the option of the format that holds it
 * @param id the option that holds its id, if it has one
 */
export const accountKey = (key: string, id?: string): KeyKind => ({
  option: (secrets, ids) => {
    if (secrets.length > 1) throw new CliError('--secret-file: this format signs with one key. Give that one alone.');
    if (id === undefined && ids.length > 0) throw noIds();
    if (id !== undefined && ids.length !== 1)
      throw new CliError(`--key-id: this format has one key. Give --key-id once, with the ${id} of that key.`);
    return { [key]: secrets[0], ...(id !== undefined && { [id]: ids[0] }) };
  },
});

/** The keys of a JWT, whose ids may be left out. */
export const jwtKeys: KeyKind = {
  option: (secrets, ids) =>
    ids.length > 0
      ? keysWithIds('id', 'key').option(secrets, ids)
      : { keys: secrets.map((secret) => ({ key: keyIn(secret) })) },
};

/** Returns the object of a JWK (RFC 7517), or the text itself. */
function keyIn(secret: string): unknown {
  try {
    const value: unknown = JSON.parse(secret);
    return typeof value === 'object' && value !== null && 'kty' in value ? value : secret;
  } catch {
    return secret;
  }
}
