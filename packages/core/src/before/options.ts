import { checkOptions, optionChecks, refuse, unknownOption } from '../contract/check-options.ts';
import type { Check } from '../contract/check.ts';
import type { TokenSourceOptions } from '../contract/options.ts';

type PlainOption = 'endpoint' | 'renewBefore' | 'jitter' | 'readAhead' | 'retry' | 'timeout' | 'refusals' | 'debug';

const { endpoint, renewBefore, jitter, readAhead, retry, timeout, refusals, debug } = optionChecks;

/** The checks of the options that are plain data, except `protect`: the URL of a token worker may contain them too. */
export const plainOptions: Readonly<Record<PlainOption, Check>> = {
  endpoint,
  renewBefore,
  jitter,
  readAhead,
  retry,
  timeout,
  refusals,
  debug,
};

export const normaliseOptions = (options: TokenSourceOptions | string | URL | undefined): TokenSourceOptions =>
  checkOptions(options);

/**
 * Returns the options of an adapter without the options in `own`, which only the adapter knows.
 * @throws `ERR_OPTIONS` if a name is neither one of `own` nor an option of a token source
 */
export function withoutOwnOptions(options: object, own: readonly string[]): object {
  refuse(unknownOption(options, [...Object.keys(optionChecks), ...own]));
  return Object.fromEntries(Object.entries(options).filter(([name]) => !own.includes(name)));
}
