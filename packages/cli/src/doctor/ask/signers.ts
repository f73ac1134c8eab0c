import type { RefusedVerdict, TokenFormat } from 'secure-token-server';
import { passOf } from './pass.ts';
import type { Pass } from './pass.ts';

/** A maker of good tokens for URLs. */
export interface Signer {
  /** Whether the signer may sign for other origins than that of the examined URL. */
  readonly isForAllOrigins: boolean;
  /** @returns the passes in the order of `urls`; `undefined` for a URL that gets no token */
  sign(urls: readonly string[]): Promise<readonly (Pass | undefined)[]>;
}

/** The ends of tokens that the doctor makes to see how an edge counts time, in seconds from now. */
export const ends = { anHourAgo: -3600, aMonthAgo: -2_592_000, inTwoMinutes: 120, inHalfADay: 43_200 } as const;

/** Creates a signer that makes tokens with the given secret. */
export const secretSigner = (format: TokenFormat): Signer => ({
  isForAllOrigins: false,
  sign: (urls) => Promise.all(urls.map((url) => passThatEnds(format, url, ends.inTwoMinutes))),
});

/**
 * Returns a genuine token that ends at another time; `undefined` if the format makes none for this path.
 *
 * @param end in seconds from now
 */
export async function passThatEnds(format: TokenFormat, url: string, end: number): Promise<Pass | undefined> {
  const expires = nowSeconds() + end;
  try {
    const { setCookie: setCookies, ...token } = await format.sign(new URL(url), expires);
    return passOf(token, url, { source: 'signed with the given secret', expires, setCookies });
  } catch {
    return undefined;
  }
}

/** Creates a signer that uses the token of the examined URL for other files: it may open their folder. */
export function ownSigner(own: Pass): Signer {
  const kept = new URL(own.bare).search.slice(1).split('&');
  const pairs = new URL(own.url).search.slice(1).split('&');
  const added = pairs.filter((pair) => pair !== '' && !kept.includes(pair)).join('&');
  const signed = (url: string): string => (added === '' ? url : `${url}${url.includes('?') ? '&' : '?'}${added}`);
  return {
    isForAllOrigins: false,
    sign: (urls) => Promise.resolve(urls.map((url) => ({ ...own, url: signed(url), bare: url }))),
  };
}

/** Judges a token; `undefined` for a format that cannot judge tokens. */
export async function judged(
  format: TokenFormat,
  { url, headers }: Pick<Pass, 'url' | 'headers'>,
): Promise<'genuine' | RefusedVerdict['reason'] | undefined> {
  try {
    const verdict = await format.verify?.({ url, headers: new Headers(headers) }, nowSeconds());
    return verdict && (verdict.ok ? 'genuine' : verdict.reason);
  } catch {
    // the message of the error may quote the token
    return undefined;
  }
}

const nowSeconds = (): number => Math.floor(Date.now() / 1000);
