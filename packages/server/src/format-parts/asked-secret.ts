import type { KnownSecrets, SecretOptions, SecretSource } from '../crypto/secret-list.ts';
import { SecretError } from '../errors/options-error.ts';
import type { TokenFormat } from '../token/token-format.ts';

/** A secret that never signs anything: it serves to check the other options before there is a secret. */
const placeholder = 'a placeholder';

/**
 * Creates a format whose `secret` is a function. All options except the secret are checked at once. The function is
 * called for each token that is made or verified. If it returns another secret than before, the format is made again.
 *
 * @param make makes the format with known secrets
 * @returns `undefined` if `secret` is not a function
 * @throws `ERR_OPTIONS`; `sign` and `verify` throw `ERR_SECRET` while there is no secret
 */
export function withAskedSecret<Options extends SecretOptions, Format extends TokenFormat>(
  options: Options,
  make: (options: Omit<Options, 'secret' | 'secrets'> & KnownSecrets) => Format,
): Format | undefined {
  const { secret, secrets, ...others } = options;
  if (typeof secret !== 'function' || (secrets as unknown) !== undefined) return undefined;
  const withSecrets = (list: readonly string[]): Format => make({ ...others, secrets: list });
  const checked = withSecrets([placeholder]);
  let last: { readonly list: readonly string[]; readonly format: Format } | undefined;
  const current = (): Format => {
    const list = askedSecrets(secret);
    if (!last || !isSame(last.list, list)) last = { list, format: madeOf(list, withSecrets) };
    return last.format;
  };
  return {
    ...checked,
    sign: (url, expires, session) => current().sign(url, expires, session),
    ...(checked.signExactly && {
      signExactly: (url: URL, expires: number, session?: string) => current().signExactly!(url, expires, session),
    }),
    ...(checked.verify && {
      verify: (request: Pick<Request, 'url' | 'headers'>, now: number) => current().verify!(request, now),
    }),
  };
}

function askedSecrets(secret: SecretSource): readonly string[] {
  const answer: unknown = secret();
  const list = typeof answer === 'string' ? [answer] : answer;
  const isList = Array.isArray(list) && list.length > 0;
  if (isList && list.every((each) => typeof each === 'string' && each !== '')) return [...(list as string[])];
  // Prevents an unhandled rejection: no code uses this promise.
  if (answer instanceof Promise) answer.catch(() => undefined);
  throw new SecretError(
    answer instanceof Promise
      ? 'secret: the function returned a promise. Return text, or give the endpoint `format: async () => …`.'
      : 'secret: the function returned none. Return text that is not empty, or a list of such texts. ' +
          'If the function reads an environment variable, set that variable.',
  );
}

function madeOf<Format>(list: readonly string[], make: (list: readonly string[]) => Format): Format {
  try {
    return make(list);
  } catch (error) {
    throw new SecretError('secret: the function returned secrets that cannot be used.', { cause: error });
  }
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((each, i) => each === b[i]);
}
