import { hasCarrier, isMilliseconds, tokenFinder, webHref } from '../endpoint-answer.ts';
import type { SentAnswer } from '../endpoint-answer.ts';
import { grantIn, problemOf } from './ask/ask-endpoint.ts';
import { finding } from './codes.ts';
import type { Finding } from './codes.ts';
import {
  corsProblem,
  inWords,
  isMixedContent,
  isSameOrigin,
  offsetByDate,
  offsetByTime,
  preflightProblem,
  secondsOff,
} from './http-rules.ts';
import type { Offset } from './http-rules.ts';
import { isAnswer, isServed, targetOf } from './observations.ts';
import type { Answer, EndpointObservations, Observations, Page } from './observations.ts';
import { firstLine, shown } from '../shown.ts';

/**
 * Returns the seconds by which the endpoint's clock is ahead of this machine's: by `now`, or else by the header `Date`.
 */
export function endpointOffset({ initial }: EndpointObservations): Offset | undefined {
  if (!isAnswer(initial)) return undefined;
  const { now } = grantIn(initial) ?? {};
  return typeof now === 'number' && !isMilliseconds(now) ? offsetByTime(now, initial) : offsetByDate(initial);
}

/**
 * Finds problems of the endpoint.
 *
 * @param edgeOffset the offset of the edge's clock, if it is known: if two clocks agree, neither is wrong
 */
export function endpointFindings(
  endpoint: EndpointObservations,
  { page, patience: seconds }: Observations,
  edgeOffset: Offset | undefined,
): Finding[] {
  const { url, initial, isSameAfterRefused, signsAnything } = endpoint;
  const unreachable = (cause: string): Finding[] => [finding('endpoint-unreachable', url, { cause, seconds })];
  if (isMixedContent(url, page.origin)) return unreachable('it has http, and the page https: browsers block it');
  if (initial && !isAnswer(initial)) return unreachable(initial.failure);
  const found = corsFindings(endpoint, page);
  if (!initial) return found;
  // a server that fails sends no CORS headers either
  if (!isServed(initial))
    return isDenial(initial) ? [...found, failure(endpoint, initial)] : [failure(endpoint, initial)];
  if (isCacheable(initial)) found.push(finding('endpoint-cacheable', url));
  const grant = grantIn(initial);
  if (!grant) return [...found, notJson(url, initial)];
  if (isSameAfterRefused) found.push(finding('endpoint-same-token-after-refused', url));
  if (signsAnything) found.push(finding('endpoint-signs-anything', url));
  return [...found, ...grantFindings(endpoint, grant), ...timeFindings(endpoint, initial, edgeOffset)];
}

const isDenial = ({ status }: Answer): boolean => status === 401 || status === 403;

function failure({ url, asked, hidden = [] }: EndpointObservations, answer: Answer): Finding {
  const { status, body = '' } = answer;
  if (isDenial(answer)) return denial(url, asked, String(status));
  if ([404, 405, 410].includes(status)) return finding('endpoint-not-found', url, { status });
  const target = targetOf(answer);
  const line = firstLine(body, hidden);
  const what = target ? `, with a redirect to ${shown(target)}` : line === '' ? '' : `: "${line}"`;
  return finding('endpoint-fails', url, { status, what });
}

/** @param how the way in which the endpoint denies, in words */
const denial = (url: string, asked: string, how: string): Finding =>
  finding('endpoint-denies', url, { asked: shown(new URL(asked)), how });

function notJson(url: string, { status, body = '' }: Answer): Finding {
  const text = body.trimStart();
  const kind =
    text === ''
      ? 'nothing, because it is empty'
      : text.startsWith('<')
        ? 'HTML or XML'
        : /^[[\d"tfn-]/.test(text)
          ? 'JSON that is not an object'
          : 'plain text';
  return finding('endpoint-not-json', url, { status, kind });
}

function grantFindings({ url, asked }: EndpointObservations, grant: SentAnswer): Finding[] {
  const { now, tokens, denied } = grant;
  const late = [
    ...(isMilliseconds(now) ? ['`now`'] : []),
    ...(tokens.some(({ expires }) => isMilliseconds(expires)) ? ['`expires`'] : []),
  ];
  if (late.length > 0)
    return [
      finding('endpoint-milliseconds', url, { members: `${late.join(' and ')} ${late.length > 1 ? 'are' : 'is'}` }),
    ];
  const problem = tokens.map(problemOf).find((each) => each !== undefined);
  if (problem !== undefined) return [finding('endpoint-malformed', url, { problem })];
  const token = tokenFinder(tokens)(asked);
  if (token) return hasCarrier(token) ? [] : [finding('endpoint-no-carrier', url)];
  const isDenied = denied.some((each) => each === asked || webHref(each) === asked);
  return [isDenied ? denial(url, asked, 'in `denied`') : finding('endpoint-no-token-for-url', url)];
}

function timeFindings(endpoint: EndpointObservations, initial: Answer, edgeOffset: Offset | undefined): Finding[] {
  const { url, asked } = endpoint;
  const { now, tokens = [] } = grantIn(initial) ?? {};
  const offset = endpointOffset(endpoint);
  const off = offset ? secondsOff(offset) : 0;
  if (offset && off !== 0 && !(edgeOffset && secondsOff(offset, edgeOffset) === 0)) {
    const reference = edgeOffset ? 'the clock of the edge' : 'the clock of this machine';
    return [finding('endpoint-clock', url, { ...inWords(off), reference })];
  }
  const expires = tokenFinder(tokens)(asked)?.expires;
  if (typeof expires !== 'number' || isMilliseconds(expires) || expires < 1e9) return [];
  const hasNow = typeof now === 'number' && !isMilliseconds(now);
  const lifetime = Math.round(expires - (hasNow ? now : initial.receivedMs / 1000));
  if (lifetime <= 0 && !hasNow) {
    const reference = 'the clock of this machine, judged by the expiry of its tokens';
    return [finding('endpoint-clock', url, { offset: -lifetime, direction: 'or more behind', reference })];
  }
  return lifetime < MIN_LIFETIME || lifetime > MAX_LIFETIME ? [finding('endpoint-lifetime', url, { lifetime })] : [];
}

/** Seconds in which a token reaches the edge. */
const MIN_LIFETIME = 10;
/** Seconds that are most likely milliseconds: twelve hours. The endpoint may have counted from the second before. */
const MAX_LIFETIME = 43_202;

function corsFindings({ url, preflight, initial, sendsCookies }: EndpointObservations, page: Page): Finding[] {
  if (isSameOrigin(url, page)) return [];
  const { origin } = page;
  const problems = [preflight, initial].filter(isAnswer).map((answer, i) => {
    const { headers } = answer;
    const credentials = sendsCookies || headers.get('access-control-allow-credentials') === 'true';
    return answer === preflight && i === 0
      ? preflightProblem(answer, page, { names: ['content-type'], credentials })
      : corsProblem(answer, page, credentials);
  });
  const why = problems.find((each) => each !== undefined);
  return why === undefined ? [] : [finding('endpoint-cors-missing', url, { origin, why })];
}

/**
 * Tells whether a cache may keep an answer. No cache keeps the answer to a POST unless it is told to, but some proxies
 * are told to.
 */
function isCacheable({ headers }: Answer): boolean {
  const control = (headers.get('cache-control') ?? '').toLowerCase();
  return !/\bno-store\b|\bno-cache\b|max-age="?0*(?:"|,|\s|$)/.test(control);
}
