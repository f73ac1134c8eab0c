import { optionsError } from '../errors/options-error.ts';
import { checkTimes } from '../format-parts/check-times.ts';
import { writeExpiry } from '../format-parts/expiry.ts';
import { urlScope } from '../format-parts/opened-scope.ts';
import { pathToSign } from '../format-parts/path-to-sign.ts';
import { searchToSign } from '../format-parts/search-to-sign.ts';
import type { TokenFormat } from '../token/token-format.ts';
import { objectCheck } from './object-place.ts';
import type { ObjectPlaceOptions } from './object-place.ts';

export interface PresignedOptions extends ObjectPlaceOptions {
  /**
   * Names of parameters that a URL may have, such as `versionId`: they are signed too. A URL with any other parameter
   * is not signed.
   *
   * @default none
   */
  params?: readonly string[];
  /**
   * Seconds from the time in the signature to the expiry, at most a week. The time in the signature is always this long
   * before the expiry, so that one URL and one expiry have one signature. If a policy of the bucket limits the age of
   * signatures, give the `ttl` of your endpoint.
   *
   * @default 86400
   */
  maxTtl?: number;
}

interface Presigner {
  readonly name: string;
  /** The prefix of the parameters of a token. */
  readonly prefix: 'X-Amz-' | 'X-Goog-';
  /** The hosts of the store, see `objectPlace`. */
  readonly ownHosts: RegExp;
  /** @returns the parameters of the token */
  readonly sign: (url: URL, times: SignatureTimes) => Promise<Readonly<Record<string, string>>>;
}

interface SignatureTimes {
  /** The time in the signature, such as `20130524T000000Z`. */
  readonly date: string;
  /** Seconds. */
  readonly lifetime: number;
}

/** The longest lifetime in seconds: all stores refuse longer ones. */
const week = 604_800;
const carried = ['Algorithm', 'Credential', 'Date', 'Expires', 'SignedHeaders', 'Security-Token', 'Signature'];

/**
 * Makes the parts that presigned URLs of S3 and of Google Cloud Storage have in common (Signature Version 4).
 *
 * @throws `ERR_OPTIONS`
 */
export function presignedFormat(options: PresignedOptions, { name, prefix, ownHosts, sign }: Presigner): TokenFormat {
  const { maxTtl = 86_400 } = options;
  checkTimes({ maxTtl });
  if (!(Number.isSafeInteger(maxTtl) && maxTtl <= week))
    throw optionsError('maxTtl', 'Stores take a week at most. Give whole seconds, up to 604800.', maxTtl);
  const parameters = carried.map((each) => prefix + each);
  const check = objectCheck(options, ownHosts);

  /** Returns the query to sign, without a token. @throws `ERR_OPTIONS` for a URL that the format does not sign */
  const searchOf = (url: URL): string => {
    pathToSign(url, 'decoded');
    const search = searchToSign(url, parameters);
    check(url, search);
    return search;
  };

  return {
    name,
    scope: 'url',
    maxTtl,
    parameters,
    opens: (url) => urlScope(url, searchOf(url)),
    async sign(url, expires) {
      const bare = url.origin + url.pathname + searchOf(url);
      const date = signingDate(Number(writeExpiry(expires)) - maxTtl);
      return { url: bare + url.hash, expires, query: { ...(await sign(new URL(bare), { date, lifetime: maxTtl })) } };
    },
  };
}

function signingDate(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(/[-:]|\.\d+/g, '');
}

/** @throws `ERR_OPTIONS` unless all credentials are text without spaces */
export function checkCredentials(credentials: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(credentials)) {
    if (typeof value !== 'string' || !/^[\x21-\x7e]+$/.test(value))
      throw optionsError(name, 'This is missing, empty, or has spaces in it. Give it as the store shows it.');
  }
}
