import type { Token } from 'secure-token-core';
import type { Verdict } from './verdict.ts';

/** One way of signing, as one CDN expects it: makes tokens and judges them. */
export interface TokenFormat {
  readonly name: string;
  /** Whether a token opens one exact URL or every URL below a prefix. */
  readonly scope: 'url' | 'prefix';
  /** The longest lifetime in seconds that `verify` accepts; longer tokens are never issued. */
  readonly maxTtl?: number;
  /**
   * @param expires unix seconds
   * @throws `ERR_OPTIONS` for a URL or an expiry that `verify` would refuse
   */
  sign(url: URL, expires: number): Promise<Token> | Token;
  /** @param now unix seconds */
  verify(request: Pick<Request, 'url' | 'headers'>, now: number): Promise<Verdict> | Verdict;
}

/** A format, or a function that returns the one in force, asked at every request: rotate keys without a restart. */
export type FormatSource = TokenFormat | (() => TokenFormat | Promise<TokenFormat>);
