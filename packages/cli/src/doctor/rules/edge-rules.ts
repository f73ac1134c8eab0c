import { finding } from '../finding.ts';
import type { Finding } from '../finding.ts';
import { isAnswer } from '../observations.ts';
import type { Answer, EdgeObservations, Observations, Outcome } from '../observations.ts';
import { isRefused, isServed, targetOf } from './answers.ts';
import { offsetByDate, secondsOff } from './clock.ts';
import type { Offset } from './clock.ts';
import { corsProblem, isSameOrigin, preflightProblem } from './cors.ts';
import { isMixedContent } from './mixed-content.ts';
import { cachedBy } from './storable.ts';

/**
 * Finds problems of the edge.
 *
 * @param endpointOffset the offset of the endpoint's clock, if it is known: if two clocks agree, neither is wrong
 */
export function edgeFindings({ edge, page }: Observations, endpointOffset: Offset | undefined): Finding[] {
  const { url, withoutToken } = edge;
  const found: Finding[] = [];
  if (isMixedContent(url, page.origin)) found.push(finding('edge-insecure', url));
  if (withoutToken && !isAnswer(withoutToken))
    return [...found, finding('edge-unreachable', url, { cause: withoutToken.failure })];
  return [
    ...found,
    ...clockFindings(edge, endpointOffset),
    ...answerFindings(edge),
    ...judgementFindings(edge),
    ...cacheFindings(edge),
    ...corsFindings(edge, page),
    ...playlistFindings(edge),
  ];
}

const all = (edge: EdgeObservations): Answer[] =>
  [
    edge.withoutToken,
    edge.tampered,
    edge.expired,
    edge.good,
    edge.head,
    edge.range,
    edge.withoutTokenAgain,
    edge.sibling,
  ].filter(isAnswer);

/**
 * Returns the seconds by which the edge's clock is ahead of this machine's. Refusals come first: the server that
 * refuses writes their date.
 */
export function edgeOffset(edge: EdgeObservations): Offset | undefined {
  const answers = all(edge);
  return [...answers.filter(isRefused), ...answers].flatMap((answer) => offsetByDate(answer) ?? [])[0];
}

function clockFindings(edge: EdgeObservations, endpointOffset: Offset | undefined): Finding[] {
  const offset = edgeOffset(edge);
  const off = offset && secondsOff(offset);
  if (offset && off && !(endpointOffset && secondsOff(offset, endpointOffset) === 0))
    return [finding('edge-clock', edge.url, { ...inWords(off), reference: 'the clock of this machine' })];
  const direction = isEarly(edge) && !endpointIsOff(endpointOffset) ? 'ahead of' : isLate(edge) ? 'behind' : undefined;
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
  isServed(expired) && isAnswer(longExpired) && longExpired.status >= 400;

const endpointIsOff = (offset: Offset | undefined): boolean => offset !== undefined && secondsOff(offset) !== 0;

/** Describes for a message by how much a clock is off. */
export const inWords = (seconds: number): { offset: number; direction: string } => ({
  offset: Math.abs(seconds),
  direction: seconds > 0 ? 'ahead of' : 'behind',
});

function answerFindings(edge: EdgeObservations): Finding[] {
  const { url, good, withoutToken } = edge;
  const found: Finding[] = [];
  for (const answer of [good, withoutToken].filter(isAnswer)) {
    const target = targetOf(answer);
    if (target && target.origin !== new URL(url).origin)
      found.push(finding('edge-redirects-away', url, { status: answer.status, target: target.origin }));
  }
  if (isAnswer(good) && good.status === 404) found.push(finding('edge-not-found', url, { status: 404 }));
  const failed = [good, withoutToken].filter(isAnswer).find(({ status }) => status >= 500);
  if (failed) found.push(finding('edge-fails', url, { status: failed.status }));
  return found;
}

function judgementFindings(edge: EdgeObservations): Finding[] {
  const { url, withoutToken, tampered, expired, good, head, source } = edge;
  const found: Finding[] = [];
  if (isAnswer(good) && good.status >= 400 && good.status < 500 && good.status !== 404)
    found.push(finding('edge-refuses-valid', url, { status: good.status, source: source + whoIsWrong(edge) }));
  if (isServed(withoutToken)) {
    // a cache that already had the file looks the same at the first request
    return [...found, finding(isOutOfCache(edge, withoutToken) ? 'edge-caches-across-tokens' : 'edge-open', url)];
  }
  if (isServed(edge.withoutTokenAgain)) found.push(finding('edge-caches-across-tokens', url));
  if (isServed(tampered)) found.push(finding('edge-accepts-tampered', url));
  if (isServed(expired)) found.push(finding('edge-accepts-expired', url));
  if ([401, 403].includes(statusOf(expired)) && isServed(good))
    found.push(finding('edge-expired-status', url, { status: statusOf(expired) }));
  if (isServed(good) && statusOf(head) >= 400)
    found.push(finding('edge-head-refused', url, { status: statusOf(head) }));
  return found;
}

/** Tells whether the file that is served without a token comes from a cache, after a request with a token. */
const isOutOfCache = ({ sibling, siblingWithoutToken }: EdgeObservations, withoutToken: Answer): boolean =>
  cachedBy(withoutToken, { isRefusal: false }) !== undefined ||
  // the folder is checked; a store may refuse a missing file, whatever the token
  (isRefused(siblingWithoutToken) && isAnswer(sibling) && !isRefused(sibling));

/** Says which of edge and endpoint does not fit the given secret. */
function whoIsWrong({ good, isGenuine, own }: EdgeObservations): string {
  // a 410 means that the edge has found the signature right, and takes the token for expired
  if (isGenuine === undefined || statusOf(good) === 410) return '';
  if (isGenuine)
    return (
      '. The given secret has signed it, so the edge is wrong: the edge has another secret, ' +
      'hashes another text, or has one more rule'
    );
  return isServed(own)
    ? ', and accepts a token that the given secret has signed: the endpoint has another secret or format'
    : ', and to a token that the given secret has signed: ' +
        'the edge has neither secret, another format, or another clock';
}

const statusOf = (outcome: Outcome | undefined): number => (isAnswer(outcome) ? outcome.status : 0);

function cacheFindings(edge: EdgeObservations): Finding[] {
  const { url, withoutToken, good, sibling } = edge;
  const refusals = [withoutToken, edge.tampered, edge.expired].filter(isRefused);
  for (const refusal of refusals) {
    const why = cachedBy(refusal, { isRefusal: true });
    if (why !== undefined) return [finding('edge-caches-refusals', url, { status: refusal.status, why })];
  }
  // the same token opens the folder, but not the URL that was refused before
  if (isRefused(good) && (isServed(sibling) || statusOf(sibling) === 404)) {
    const why = 'the edge refuses a valid token only for a URL for which it has refused another token before';
    return [finding('edge-caches-refusals', url, { status: good.status, why })];
  }
  return [];
}

function corsFindings(edge: EdgeObservations, page: Observations['page']): Finding[] {
  const { url, travel, good, range, preflight } = edge;
  if (isSameOrigin(url, page)) return [];
  const found: Finding[] = [];
  for (const served of [good, range].filter(isServed)) {
    const why = corsProblem(served, page, travel.cookies);
    if (why === undefined) continue;
    found.push(finding('edge-cors-missing', url, { origin: page.origin, why }));
    break;
  }
  const refusals = [edge.withoutToken, edge.tampered, edge.expired, good].filter(isRefused);
  const refusal = refusals.find((answer) => corsProblem(answer, page, travel.cookies) !== undefined);
  if (refusal && found.length === 0)
    found.push(finding('edge-cors-missing-on-refusal', url, { status: refusal.status }));
  if (isAnswer(preflight) && travel.headers.length > 0) {
    const names = travel.headers;
    const why = preflightProblem(preflight, page, { names, credentials: travel.cookies });
    if (why !== undefined) found.push(finding('edge-preflight-fails', url, { why, headers: names.join(', ') }));
  }
  return found;
}

function playlistFindings({ url, good, range, withoutToken, hasTokensInPlaylist }: EdgeObservations): Finding[] {
  const found: Finding[] = [];
  if (isAnswer(range) && range.status === 200) found.push(finding('edge-range-ignored', range.url, { status: 200 }));
  const served = [good, withoutToken].find(isServed);
  if (served?.body !== undefined && !isPlaylistType(served))
    found.push(
      finding('edge-playlist-type', url, { type: served.headers.get('content-type') ?? 'a body without Content-Type' }),
    );
  if (hasTokensInPlaylist) found.push(finding('edge-tokens-in-playlist', url));
  return found;
}

const isPlaylistType = ({ headers }: Answer): boolean =>
  /mpegurl|dash\+xml|mpeg\.dash|\/xml/i.test(headers.get('content-type') ?? '');
