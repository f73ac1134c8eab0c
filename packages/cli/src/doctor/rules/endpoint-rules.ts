import { hasCarrier, isMilliseconds, problemOf, readEndpointBody, tokenThatOpens } from '../endpoint-answer.ts';
import type { EndpointBody } from '../endpoint-answer.ts';
import { finding } from '../finding.ts';
import type { Finding } from '../finding.ts';
import { isAnswer } from '../observations.ts';
import type { Answer, EndpointObservations, Observations, Page } from '../observations.ts';
import { isServed, targetOf } from './answers.ts';
import { offsetByDate, offsetByTime, secondsOff } from './clock.ts';
import type { Offset } from './clock.ts';
import { corsProblem, isSameOrigin, preflightProblem } from './cors.ts';
import { inWords } from './edge-rules.ts';
import { isMixedContent } from './mixed-content.ts';
import { shown } from './shown.ts';

/**
 * Returns the seconds by which the endpoint's clock is ahead of this machine's: by `now`, or else by the header `Date`.
 */
export function endpointOffset({ initial }: EndpointObservations): Offset | undefined {
  if (!isAnswer(initial)) return undefined;
  const { now } = readEndpointBody(initial.body ?? '') ?? {};
  return typeof now === 'number' && !isMilliseconds(now) ? offsetByTime(now, initial) : offsetByDate(initial);
}

/**
 * Finds problems of the endpoint.
 *
 * @param edgeOffset the offset of the edge's clock, if it is known: if two clocks agree, neither is wrong
 */
export function endpointFindings(
  endpoint: EndpointObservations,
  { page, patience }: Observations,
  edgeOffset: Offset | undefined,
): Finding[] {
  const { url, initial } = endpoint;
  const found: Finding[] = [];
  if (isMixedContent(url, page.origin)) found.push(finding('endpoint-insecure', url));
  if (initial && !isAnswer(initial))
    return [...found, finding('endpoint-unreachable', url, { cause: initial.failure, seconds: patience })];
  found.push(...corsFindings(endpoint, page));
  if (!initial) return found;
  const target = targetOf(initial);
  if (target) {
    const to = { status: initial.status, target: shown(target) };
    return [...found, finding('endpoint-redirects', url, to)];
  }
  const { status, body: text = '' } = initial;
  if (status < 200 || status > 299) return [...found, failure(endpoint, status, patience)];
  if (isCacheable(initial)) found.push(finding('endpoint-cacheable', url));
  const body = readEndpointBody(text);
  if (!body) return [...found, notJson(url, initial)];
  return [...found, ...bodyFindings(endpoint, { initial, body, edgeOffset }), ...habitFindings(endpoint)];
}

function failure({ url, asked }: EndpointObservations, status: number, seconds: number): Finding {
  // players take these statuses for an outage, like a missing answer
  if (status === 429 || status >= 500)
    return finding('endpoint-unreachable', url, { cause: `it answers ${status}`, seconds });
  if (status === 401 || status === 403) return denial(url, asked, String(status));
  return finding([404, 405, 410].includes(status) ? 'endpoint-not-found' : 'endpoint-fails', url, { status });
}

/** @param how the way in which the endpoint denies, in words */
const denial = (url: string, asked: string, how: string): Finding =>
  finding('endpoint-denies', url, { asked: shown(new URL(asked)), how });

const notJson = (url: string, { status, body = '' }: Answer): Finding =>
  finding('endpoint-not-json', url, { status, kind: kindOf(body.trimStart()) });

function kindOf(text: string): string {
  if (text === '') return 'nothing, because it is empty';
  if (text.startsWith('<')) return 'HTML or XML';
  return /^[[\d"tfn-]/.test(text) ? 'JSON that is not an object' : 'plain text';
}

function bodyFindings(
  { url, asked }: EndpointObservations,
  { initial, body, edgeOffset }: { initial: Answer; body: EndpointBody; edgeOffset: Offset | undefined },
): Finding[] {
  const found: Finding[] = [];
  const { now, tokens, denied } = body;
  const late = [
    ...(isMilliseconds(now) ? ['`now`'] : []),
    ...(tokens.some(({ expires }) => isMilliseconds(expires)) ? ['`expires`'] : []),
  ];
  if (late.length > 0)
    found.push(
      finding('endpoint-milliseconds', url, { members: `${late.join(' and ')} ${late.length > 1 ? 'are' : 'is'}` }),
    );
  const problem = tokens.map(problemOf).find((each) => each !== undefined);
  if (problem !== undefined) found.push(finding('endpoint-malformed', url, { problem }));

  const token = tokenThatOpens(body, asked);
  if (!token) {
    const isDenied = denied.some((each) => each === asked || tryHref(each) === asked);
    found.push(isDenied ? denial(url, asked, 'in `denied`') : finding('endpoint-no-token-for-url', url));
  } else if (!hasCarrier(token)) found.push(finding('endpoint-no-carrier', url));
  return [...found, ...timeFindings(url, { initial, now, expires: token?.expires, edgeOffset })];
}

function timeFindings(
  url: string,
  {
    initial,
    now,
    expires,
    edgeOffset,
  }: { initial: Answer; now: unknown; expires: unknown; edgeOffset: Offset | undefined },
): Finding[] {
  const hasNow = typeof now === 'number' && !isMilliseconds(now);
  const offset = hasNow ? offsetByTime(now, initial) : offsetByDate(initial);
  const off = offset ? secondsOff(offset) : 0;
  if (offset && off !== 0 && !(edgeOffset && secondsOff(offset, edgeOffset) === 0)) {
    const reference = edgeOffset ? 'the clock of the edge' : 'the clock of this machine';
    return [finding('endpoint-clock', url, { ...inWords(off), reference })];
  }
  if (typeof expires !== 'number' || isMilliseconds(expires) || expires < 1e9) return [];
  const lifetime = Math.round(expires - (hasNow ? now : initial.receivedMs / 1000));
  if (lifetime <= 0 && !hasNow) {
    const reference = 'the clock of this machine, judged by the expiry of its tokens';
    return [finding('endpoint-clock', url, { offset: -lifetime, direction: 'or more behind', reference })];
  }
  // most edges accept a day; the endpoint may have counted from the second before
  return lifetime < 10 || lifetime > 86_402 ? [finding('endpoint-lifetime', url, { lifetime })] : [];
}

function habitFindings(endpoint: EndpointObservations): Finding[] {
  const { url, isSameAfterRefused } = endpoint;
  return [
    ...(isSameAfterRefused ? [finding('endpoint-same-token-after-refused', url)] : []),
    ...(signsAnything(endpoint) ? [finding('endpoint-signs-anything', url)] : []),
  ];
}

/** Tells whether the endpoint has signed a URL that it should not sign. */
export function signsAnything({ foreign }: EndpointObservations): boolean {
  const body = foreign && isServed(foreign.outcome) ? readEndpointBody(foreign.outcome.body ?? '') : undefined;
  const token = foreign && body && tokenThatOpens(body, foreign.asked);
  return token !== undefined && hasCarrier(token);
}

function corsFindings({ url, preflight, initial, sendsCookies }: EndpointObservations, page: Page): Finding[] {
  if (isSameOrigin(url, page)) return [];
  const answers = [preflight, initial].filter(isAnswer);
  const { origin } = page;
  for (const { headers } of answers) {
    const allowed = headers.get('access-control-allow-origin');
    const allowsCookies = headers.get('access-control-allow-credentials') === 'true';
    const why =
      allowed === '*' && (allowsCookies || sendsCookies)
        ? 'Access-Control-Allow-Origin is *'
        : allowed !== null && sendsCookies && !allowsCookies && 'Access-Control-Allow-Credentials: true is missing';
    if (why) return [finding('endpoint-cors-credentials', url, { why })];
  }
  const problems = [
    isAnswer(preflight) && preflightProblem(preflight, page, { names: ['content-type'], credentials: false }),
    isAnswer(initial) && corsProblem(initial, page, false),
  ];
  const why = problems.find((each) => typeof each === 'string');
  return typeof why === 'string' ? [finding('endpoint-cors-missing', url, { origin, why })] : [];
}

/**
 * Tells whether a cache may keep an answer. No cache keeps the answer to a POST unless it is told to, but some proxies
 * are told to.
 */
function isCacheable({ headers }: Answer): boolean {
  const control = (headers.get('cache-control') ?? '').toLowerCase();
  return !/\bno-store\b|\bno-cache\b|max-age="?0*(?:"|,|\s|$)/.test(control);
}

const tryHref = (text: string): string | undefined => {
  try {
    return new URL(text).href;
  } catch {
    return undefined;
  }
};
