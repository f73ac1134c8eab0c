import { randomBytes } from 'node:crypto';
import {
  carrierProblem,
  hasCarrier,
  namesItsScope,
  parseJson,
  readAnswer,
  scopeProblem,
  timeProblem,
  tokenFinder,
} from '../../endpoint-answer.ts';
import type { SentAnswer, SentToken } from '../../endpoint-answer.ts';
import { preflightHeaders } from '../http-rules.ts';
import { isAnswer, isServed } from '../observations.ts';
import type { EndpointObservations, Outcome } from '../observations.ts';
import { shown } from '../../shown.ts';
import type { Asker } from '../../asker.ts';
import { passOf } from './pass.ts';
import type { Pass } from './pass.ts';
import type { Signer } from './signers.ts';

export interface EndpointSubject {
  readonly endpoint: string;
  /** The origin of the page. */
  readonly origin: string;
  /** The headers that the player adds, such as a bearer token; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface EndpointExamined {
  readonly observations: EndpointObservations;
  /** The token that the endpoint gave for the URL. */
  readonly pass: Pass | undefined;
  /** Gets tokens for other URLs, if the endpoint gave one for the URL. */
  readonly signer: Signer | undefined;
}

const SOURCE = 'from the endpoint';
/** The most pairs of calls that are made until both calls of a pair fall into the same second. */
const MAX_PAIRS = 3;

/** Reads the body of an answer that grants tokens. */
export const grantIn = (outcome: Outcome): SentAnswer | undefined =>
  isServed(outcome) ? readAnswer(parseJson(outcome.body ?? '')) : undefined;

/** Says why a player would refuse a token, without any value of the token; `undefined` for a well-formed token. */
export function problemOf(token: SentToken): string | undefined {
  const { expires } = token;
  // in seconds, the number was in the year 2001
  if (typeof expires === 'number' && expires < 1e9) return '`expires` is a lifetime. Give the unix time of the expiry.';
  return timeProblem('expires', expires) ?? scopeProblem(token) ?? carrierProblem(token);
}

/**
 * Calls the endpoint for `url` as a page does, then for another token, and for a URL that it should not sign.
 *
 * @param url without a token
 */
export async function askEndpoint(asker: Asker, url: string, subject: EndpointSubject): Promise<EndpointExamined> {
  const { endpoint, origin, headers } = subject;
  const sendsCookies = 'cookie' in headers;
  // all calls have one session, as those of a page: an endpoint may count sessions
  const session = randomBytes(16).toString('base64url');
  const call = (urls: readonly string[], reason: 'initial' | 'refused', what: string): Promise<Outcome> =>
    asker.ask({
      what: `the endpoint: ${what}`,
      method: 'POST',
      url: endpoint,
      headers: { ...headers, 'content-type': 'application/json', origin },
      body: JSON.stringify({ urls, reason, session }),
    });
  const isCrossOrigin = new URL(endpoint).origin !== origin;
  const preflight = isCrossOrigin
    ? await asker.ask({
        what: 'the endpoint: preflight',
        method: 'OPTIONS',
        url: endpoint,
        headers: preflightHeaders(origin, 'POST', ['content-type', ...Object.keys(headers)]),
      })
    : undefined;
  let initial = await call([url], 'initial', 'a token');
  const pass = passIn(initial, url);

  let isSameAfterRefused: boolean | undefined;
  for (let pair = 0; pass && pair < MAX_PAIRS && isSameAfterRefused === undefined; pair++) {
    if (pair > 0) initial = (await call([url], 'initial', 'a token, again')) ?? initial;
    const refused = await call([url], 'refused', 'another token, after a refusal');
    const [first, second] = [passIn(initial, url), passIn(refused, url)];
    if (!first || !second) break;
    if (first.url === second.url && JSON.stringify(first.headers) === JSON.stringify(second.headers))
      isSameAfterRefused = true;
    // a token that differs only because the clock has moved on is not another token
    else if (isWithinASecond(initial, refused)) isSameAfterRefused = false;
  }

  const foreign = elsewhere(url);
  const foreignToken = pass && tokenIn(await call([foreign], 'initial', 'a token for a URL of another host'), foreign);
  const signsAnything = foreignToken !== undefined && hasCarrier(foreignToken);
  const signer: Signer | undefined = pass && {
    isForAllOrigins: !signsAnything,
    async sign(urls) {
      if (urls.length === 0) return [];
      return passesFor(urls, await call(urls, 'initial', `tokens for ${urls.length} more`), new URL(url).origin);
    },
  };
  const observations = {
    ...{ url: shown(new URL(endpoint)), asked: url, preflight, initial, isSameAfterRefused, signsAnything },
    sendsCookies: sendsCookies || pass?.travel.cookies === true,
    hidden: Object.values(headers),
  };
  return { pass, signer, observations };
}

const tokenIn = (outcome: Outcome, url: string): SentToken | undefined => {
  const grant = grantIn(outcome);
  return grant && tokenFinder(grant.tokens)(url);
};

/** Returns the pass that players make of an answer; `undefined` if they refuse it, which the diagnosis reports. */
function passIn(outcome: Outcome, url: string): Pass | undefined {
  const token = tokenIn(outcome, url);
  const pass = token && passOfSent(token, url, outcome);
  return pass && (pass.url !== url || Object.keys(pass.headers).length > 0) ? pass : undefined;
}

function passOfSent(token: SentToken, url: string, outcome: Outcome): Pass | undefined {
  if (problemOf(token) !== undefined || !isAnswer(outcome)) return undefined;
  const setCookies = outcome.headers.getSetCookie();
  return passOf(token, url, { source: SOURCE, expires: Number(token.expires), setCookies });
}

/**
 * Returns the passes for further URLs. A URL of another origin was named by a playlist, which is not trusted: it gets
 * only a token that the endpoint made for that origin by name, and no cookies, because the endpoint does not say for
 * which host they are.
 *
 * @param origin of the examined URL
 */
function passesFor(urls: readonly string[], outcome: Outcome, origin: string): (Pass | undefined)[] {
  const { tokens = [] } = grantIn(outcome) ?? {};
  const tokenFor = tokenFinder(tokens);
  const namedTokenFor = tokenFinder(tokens.filter(namesItsScope));
  return urls.map((url) => {
    const isElsewhere = new URL(url).origin !== origin;
    const found = isElsewhere ? namedTokenFor(url) : tokenFor(url);
    const token = found && isElsewhere ? { ...found, credentials: false } : found;
    return token && (hasCarrier(token) || !isElsewhere) ? passOfSent(token, url, outcome) : undefined;
  });
}

const isWithinASecond = (first: Outcome, second: Outcome): boolean =>
  isAnswer(first) && isAnswer(second) && Math.floor(first.sentMs / 1000) === Math.floor(second.receivedMs / 1000);

/** Returns the path of `url` on a host that does not exist (RFC 6761 section 6.4). */
function elsewhere(url: string): string {
  const { pathname, search } = new URL(url);
  return `https://another-host.invalid${pathname}${search}`;
}
