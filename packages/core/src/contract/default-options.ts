import type { RetryOptions, TokenSourceOptions } from './token-source-options.ts';

/** The header of a Common Access Token in IANA's registry of field names. */
const CAT_HEADER = 'CTA-Common-Access-Token';

/** The statuses of a refusal, unless the team names others. */
export const DEFAULT_REFUSALS: readonly number[] = [401, 403, 410];

/** The options of a token source with everything that has a default. */
export interface Settings extends Omit<TokenSourceOptions, 'adopt'> {
  /** The response header in which an edge renews tokens; `undefined` if it does not. */
  readonly adopt: string | undefined;
  readonly tokens: NonNullable<TokenSourceOptions['tokens']>;
  readonly jitter: number;
  readonly readAhead: number;
  readonly retry: Required<RetryOptions>;
  readonly timeout: number;
  readonly refusals: NonNullable<TokenSourceOptions['refusals']>;
  readonly clock: () => number;
  readonly random: () => number;
}

/**
 * The defaults of the options. Two are not here: `renewBefore` depends on the token's life (`renewal.ts`),
 * and `fetch` is looked up for each call, for a page may replace it.
 */
export function withDefaults(options: TokenSourceOptions): Settings {
  const {
    tokens = [],
    jitter = 0.3,
    readAhead = 6,
    retry: { limit = 4, backoffLimit = 30 } = {},
    timeout = 10,
    refusals = DEFAULT_REFUSALS,
    adopt = false,
    clock = Date.now,
    random = Math.random,
  } = options;
  const header = adopt === true ? CAT_HEADER : adopt || undefined;
  return {
    ...options,
    adopt: header,
    tokens,
    jitter,
    readAhead,
    retry: { limit, backoffLimit },
    timeout,
    refusals,
    clock,
    random,
  };
}
