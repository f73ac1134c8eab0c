import { isLate } from './clock-rules.ts';
import { finding } from './codes.ts';
import type { Finding } from './codes.ts';
import { cachedBy, corsProblem, isMixedContent, isSameOrigin, preflightProblem } from './http-rules.ts';
import { isAnswer, isRefused, isServed, statusOf, targetOf } from './observations.ts';
import type { Answer, ChildObservations, EdgeObservations, Observations, Page } from './observations.ts';

/** Finds problems of the edge. */
export function edgeFindings({ edge, endpoint, page }: Observations): Finding[] {
  const { url, withoutToken } = edge;
  const unreachable = (cause: string): Finding[] => [finding('edge-unreachable', url, { cause })];
  if (isMixedContent(url, page.origin)) return unreachable('the URL has http, and the page https: browsers block it');
  if (withoutToken && !isAnswer(withoutToken)) return unreachable(withoutToken.failure);
  return [
    ...failureFindings(edge),
    ...refusedFindings(edge, endpoint !== undefined),
    ...openFindings(edge),
    ...cacheFindings(edge),
    ...corsFindings(edge, page),
  ];
}

function failureFindings({ url, good, withoutToken }: EdgeObservations): Finding[] {
  const failed = [
    { what: 'to a valid token', answer: good },
    { what: 'to a request without a token', answer: withoutToken },
  ].flatMap(({ what, answer }) => {
    if (!isAnswer(answer)) return [];
    const { status } = answer;
    const target = targetOf(answer);
    const isAway = target && target.origin !== new URL(url).origin;
    const isFound = answer !== good || (status !== 404 && !target);
    if (status < 500 && !isAway && isFound) return [];
    const failure = `${status} ${what}${target ? `, with a redirect to ${target.origin}` : ''}`;
    // browsers follow a redirect, but no token and no file of a playlist was tried behind it
    return finding('edge-fails', url, { failure }, target && !isAway ? 'warning' : 'error');
  });
  return failed.slice(0, 1);
}

/** The longest lifetime, in seconds, that most edges accept. */
const MAX_LIFETIME = 86_402;

function refusedFindings(edge: EdgeObservations, isOfEndpoint: boolean): Finding[] {
  const { url, good, token } = edge;
  const isDue = isAnswer(good) && good.status >= 400 && good.status < 500 && good.status !== 404;
  if (!isDue || isCachedRefusal(edge)) return [];
  // an end that is too late is a finding about the endpoint
  if (isOfEndpoint && Number(token?.expires) - good.sentMs / 1000 > MAX_LIFETIME) return [];
  return [finding('edge-refuses-valid', url, { status: good.status, source: `${token?.source}${whoIsWrong(edge)}` })];
}

/** Finds what opens the URL and should not. */
function openFindings(edge: EdgeObservations): Finding[] {
  const { url, withoutToken, withoutTokenAgain, tampered, expired } = edge;
  // a cache that already had the file looks the same at the first request
  if (isServed(withoutToken))
    return [finding(isOutOfCache(edge, withoutToken) ? 'edge-caches-across-tokens' : 'edge-open', url)];
  return [
    ...(isServed(withoutTokenAgain) ? [finding('edge-caches-across-tokens', url)] : []),
    ...(isServed(tampered) ? [finding('edge-accepts-tampered', url)] : []),
    ...(isServed(expired) && !isLate(edge) ? [finding('edge-accepts-expired', url)] : []),
  ];
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
const unreadable = (url: string, { origin, isFrom }: Page, why: string): Finding =>
  finding('edge-cors-missing', url, { origin, why }, isFrom === 'the caller' ? 'error' : 'warning');

function corsFindings(edge: EdgeObservations, page: Page): Finding[] {
  const { url, token, good, preflight, withoutToken, tampered, expired } = edge;
  if (isSameOrigin(url, page)) return [];
  const { names, cookies: credentials } = token ?? { names: [], cookies: false };
  const why =
    (isAnswer(preflight) ? preflightProblem(preflight, page, { names, credentials }) : undefined) ??
    (isServed(good) ? corsProblem(good, page, credentials) : undefined);
  if (why !== undefined) return [unreadable(url, page, why)];
  const refusals = [withoutToken, tampered, expired, good].filter(isRefused);
  const refusal = refusals.find((answer) => corsProblem(answer, page, credentials) !== undefined);
  return refusal ? [finding('edge-cors-missing-on-refusal', url, { status: refusal.status })] : [];
}

/** Finds problems of the files that a playlist names. */
export function childFindings({ edge, children, page }: Observations): Finding[] {
  return children.flatMap((child) => {
    const { url, kind, good, withoutToken, source, isDenied } = child;
    if (!isSameOrigin(url, new URL(edge.url))) return elsewhere(child, page);
    const refused = (status: number, how: string): Finding => finding('child-refused', url, { status, kind, how });
    const why = isServed(good) && !isSameOrigin(url, page) && corsProblem(good, page, edge.token?.cookies === true);
    return [
      ...(isRefused(good) ? [refused(good.status, `with a valid token, ${source}`)] : []),
      ...(isDenied && isRefused(withoutToken)
        ? [refused(withoutToken.status, 'for which the endpoint sends no token')]
        : []),
      ...(isRefused(edge.withoutToken) && isServed(withoutToken) ? [finding('child-open', url, { kind })] : []),
      ...(typeof why === 'string' ? [unreadable(url, page, why)] : []),
    ];
  });
}

function elsewhere({ url, kind, good, withoutToken, isDenied }: ChildObservations, page: Page): Finding {
  const { origin } = new URL(url);
  const report = (how: string, severity?: 'note'): Finding =>
    finding('child-other-host', url, { kind, host: `${origin}, another origin, ${how}` }, severity);
  const outcome = good ?? withoutToken;
  // a request that browsers block was not sent
  if (!outcome || isMixedContent(url, page.origin))
    return report(url.startsWith('http:') ? 'over http, which browsers block below https' : 'which was not asked');
  if (isServed(withoutToken)) return report('which serves the file without a token');
  if (isServed(good)) return report('which accepts the token for it', 'note');
  if (isDenied) return report('for which the endpoint sends no token');
  return report(isAnswer(outcome) ? `which answers ${outcome.status}` : `which does not answer (${outcome.failure})`);
}
