import { isMilliseconds } from '../endpoint-answer.ts';
import { grantIn } from './ask/ask-endpoint.ts';
import { finding } from './codes.ts';
import type { Finding } from './codes.ts';
import { isAnswer, isRefused, isServed, statusOf } from './observations.ts';
import type { Answer, EdgeObservations, EndpointObservations, Observations } from './observations.ts';

/** Seconds by which clocks may differ, and by which an answer may be late. */
const TOLERANCE = 5;

/** Finds wrong clocks. Where edge and endpoint agree, neither is wrong: the clock of this machine is. */
export function clockFindings({ edge, endpoint }: Observations): Finding[] {
  const [ofEdge, ofEndpoint] = [edgeOffset(edge), endpoint && endpointOffset(endpoint)];
  const agree = ofEdge !== undefined && ofEndpoint !== undefined && !isOff(ofEdge - ofEndpoint);
  const isEndpointOff = ofEndpoint !== undefined && isOff(ofEndpoint);
  const found: Finding[] = [];
  if (isEndpointOff && !agree) {
    const reference = ofEdge === undefined ? 'the clock of this machine' : 'the clock of the edge';
    found.push(finding('endpoint-clock', endpoint!.url, inWords(ofEndpoint - (ofEdge ?? 0), reference)));
  }
  if (ofEdge !== undefined && isOff(ofEdge) && !agree)
    return [...found, finding('edge-clock', edge.url, inWords(ofEdge, 'the clock of this machine'))];
  const isAhead = isEarly(edge) && !isEndpointOff;
  if (!isAhead && !isLate(edge)) return found;
  const direction = isAhead ? 'ahead of' : 'behind';
  const difference = `many seconds ${direction} the clock of the signer, judged by the tokens that it takes for expired`;
  return [...found, finding('edge-clock', edge.url, { difference })];
}

const isOff = (seconds: number): boolean => Math.abs(seconds) > TOLERANCE;

const inWords = (seconds: number, reference: string): { difference: string } => ({
  difference: `${Math.floor(Math.abs(seconds))} s ${seconds > 0 ? 'ahead of' : 'behind'} ${reference}`,
});

/**
 * Returns the seconds by which the edge's clock is ahead of this machine's. Refusals come first: the server that
 * refuses writes their date.
 */
function edgeOffset(edge: EdgeObservations): number | undefined {
  const { withoutToken, tampered, expired, good, withoutTokenAgain, sibling } = edge;
  const answers = [withoutToken, tampered, expired, good, withoutTokenAgain, sibling].filter(isAnswer);
  return [...answers.filter(isRefused), ...answers].flatMap((answer) => offsetByDate(answer) ?? [])[0];
}

/**
 * Returns the seconds by which the endpoint's clock is ahead of this machine's: by `now`, or else by the header `Date`.
 */
export function endpointOffset({ initial }: EndpointObservations): number | undefined {
  const grant = grantIn(initial);
  if (!grant || !isAnswer(initial)) return undefined;
  const { now } = grant;
  return typeof now === 'number' && !isMilliseconds(now) ? offsetByTime(now, initial) : offsetByDate(initial);
}

/** Leaves out an answer from a cache, whose date is that of an earlier day. */
function offsetByDate(answer: Answer): number | undefined {
  const seconds = Date.parse(answer.headers.get('date') ?? '') / 1000;
  return Number.isNaN(seconds) || answer.headers.has('age') ? undefined : offsetByTime(seconds, answer);
}

/** @param seconds whole unix seconds, which a server has written between `sentMs` and `receivedMs` */
const offsetByTime = (seconds: number, { sentMs, receivedMs }: Answer): number =>
  seconds + 0.5 - (sentMs + receivedMs) / 2000;

/** Tells whether the edge takes a fresh token for expired: only this token gets a 410, or a later end helps. */
function isEarly({ good, lasting, withoutToken, tampered }: EdgeObservations): boolean {
  if (isServed(lasting)) return true;
  const others = [withoutToken, tampered].filter(isAnswer);
  return statusOf(good) === 410 && others.length > 0 && others.every(({ status }) => status !== 410);
}

/** Tells whether the edge accepts a token that expired an hour ago, and not one that expired a month ago. */
export const isLate = ({ expired, longExpired }: EdgeObservations): boolean =>
  isServed(expired) && statusOf(longExpired) >= 400;
