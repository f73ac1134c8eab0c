import { CliError } from '../call-arguments.ts';
import { isObject, parseJson } from '../endpoint-answer.ts';

/**
 * A kind of keys: it turns the secrets of a command into the options of a format that hold its keys.
 *
 * @param ids the values of `--key-id`
 * @throws `CliError` if ids are missing, or too many
 */
export type KeyKind = (secrets: readonly string[], ids: readonly string[]) => Readonly<Record<string, unknown>>;

function withoutIds(ids: readonly string[]): void {
  if (ids.length > 0) throw new CliError('--key-id: the keys of this format have no ids. Leave it out.');
}

/** Returns the kind of keys that are texts. */
export const texts =
  (name: 'secrets' | 'keys'): KeyKind =>
  (secrets, ids) => {
    withoutIds(ids);
    return { [name]: secrets };
  };

/** Returns the kind of keys that have ids, in members of these names. */
export const keysWithIds =
  (id: string, key: string): KeyKind =>
  (secrets, ids) => {
    if (ids.length !== secrets.length)
      throw new CliError(
        `--key-id: there are ${secrets.length} keys and ${ids.length} ids. ` +
          'Give --key-id with the id that each key has at the CDN, in the order of the keys.',
      );
    return { keys: secrets.map((secret, i) => ({ [id]: ids[i], [key]: keyIn(secret) })) };
  };

/** The keys of a JWT, whose ids may be left out. */
export const jwtKeys: KeyKind = (secrets, ids) =>
  ids.length > 0 ? keysWithIds('id', 'key')(secrets, ids) : { keys: secrets.map((secret) => ({ key: keyIn(secret) })) };

/**
 * Returns the kind of an account's only key, by which only the store can judge tokens.
 *
 * @param key the option of the format that holds it
 * @param id the option that holds its id, if it has one
 */
export const accountKey =
  (key: string, id?: string): KeyKind =>
  (secrets, ids) => {
    if (secrets.length > 1) throw new CliError('--secret-file: this format signs with one key. Give that one alone.');
    if (id === undefined) withoutIds(ids);
    else if (ids.length !== 1)
      throw new CliError(`--key-id: this format has one key. Give --key-id once, with the ${id} of that key.`);
    return { [key]: secrets[0], ...(id !== undefined && { [id]: ids[0] }) };
  };

/** Returns the object of a JWK (RFC 7517), or the text itself. */
function keyIn(secret: string): unknown {
  const value = parseJson(secret);
  return isObject(value) && 'kty' in value ? value : secret;
}
