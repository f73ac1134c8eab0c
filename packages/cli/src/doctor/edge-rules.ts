import { finding } from './codes.ts';
import type { Finding } from './codes.ts';
import {
  cachedBy,
  corsProblem,
  inWords,
  isMixedContent,
  isSameOrigin,
  offsetByDate,
  preflightProblem,
  secondsOff,
} from './http-rules.ts';
import type { Offset } from './http-rules.ts';
import { isAnswer, isRefused, isServed, statusOf, targetOf } from './observations.ts';
import type { Answer, ChildObservations, EdgeObservations, Observations, Page } from './observations.ts';

/**
 * Finds problems of the edge.
 *
 * @param endpointOffset the offset of the endpoint's clock, if it is known: if two clocks agree, neither is wrong
 */
export function edgeFindings(observations: Observations, endpointOffset: Offset | undefined): Finding[] {
  const { edge, page } = observations;
  const { url, withoutToken } = edge;
  if (isMixedContent(url, page.origin)) {
    const cause = 'the URL has http, and the page https: browsers block it';
    return [finding('edge-unreachable', url, { cause })];
  }
  if (withoutToken && !isAnswer(withoutToken))
    return [finding('edge-unreachable', url, { cause: withoutToken.failure })];
  return [
    ...clockFindings(edge, endpointOffset),
    ...failureFindings(edge),
    ...judgementFindings(observations),
    ...cacheFindings(edge),
    ...corsFindings(edge, page),
    ...(statusOf(edge.range) === 200 ? [finding('edge-range-ignored', url, { status: 200 })] : []),
  ];
}

/**
 * Returns the seconds by which the edge's clock is ahead of this machine's. Refusals come first: the server that
 * refuses writes their date.
 */
export function edgeOffset(edge: EdgeObservations): Offset | undefined {
  const { withoutToken, tampered, expired, good, range, withoutTokenAgain, sibling } = edge;
  const answers = [withoutToken, tampered, expired, good, range, withoutTokenAgain, sibling].filter(isAnswer);
  return [...answers.filter(isRefused), ...answers].flatMap((answer) => offsetByDate(answer) ?? [])[0];
}

function clockFindings(edge: EdgeObservations, endpointOffset: Offset | undefined): Finding[] {
  const offset = edgeOffset(edge);
  const off = offset && secondsOff(offset);
  if (offset && off && !(endpointOffset && secondsOff(offset, endpointOffset) === 0))
    return [finding('edge-clock', edge.url, { ...inWords(off), reference: 'the clock of this machine' })];
  const endpointIsOff = endpointOffset !== undefined && secondsOff(endpointOffset) !== 0;
  const direction = isEarly(edge) && !endpointIsOff ? 'ahead of' : isLate(edge) ? 'behind' : undefined;
  if (direction === undefined) return [];
  const reference = 'the clock of the signer, judged by the tokens that the edge takes for expired';
  return [finding('edge-clock', edge.url, { offset: 'many', direction, reference })];
}

/** Tells whether the edge takes a fresh token for expired: only this token gets a 410, or a later end helps. */
function isEarly({ good, lasting, withoutToken, tampered }: EdgeObservations): boolean {
  if (isServed(lasting)) return true;
  const others = [withoutToken, tampered].filter(isAnswer);
  return statusOf(good) === 410 && others.length > 0 && others.every(({ status }) => status !== 410);
}

/** Tells whether the edge accepts a token that expired an hour ago, and not one that expired a month ago. */
const isLate = ({ expired, longExpired }: EdgeObservations): boolean =>
  isServed(expired) && statusOf(longExpired) >= 400;

/** The longest lifetime, in seconds, that most edges accept. */
const MAX_LIFETIME = 86_402;

/**
 * Tells whether the good token has ended by the edge's clock, or the endpoint lets it end too late: then a clock or a
 * lifetime is wrong, which is another finding, and not a secret.
 */
function endsWrong({ edge, endpoint }: Observations, { sentMs }: Answer): boolean {
  const { least } = edgeOffset(edge) ?? { least: 0 };
  const left = (edge.expires ?? Infinity) - sentMs / 1000 - least;
  return left < 0 || (endpoint !== undefined && left > MAX_LIFETIME && left < Infinity);
}

function failureFindings({ url, good, withoutToken }: EdgeObservations): Finding[] {
  for (const [what, answer] of [
    ['to a valid token', good],
    ['to a request without a token', withoutToken],
  ] as const) {
    if (!isAnswer(answer)) continue;
    const { status } = answer;
    const target = targetOf(answer);
    const isAway = target && target.origin !== new URL(url).origin;
    const how = isAway ? `${what}, with a redirect to ${target.origin}, another origin` : what;
    if (isAway || status >= 500 || (status === 404 && answer === good))
      return [finding('edge-fails', url, { status, how })];
  }
  return [];
}

function judgementFindings(observations: Observations): Finding[] {
  const { edge } = observations;
  const { url, withoutToken, withoutTokenAgain, tampered, expired, good, source } = edge;
  const found: Finding[] = [];
  const isDue = isAnswer(good) && good.status >= 400 && good.status < 500 && good.status !== 404;
  if (isDue && !isEarly(edge) && !endsWrong(observations, good) && !isCachedRefusal(edge))
    found.push(finding('edge-refuses-valid', url, { status: good.status, source: source + whoIsWrong(edge) }));
  // a cache that already had the file looks the same at the first request
  if (isServed(withoutToken))
    return [...found, finding(isOutOfCache(edge, withoutToken) ? 'edge-caches-across-tokens' : 'edge-open', url)];
  if (isServed(withoutTokenAgain)) found.push(finding('edge-caches-across-tokens', url));
  if (isServed(tampered)) found.push(finding('edge-accepts-tampered', url));
  if (isServed(expired) && !isLate(edge)) found.push(finding('edge-accepts-expired', url));
  return found;
}

/** Tells whether the file that is served without a token comes from a cache, after a request with a token. */
const isOutOfCache = ({ sibling, siblingWithoutToken }: EdgeObservations, withoutToken: Answer): boolean =>
  cachedBy(withoutToken, { isRefusal: false }) !== undefined ||
  // the folder is checked; a store may refuse a missing file, whatever the token
  (isRefused(siblingWithoutToken) && isAnswer(sibling) && !isRefused(sibling));

/** Tells whether the same token opens the folder, but not the URL that was refused before. */
const isCachedRefusal = ({ good, sibling }: EdgeObservations): boolean =>
  isRefused(good) && (isServed(sibling) || statusOf(sibling) === 404);

/** Says which of edge and endpoint does not fit the given secret. */
function whoIsWrong({ isGenuine, own }: EdgeObservations): string {
  if (isGenuine === undefined) return '';
  if (isGenuine)
    return (
      '. The given secret has signed it, so the edge is wrong: the edge has another secret, ' +
      'hashes another text, or has one more rule'
    );
  return isServed(own)
    ? ', and accepts a token that the given secret has signed: the endpoint has another secret or format'
    : ', and to a token that the given secret has signed: the edge has neither secret, or another format';
}

function cacheFindings(edge: EdgeObservations): Finding[] {
  const { url, withoutToken, tampered, expired, good } = edge;
  for (const refusal of [withoutToken, tampered, expired].filter(isRefused)) {
    const why = cachedBy(refusal, { isRefusal: true });
    if (why !== undefined) return [finding('edge-caches-refusals', url, { status: refusal.status, why })];
  }
  if (!isCachedRefusal(edge)) return [];
  const why = 'the edge refuses a valid token only for a URL for which it has refused another token before';
  return [finding('edge-caches-refusals', url, { status: statusOf(good), why })];
}

/** A page that nobody has named may be the wrong one: what it may not read is a warning. */
const severityFor = ({ isFrom }: Page): 'error' | 'warning' => (isFrom === 'the caller' ? 'error' : 'warning');

function corsFindings(edge: EdgeObservations, page: Page): Finding[] {
  const { url, travel, good, range, preflight, withoutToken, tampered, expired } = edge;
  if (isSameOrigin(url, page)) return [];
  const { origin } = page;
  const { headers: names, cookies } = travel;
  const whys = [
    isAnswer(preflight) ? preflightProblem(preflight, page, { names, credentials: cookies }) : undefined,
    ...[good, range].filter(isServed).map((served) => corsProblem(served, page, cookies)),
  ];
  const why = whys.find((each) => each !== undefined);
  if (why !== undefined) return [finding('edge-cors-missing', url, { origin, why }, severityFor(page))];
  const refusals = [withoutToken, tampered, expired, good].filter(isRefused);
  const refusal = refusals.find((answer) => corsProblem(answer, page, cookies) !== undefined);
  return refusal ? [finding('edge-cors-missing-on-refusal', url, { status: refusal.status })] : [];
}

/** Finds problems of the files that a playlist names. */
export function childFindings({ edge, children, page }: Observations): Finding[] {
  return children.flatMap((child) => {
    const { url, kind, good, withoutToken, source, isDenied } = child;
    const { origin } = new URL(url);
    if (origin !== new URL(edge.url).origin) return [elsewhere(child, page)];
    const found: Finding[] = [];
    if (isRefused(good))
      found.push(finding('child-refused', url, { status: good.status, kind, how: `with a valid token, ${source}` }));
    else if (isDenied && isRefused(withoutToken)) {
      const how = 'for which the endpoint sends no token';
      found.push(finding('child-refused', url, { status: withoutToken.status, kind, how }));
    }
    if (isRefused(edge.withoutToken) && isServed(withoutToken)) found.push(finding('child-open', url, { kind }));
    const isReadable = !isServed(good) || isSameOrigin(url, page);
    const why = isReadable ? undefined : corsProblem(good, page, edge.travel.cookies);
    if (why !== undefined)
      found.push(finding('edge-cors-missing', url, { origin: page.origin, why }, severityFor(page)));
    return found;
  });
}

function elsewhere(child: ChildObservations, page: Page): Finding {
  const { url, kind, good, withoutToken, isDenied } = child;
  const { origin } = new URL(url);
  const report = (how: string, severity?: 'note'): Finding =>
    finding('child-other-host', url, { kind, origin, how: `another origin, ${how}` }, severity);
  const outcome = good ?? withoutToken;
  // a request that browsers block was not sent
  if (!outcome || isMixedContent(url, page.origin))
    return report(url.startsWith('http:') ? 'over http, which browsers block below https' : 'which was not asked');
  if (isServed(withoutToken)) return report('which serves the file without a token');
  if (isServed(good)) return report('which accepts the token for it', 'note');
  if (isDenied) return report('for which the endpoint sends no token');
  return report(isAnswer(outcome) ? `which answers ${outcome.status}` : `which does not answer (${outcome.failure})`);
}
