import { hasCarrier, isMilliseconds, tokenFinder, tokenProblem, webHref } from '../endpoint-answer.ts';
import type { SentAnswer } from '../endpoint-answer.ts';
import { firstLine, shown } from '../shown.ts';
import { grantIn } from './ask/ask-endpoint.ts';
import { endpointOffset } from './clock-rules.ts';
import { finding } from './codes.ts';
import type { Finding } from './codes.ts';
import { corsProblem, isMixedContent, isSameOrigin, preflightProblem } from './http-rules.ts';
import { isAnswer, isServed, targetOf } from './observations.ts';
import type { Answer, EndpointObservations, Page } from './observations.ts';

/** Seconds in which a token reaches the edge. */
const MIN_LIFETIME = 10;
/** Seconds that are most likely milliseconds: twelve hours. The endpoint may have counted from the second before. */
const MAX_LIFETIME = 43_202;

/** Finds problems of the endpoint. */
export function endpointFindings(endpoint: EndpointObservations, page: Page): Finding[] {
  const { url, initial, isSameAfterRefused, signsAnything } = endpoint;
  const unreachable = (cause: string): Finding[] => [finding('endpoint-unreachable', url, { cause })];
  if (isMixedContent(url, page.origin)) return unreachable('it has http, and the page https: browsers block it');
  if (initial && !isAnswer(initial)) return unreachable(initial.failure);
  const ofCors = corsFindings(endpoint, page);
  if (!initial) return ofCors;
  // a server that fails sends no CORS headers either
  if (!isServed(initial)) return [...(isDenial(initial) ? ofCors : []), failure(endpoint, initial)];
  const grant = grantIn(initial);
  return [
    ...ofCors,
    ...(isCacheable(initial) ? [finding('endpoint-cacheable', url)] : []),
    ...(isSameAfterRefused ? [finding('endpoint-same-token-after-refused', url)] : []),
    ...(signsAnything ? [finding('endpoint-signs-anything', url)] : []),
    ...(grant ? grantFindings(endpoint, grant, initial) : [notJson(url, initial)]),
  ];
}

const isDenial = ({ status }: Answer): boolean => status === 401 || status === 403;

function failure({ url, asked, hidden = [] }: EndpointObservations, answer: Answer): Finding {
  const { status, body = '' } = answer;
  if (isDenial(answer)) return denial(url, asked, String(status));
  if ([404, 405, 410].includes(status)) return finding('endpoint-not-found', url, { status });
  const target = targetOf(answer);
  const line = firstLine(body, hidden);
  const quoted = line === '' ? '' : `: "${line}"`;
  const what = target ? `, with a redirect to ${shown(target)}` : quoted;
  return finding('endpoint-fails', url, { failure: `${status} to a call${what}` });
}

/** @param answer the status, or where in the answer the denial is */
const denial = (url: string, asked: string, answer: string): Finding =>
  finding('endpoint-denies', url, { url: shown(new URL(asked)), answer });

function notJson(url: string, { status, body = '' }: Answer): Finding {
  const text = body.trimStart();
  const kind = text.startsWith('<') ? 'HTML or XML' : 'other text';
  return finding('endpoint-not-json', url, { status, kind: text === '' ? 'nothing, because it is empty' : kind });
}

function grantFindings(
  endpoint: EndpointObservations,
  { now, tokens, denied }: SentAnswer,
  initial: Answer,
): Finding[] {
  const { url, asked } = endpoint;
  const late = [
    ...(isMilliseconds(now) ? ['`now`'] : []),
    ...(tokens.some(({ expires }) => isMilliseconds(expires)) ? ['`expires`'] : []),
  ];
  if (late.length > 0) return [finding('endpoint-milliseconds', url, { members: late.join(', ') })];
  const problem = tokens.map(tokenProblem).find((each) => each !== undefined);
  if (problem !== undefined) return [finding('endpoint-malformed', url, { problem })];
  const token = tokenFinder(tokens)(asked);
  if (!token) {
    const isDenied = denied.some((each) => each === asked || webHref(each) === asked);
    return [isDenied ? denial(url, asked, 'in `denied`') : finding('endpoint-no-token-for-url', url)];
  }
  const time = typeof now === 'number' ? now : initial.receivedMs / 1000 + (endpointOffset(endpoint) ?? 0);
  const lifetime = Math.round(Number(token.expires) - time);
  return [
    ...(hasCarrier(token) ? [] : [finding('endpoint-no-carrier', url)]),
    ...(lifetime < MIN_LIFETIME || lifetime > MAX_LIFETIME ? [finding('endpoint-lifetime', url, { lifetime })] : []),
  ];
}

function corsFindings({ url, preflight, initial, sendsCookies }: EndpointObservations, page: Page): Finding[] {
  if (isSameOrigin(url, page)) return [];
  const { origin } = page;
  const isCredentialed = ({ headers }: Answer): boolean =>
    sendsCookies || headers.get('access-control-allow-credentials') === 'true';
  const ofPreflight = isAnswer(preflight)
    ? preflightProblem(preflight, page, { names: ['content-type'], credentials: isCredentialed(preflight) })
    : undefined;
  const why = ofPreflight ?? (isAnswer(initial) ? corsProblem(initial, page, isCredentialed(initial)) : undefined);
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
