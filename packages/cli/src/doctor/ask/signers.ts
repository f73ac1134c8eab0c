import type { TokenFormat } from 'secure-token-server';
import { hasCarrier, namesItsScope, readEndpointBody, tokenFinder } from '../endpoint-answer.ts';
import type { SentToken } from '../endpoint-answer.ts';
import { isServed } from '../rules/answers.ts';
import type { Asker } from './asker.ts';
import { passOf, passOfSent } from './pass.ts';
import type { Pass } from './pass.ts';
import type { EndpointCalls } from './endpoint-calls.ts';

/** A maker of good tokens for URLs. */
export interface Signer {
  /** The source in words, as messages have it: `from the endpoint`. */
  readonly source: string;
  /** Whether the signer may sign for other origins than that of the examined URL. */
  readonly isForAllOrigins: boolean;
  /** @returns the passes in the order of `urls`; `undefined` for a URL that gets no token */
  sign(urls: readonly string[]): Promise<readonly (Pass | undefined)[]>;
}

/** The ends of tokens that the doctor makes to see how an edge counts time, in seconds from now. */
export const ends = { anHourAgo: -3600, aMonthAgo: -2_592_000, inTwoMinutes: 120, inHalfADay: 43_200 } as const;

interface EndpointSignerOptions {
  readonly asker: Asker;
  /** The origin of the examined URL. */
  readonly origin: string;
  /**
   * Whether the endpoint has signed a URL of a host that does not exist: then its token for another host proves
   * nothing.
   */
  readonly signsAnything: boolean;
}

/** Creates a signer that gets tokens from the endpoint, for all URLs with one call. */
export const endpointSigner = (
  calls: EndpointCalls,
  { asker, origin, signsAnything }: EndpointSignerOptions,
): Signer => ({
  source: 'from the endpoint',
  isForAllOrigins: !signsAnything,
  async sign(urls) {
    if (urls.length === 0) return [];
    const outcome = await asker.ask(calls.call(urls, 'initial', `tokens for ${urls.length} more`));
    const body = isServed(outcome) ? readEndpointBody(outcome.body ?? '') : undefined;
    if (!body || !isServed(outcome)) return urls.map(() => undefined);
    const tokenFor = tokenFinder(body);
    const namedTokenFor = tokenFinder({ ...body, tokens: body.tokens.filter(namesItsScope) });
    return urls.map((url) => {
      if (new URL(url).origin !== origin) return passElsewhere(namedTokenFor(url), url);
      const token = tokenFor(url);
      return token && passOfSent(token, url, outcome.headers.getSetCookie());
    });
  },
});

/**
 * Returns a pass for another origin, which a playlist names and which is not trusted. The pass uses only a token that
 * the endpoint made for that origin by name, and no cookies, because the endpoint does not say for which host they are.
 *
 * @param token one that states what it opens
 */
function passElsewhere(token: SentToken | undefined, url: string): Pass | undefined {
  const carried = token && { ...token, credentials: false };
  return carried && hasCarrier(carried) ? passOfSent(carried, url) : undefined;
}

/** Creates a signer that makes tokens with the given secret. */
export const secretSigner = (format: TokenFormat): Signer => ({
  source: 'signed with the given secret',
  isForAllOrigins: false,
  sign: (urls) => Promise.all(urls.map((url) => signed(format, url, nowSeconds() + ends.inTwoMinutes))),
});

/**
 * Creates a signer that uses the token of the URL itself, for files of its folder if the token may open them. A token
 * of one URL leaves the files as the playlist names them.
 *
 * @param given the URL with the token and without it
 */
export const ownSigner = (
  own: Pass,
  { url, bare, recognised }: { url: string; bare: string; recognised: { opensFolder?: boolean } | undefined },
): Signer => ({
  source: 'the token of the URL',
  isForAllOrigins: false,
  sign(urls) {
    const isCarriedAlong = recognised?.opensFolder !== false;
    const query = new URL(url).search.slice(1);
    const kept = new URL(bare).search.slice(1).split('&');
    const added = query.split('&').filter((pair) => pair !== '' && !kept.includes(pair));
    return Promise.resolve(
      urls.map((each) => {
        if (!isCarriedAlong) return { ...own, url: each };
        const signedUrl = added.length > 0 ? `${each}${each.includes('?') ? '&' : '?'}${added.join('&')}` : each;
        return { ...own, url: signedUrl };
      }),
    );
  },
});

/**
 * Returns a genuine token that ends at another time; `undefined` if the format makes none.
 *
 * @param end in seconds from now
 */
export const passThatEnds = (format: TokenFormat, url: string, end: number): Promise<Pass | undefined> =>
  signed(format, url, nowSeconds() + end);

/**
 * Tells whether `format` accepts a token; `undefined` for an expired token, and for a format that cannot judge tokens.
 */
export async function isGenuine(format: TokenFormat, { url, headers }: Pass): Promise<boolean | undefined> {
  try {
    const verdict = await format.verify?.({ url, headers: new Headers(headers) }, nowSeconds());
    return verdict && (verdict.ok || (verdict.reason === 'expired' ? undefined : false));
  } catch {
    // the message of the error may quote the token
    return undefined;
  }
}

/** Tells whether the token in `url` is genuine and has expired. */
export async function hasExpired(format: TokenFormat | undefined, url: string): Promise<boolean> {
  const verdict = await format?.verify?.({ url, headers: new Headers() }, nowSeconds());
  return verdict?.ok === false && verdict.reason === 'expired';
}

async function signed(format: TokenFormat, url: string, expires: number): Promise<Pass | undefined> {
  try {
    const token = await format.sign(new URL(url), expires);
    return passOf(token, url, token.setCookie);
  } catch {
    // the format does not sign this path
    return undefined;
  }
}

const nowSeconds = (): number => Math.floor(Date.now() / 1000);
