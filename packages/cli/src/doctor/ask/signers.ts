import type { TokenFormat } from 'secure-token-server';
import { hasCarrier, namesItsScope, readEndpointBody, tokenThatOpens } from '../endpoint-answer.ts';
import type { EndpointBody } from '../endpoint-answer.ts';
import { isServed } from '../rules/answers.ts';
import type { Asker } from './asker.ts';
import { passOf, passOfSent } from './pass.ts';
import type { Pass } from './pass.ts';
import type { EndpointCalls } from './endpoint-calls.ts';

/** Makes good tokens for URLs. */
export interface Signer {
  /** In words, as it stands in messages: `from the endpoint`. */
  readonly source: string;
  /** Whether it may sign for other origins than that of the URL that is examined. */
  readonly isForAllOrigins: boolean;
  /** @returns in the order of `urls`; `undefined` for a URL that gets no token */
  sign(urls: readonly string[]): Promise<readonly (Pass | undefined)[]>;
}

/** Ends of tokens that the doctor makes to see how an edge counts, in seconds from now. */
export const ends = { anHourAgo: -3600, aMonthAgo: -2_592_000, inTwoMinutes: 120, inHalfADay: 43_200 } as const;

interface EndpointSignerOptions {
  readonly asker: Asker;
  /** The origin of the examined URL. */
  readonly origin: string;
  /** Whether the endpoint has signed a URL of a host that nobody has: then its token for another host says nothing. */
  readonly signsAnything: boolean;
}

/** Tokens of the endpoint, for all URLs with one call. */
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
    return urls.map((url) => {
      if (new URL(url).origin !== origin) return passElsewhere(body, url);
      const token = tokenThatOpens(body, url);
      return token && passOfSent(token, url, outcome.headers.getSetCookie());
    });
  },
});

/**
 * A pass for another origin, which a playlist has named and nobody vouches for: only of a token that the endpoint made
 * for that origin by name, and without cookies, whose host the endpoint does not tell.
 */
function passElsewhere(body: EndpointBody, url: string): Pass | undefined {
  const token = tokenThatOpens({ ...body, tokens: body.tokens.filter(namesItsScope) }, url);
  const carried = token && { ...token, credentials: false };
  return carried && hasCarrier(carried) ? passOfSent(carried, url) : undefined;
}

/** Tokens that are made here, with the secret that was given. */
export const secretSigner = (format: TokenFormat): Signer => ({
  source: 'signed with the given secret',
  isForAllOrigins: false,
  sign: (urls) => Promise.all(urls.map((url) => signed(format, url, nowSeconds() + ends.inTwoMinutes))),
});

/**
 * The token of the URL itself, for files of its folder where it may open those; a token of one URL leaves them as the
 * playlist names them.
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
 * A genuine token that ends at another time; `undefined` of a format that makes none. @param end in seconds from now
 */
export const passThatEnds = (format: TokenFormat, url: string, end: number): Promise<Pass | undefined> =>
  signed(format, url, nowSeconds() + end);

/** Whether `format` takes a token; `undefined` for one that has ended, and of a format that cannot judge it. */
export async function isGenuine(format: TokenFormat, { url, headers }: Pass): Promise<boolean | undefined> {
  try {
    const verdict = await format.verify?.({ url, headers: new Headers(headers) }, nowSeconds());
    return verdict && (verdict.ok || (verdict.reason === 'expired' ? undefined : false));
  } catch {
    // its message may quote the token
    return undefined;
  }
}

/** Whether the token in `url` is genuine, and has ended. */
export async function hasExpired(format: TokenFormat | undefined, url: string): Promise<boolean> {
  const verdict = await format?.verify?.({ url, headers: new Headers() }, nowSeconds());
  return verdict?.ok === false && verdict.reason === 'expired';
}

async function signed(format: TokenFormat, url: string, expires: number): Promise<Pass | undefined> {
  try {
    const token = await format.sign(new URL(url), expires);
    return passOf(token, url, token.setCookie);
  } catch {
    // a path that the format does not sign
    return undefined;
  }
}

const nowSeconds = (): number => Math.floor(Date.now() / 1000);
