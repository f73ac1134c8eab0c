import { optionsError } from '../errors/options-error.ts';

/**
 * Asked for the secret whenever a token is made or judged: for a secret that is not there yet when the program is built
 * or begins, and for one that is rotated. Of several the first one signs, all of them verify.
 */
export type SecretSource = () => string | readonly string[] | undefined;

/**
 * One secret, or several during a rotation: the first one signs, all of them verify. Give each format, layout and host
 * its own: with one secret in two of them, one token can mean two scopes.
 */
export type SecretOptions =
  { secret: string | SecretSource; secrets?: never } | { secret?: never; secrets: readonly string[] };

/** The secrets themselves. */
export type KnownSecrets = Extract<SecretOptions, { secrets: readonly string[] }>;

/**
 * @param fronts how what is hashed behind the secret may begin: a secret that is another one with such a text behind it
 *   would make tokens of the other one
 * @throws `ERR_OPTIONS` when there is no secret or an empty one: `undefined` and `''` are perfectly hashable strings
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

/** Whether this is the text of a key in PEM: a public one is known to many, and no shared secret. */
export function isPem(text: string): boolean {
  return /^\s*-----BEGIN /.test(text);
}
