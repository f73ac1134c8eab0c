import { readEndpointBody, tokenThatOpens } from '../endpoint-answer.ts';
import type { EndpointObservations, Outcome } from '../observations.ts';
import { isAnswer } from '../observations.ts';
import { isServed } from '../rules/answers.ts';
import { shown } from '../rules/shown.ts';
import type { Asker } from './asker.ts';
import type { EndpointCalls } from './endpoint-calls.ts';
import { passOfSent } from './pass.ts';
import type { Pass } from './pass.ts';

export interface EndpointExamined {
  readonly observations: EndpointObservations;
  /** The token that the endpoint gave for the URL. */
  readonly pass: Pass | undefined;
}

/** The most pairs of calls that are made until both calls of a pair fall into the same second. */
const MAX_PAIRS = 3;

/**
 * Calls the endpoint for `url` as a page does, then for another token, and for a URL that it should not sign.
 *
 * @param url without a token
 * @param isCrossOrigin whether the page is on another origin, so that browsers send a preflight
 */
export async function askEndpoint(
  url: string,
  { calls, asker, isCrossOrigin }: { calls: EndpointCalls; asker: Asker; isCrossOrigin: boolean },
): Promise<EndpointExamined> {
  const preflight = isCrossOrigin ? await asker.ask(calls.preflight()) : undefined;
  let initial = await asker.ask(calls.call([url], 'initial', 'a token'));
  const pass = passIn(initial, url);
  let isSameAfterRefused: boolean | undefined;
  for (let pair = 0; pass && pair < MAX_PAIRS && isSameAfterRefused === undefined; pair++) {
    if (pair > 0) initial = (await asker.ask(calls.call([url], 'initial', 'a token, again'))) ?? initial;
    const refused = await asker.ask(calls.call([url], 'refused', 'another token, after a refusal'));
    const [first, second] = [passIn(initial, url), passIn(refused, url)];
    if (!first || !second) break;
    if (isSame(first, second)) isSameAfterRefused = true;
    // a token that differs only because the clock has moved on is not another token
    else if (isWithinASecond(initial, refused)) isSameAfterRefused = false;
  }
  const asked = elsewhere(url);
  const outcome = pass && (await asker.ask(calls.call([asked], 'initial', 'a token for a URL of another host')));
  return {
    pass,
    observations: {
      url: shown(new URL(calls.url)),
      asked: new URL(url).href,
      sendsCookies: calls.sendsCookies || pass?.travel.cookies === true,
      ...(preflight && { preflight }),
      ...(initial && { initial }),
      ...(isSameAfterRefused !== undefined && { isSameAfterRefused }),
      ...(outcome && { foreign: { asked, outcome } }),
    },
  };
}

function passIn(outcome: Outcome | undefined, url: string): Pass | undefined {
  if (!isServed(outcome)) return undefined;
  const body = readEndpointBody(outcome.body ?? '');
  const token = body && tokenThatOpens(body, url);
  const pass = token && passOfSent(token, url, outcome.headers.getSetCookie());
  return pass && (pass.url !== url || Object.keys(pass.headers).length > 0) ? pass : undefined;
}

const isSame = (a: Pass, b: Pass): boolean =>
  a.url === b.url && JSON.stringify(a.headers) === JSON.stringify(b.headers);

const isWithinASecond = (first: Outcome | undefined, second: Outcome | undefined): boolean =>
  isAnswer(first) && isAnswer(second) && Math.floor(first.sentMs / 1000) === Math.floor(second.receivedMs / 1000);

/** Returns the path of `url` on a host that does not exist (RFC 6761 section 6.4). */
function elsewhere(url: string): string {
  const other = new URL(url);
  other.protocol = 'https:';
  other.host = 'another-host.invalid';
  other.port = '';
  return other.href;
}
