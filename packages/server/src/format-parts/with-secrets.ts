import { secretList } from '../crypto/secret-list.ts';
import type { SecretOptions, SecretSource } from '../crypto/secret-list.ts';
import { SecretError } from '../errors/options-error.ts';
import type { TokenFormat } from '../token/token-format.ts';

/** A secret that never signs anything: it serves to check the other options before there is a secret. */
const placeholder = 'a placeholder';

/**
 * Makes a format with the secrets of its options. If `secret` is a function, it is called for each token that is made or
 * verified, and the format is made again for another secret than before.
 *
 * @param fronts see `secretList`
 * @param make makes the format; throws for secrets that the format cannot use together
 * @throws `ERR_OPTIONS`; with a function, `sign` and `verify` throw `ERR_SECRET` while there is no secret
 */
export function withSecrets<Format extends TokenFormat>(
  options: SecretOptions,
  make: (secrets: readonly string[]) => Format,
  fronts?: readonly string[],
): Format {
  const checked = (list: readonly string[]): Format => make(secretList({ secrets: list }, fronts));
  const { secret } = options;
  if (typeof secret !== 'function' || (options.secrets as unknown) !== undefined)
    return make(secretList(options, fronts));
  const shown = checked([placeholder]);
  let last: { readonly list: readonly string[]; readonly format: Format } | undefined;
  const current = (): Format => {
    const list = askedSecrets(secret);
    if (last?.list.length !== list.length || !list.every((each, i) => each === last?.list[i]))
      last = { list: [...list], format: madeOf(list, checked) };
    return last.format;
  };
  return {
    ...shown,
    sign: (url, expires, session) => current().sign(url, expires, session),
    ...(shown.signExactly && {
      signExactly: (url: URL, expires: number, session?: string) => current().signExactly!(url, expires, session),
    }),
    ...(shown.verify && {
      verify: (request: Pick<Request, 'url' | 'headers'>, now: number) => current().verify!(request, now),
    }),
  };
}

/** Returns what the function returned as a list, which may hold anything but a promise. @throws `ERR_SECRET` */
function askedSecrets(secret: SecretSource): readonly string[] {
  const answer: unknown = secret();
  if (!(answer instanceof Promise)) return (Array.isArray(answer) ? answer : [answer]) as string[];
  // Prevents an unhandled rejection: no code uses this promise.
  answer.catch(() => undefined);
  throw new SecretError(
    'secret: the function returned a promise. Return text, or give the endpoint `format: async () => …`.',
  );
}

function madeOf<Format>(list: readonly string[], make: (list: readonly string[]) => Format): Format {
  try {
    return make(list);
  } catch (cause) {
    throw new SecretError(
      'secret: the function returned no secrets that can be used. Return text that is not empty, or a list of such ' +
        'texts. If the function reads an environment variable, set that variable.',
      { cause },
    );
  }
}
