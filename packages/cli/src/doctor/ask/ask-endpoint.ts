import { randomBytes } from 'node:crypto';
import type { Asker } from '../../asker.ts';
import {
  hasCarrier,
  isObject,
  namesItsScope,
  parseJson,
  readAnswer,
  sameSecond,
  tokenFinder,
  tokenProblem,
} from '../../endpoint-answer.ts';
import type { SentAnswer, SentToken } from '../../endpoint-answer.ts';
import { shown } from '../../shown.ts';
import { preflightHeaders } from '../http-rules.ts';
import { isAnswer, isServed } from '../observations.ts';
import type { EndpointObservations, Outcome } from '../observations.ts';
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

/** Reads the body of an answer that grants tokens. */
export function grantIn(outcome: Outcome): SentAnswer | undefined {
  const answer = isServed(outcome) ? parseJson(outcome.body ?? '') : undefined;
  return isServed(outcome) && isObject(answer) ? readAnswer(answer, outcome.headers) : undefined;
}

/**
 * Calls the endpoint for `url` as a page does, then for another token, and for a URL that it should not sign.
 *
 * @param url without a token
 */
export async function askEndpoint(
  asker: Asker,
  url: string,
  { endpoint, origin, headers }: EndpointSubject,
): Promise<EndpointExamined> {
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
  const initial = await call([url], 'initial', 'a token');
  const pass = passIn(initial, url);

  const askTwice = (): Promise<[Outcome, Outcome]> =>
    Promise.all([call([url], 'initial', 'a token, again'), call([url], 'refused', 'another token, after a refusal')]);
  const pair = pass && (await sameSecond(askTwice, (outcome) => grantIn(outcome)?.time));
  const [first, second] = (pair ?? []).map((outcome) => requestText(passIn(outcome, url)));

  const foreign = elsewhere(url);
  const foreignToken = pass && grantIn(await call([foreign], 'initial', 'a token for a URL of another host'));
  const signsAnything = [foreignToken?.tokenFor(foreign)].some((token) => token && hasCarrier(token));
  const signer: Signer | undefined = pass && {
    isForAllOrigins: !signsAnything,
    async sign(urls) {
      if (urls.length === 0) return [];
      return passesFor(urls, await call(urls, 'initial', `tokens for ${urls.length} more`), new URL(url).origin);
    },
  };
  const observations = {
    url: shown(new URL(endpoint)),
    asked: url,
    preflight,
    initial,
    signsAnything,
    isSameAfterRefused: first !== undefined && first === second,
    sendsCookies: 'cookie' in headers || pass?.cookies === true,
    hidden: Object.values(headers),
  };
  return { pass, signer, observations };
}

const requestText = (pass: Pass | undefined): string | undefined => pass && JSON.stringify([pass.url, pass.headers]);

/** Returns the pass that players make of an answer; `undefined` if they refuse it, which the diagnosis reports. */
function passIn(outcome: Outcome, url: string): Pass | undefined {
  const pass = passOfSent(grantIn(outcome)?.tokenFor(url), url, outcome);
  return pass && (pass.url !== url || Object.keys(pass.headers).length > 0) ? pass : undefined;
}

function passOfSent(token: SentToken | undefined, url: string, outcome: Outcome): Pass | undefined {
  if (!token || tokenProblem(token) !== undefined || !isAnswer(outcome)) return undefined;
  const setCookies = outcome.headers.getSetCookie();
  return passOf(token, url, { source: 'from the endpoint', expires: Number(token.expires), setCookies });
}

/**
 * Returns the passes for further URLs. A URL of another origin was named by a playlist, which is not trusted: it gets
 * only a token that the endpoint made for that origin by name, and no cookies, because the endpoint does not say for
 * which host they are.
 *
 * @param origin of the examined URL
 */
function passesFor(urls: readonly string[], outcome: Outcome, origin: string): (Pass | undefined)[] {
  const { tokens = [], tokenFor } = grantIn(outcome) ?? {};
  const namedTokenFor = tokenFinder(tokens.filter(namesItsScope));
  return urls.map((url) => {
    if (new URL(url).origin === origin) return passOfSent(tokenFor?.(url), url, outcome);
    const token = namedTokenFor(url);
    return token && hasCarrier(token) ? passOfSent({ ...token, credentials: false }, url, outcome) : undefined;
  });
}

/** Returns the path of `url` on a host that does not exist (RFC 6761 section 6.4). */
function elsewhere(url: string): string {
  const { pathname, search } = new URL(url);
  return `https://another-host.invalid${pathname}${search}`;
}
