import { checkOptions, optionChecks, refuse, unknownOption } from '../contract/check-options.ts';
import type { Check } from '../contract/check.ts';
import { firstWrong as firstWrongPath } from '../contract/check.ts';
import type { TokenSourceOptions } from '../contract/options.ts';

type PlainOption = 'endpoint' | 'renewBefore' | 'jitter' | 'readAhead' | 'retry' | 'timeout' | 'refusals' | 'debug';

const toMessage =
  /* @__NO_SIDE_EFFECTS__ */
  (check: Check): Check =>
    (value, name) => {
      const wrong = check(value, name);
      return wrong && `${wrong} is wrong.`;
    };

/** The checks of the options that are plain data, except `protect`: the URL of a token worker may contain them too. */
export const plainOptions: Readonly<Record<PlainOption, Check>> = {
  endpoint: /* @__PURE__ */ toMessage(optionChecks.endpoint),
  renewBefore: /* @__PURE__ */ toMessage(optionChecks.renewBefore),
  jitter: /* @__PURE__ */ toMessage(optionChecks.jitter),
  readAhead: /* @__PURE__ */ toMessage(optionChecks.readAhead),
  retry: /* @__PURE__ */ toMessage(optionChecks.retry),
  timeout: /* @__PURE__ */ toMessage(optionChecks.timeout),
  refusals: /* @__PURE__ */ toMessage(optionChecks.refusals),
  debug: /* @__PURE__ */ toMessage(optionChecks.debug),
};

/** Returns a message about the first wrong member. */
export const firstWrong: typeof firstWrongPath = firstWrongPath;

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
