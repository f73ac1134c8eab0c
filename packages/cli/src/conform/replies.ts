import { randomBytes } from 'node:crypto';
import { preflightHeaders } from '../doctor/http-rules.ts';
import { isObject } from '../endpoint-answer.ts';
import type { Call, EndpointCaller, Reply } from './endpoint-caller.ts';

/** All calls with their replies. A member is missing if its call was no longer made. */
export interface Replies {
  /** The URL that the viewer may have. */
  readonly url: string;
  /** The URL, moved to a host for which no endpoint signs. */
  readonly foreign: string;
  readonly page: Page;
  /** The names of the headers of `--header`, in lower case. */
  readonly viewer: readonly string[];
  readonly first: Reply;
  /** The first call again, after the clock has moved on. */
  readonly later?: Reply | undefined;
  /** Calls with the reasons `initial` and `refused` that were answered in the same second. */
  readonly refused?: readonly [initial: Reply, refused: Reply] | undefined;
  /** Three calls with the URL and its neighbour: in this order; in the other order; in the first order again. */
  readonly ordered: readonly (Reply | undefined)[];
  readonly unknownMembers?: Reply | undefined;
  readonly nulls?: Reply | undefined;
  readonly unknownReason?: Reply | undefined;
  readonly hundred?: Reply | undefined;
  readonly hundredAndOne?: Reply | undefined;
  /** A call with the foreign URL and the URL. */
  readonly partial?: Reply | undefined;
  /** A call with the foreign URL alone. */
  readonly denied?: Reply | undefined;
  /** Replies to bodies that are not a request, each with a description of the body. */
  readonly malformed: readonly (readonly [what: string, reply: Reply | undefined])[];
  readonly tooLong?: Reply | undefined;
  readonly withCharset?: Reply | undefined;
  readonly asText?: Reply | undefined;
  /** Replies to other methods, each with the name of the method. */
  readonly methods: readonly (readonly [method: string, reply: Reply | undefined])[];
  /** A call without the headers of `--header`; not made if there are none. */
  readonly stranger?: Reply | undefined;
  readonly preflight?: Reply | undefined;
  readonly otherOrigin?: Reply | undefined;
  readonly limited: readonly Reply[];
}

export interface Page {
  readonly origin: string;
  /** Whether `--origin` names the page: then the endpoint must allow it. */
  readonly isGiven: boolean;
}

interface Plan {
  readonly url: string;
  readonly page: Page;
  /** The headers of `--header`, which make the caller a viewer; names in lower case. */
  readonly viewer: Readonly<Record<string, string>>;
  /** The most calls that are made at the end, until one gets a 429. */
  readonly burst: number;
}

/** Bytes of a body that is too long: more than 100 URLs need, whatever the URLs are. */
const TOO_LONG = 2_000_000;
/** Attempts to have two calls answered in the same second. */
const PAIRS = 4;
/** Milliseconds after which `now` must have moved on. */
const LATER_MS = 2100;
/** The origin of a page that no endpoint knows. */
export const OTHER_ORIGIN = 'https://stranger.invalid';

/** Bodies that are not a valid request, each with a description. */
const malformed = (url: string): readonly (readonly [what: string, body: string])[] => [
  ['a text that is no JSON', '{"urls":'],
  ['no body', ''],
  ['a list', JSON.stringify([url])],
  ['null', 'null'],
  ['no `urls`', '{"reason":"initial"}'],
  ['an empty list of URLs', '{"urls":[]}'],
  ['`urls` that are text', JSON.stringify({ urls: url })],
  ['`urls` that are numbers', '{"urls":[1]}'],
  ['lists within lists, 20,000 deep', '['.repeat(20_000)],
];

/** Makes all calls by which the musts are judged: about forty calls, and those of a burst. */
export async function gatherReplies(caller: EndpointCaller, { url, page, viewer, burst }: Plan): Promise<Replies> {
  const { host } = new URL(url);
  const foreign = url.replace(host, 'secure-token.invalid');
  const begun = Date.now();
  // all calls have one session, as those of a page: an endpoint that counts sessions would count two as two screens
  const session = randomBytes(16).toString('base64url');
  const callFor = (urls: readonly string[], more: object = {}): Call => ({
    urls,
    body: JSON.stringify({ urls, reason: 'initial', session, ...more }),
  });
  const ask = (urls: readonly string[], more: object = {}, call: Call = {}): Promise<Reply | undefined> =>
    caller.call({ ...callFor(urls, more), ...call });
  const first = (await caller.send(callFor([url])))!;
  const known = { url, foreign, page, viewer: Object.keys(viewer), first, limited: caller.limited };
  // a fault of the first answer would be a fault of all others
  if (first.status !== 200 || !isObject(first.answer)) return { ...known, ordered: [], malformed: [], methods: [] };

  const sentNames = ['content-type', ...known.viewer];
  const neighbours = Array.from({ length: 100 }, (_, i) => new URL(`conform-${i + 1}.ts`, url).href);
  const neighbour = neighbours[0]!;
  const refused = await sameSecond(() => Promise.all([ask([url]), ask([url], { reason: 'refused' })]));
  const ordered = await Promise.all([ask([url, neighbour, url]), ask([neighbour, url]), ask([url, neighbour, url])]);
  const asked = {
    unknownMembers: await ask([url], { 'x-conform': { of: ['anything'] } }),
    nulls: await ask([url], { reason: null }),
    unknownReason: await ask([url], { reason: 'conform' }),
    hundred: await ask([url, ...neighbours.slice(1)]),
    hundredAndOne: await ask([url, ...neighbours]),
    partial: await ask([foreign, url]),
    denied: await ask([foreign]),
    tooLong: await sendTooLong(caller, callFor([url]).body!),
    withCharset: await ask([url], {}, { type: 'application/json; charset=utf-8' }),
    asText: await ask([url], {}, { type: 'text/plain' }),
    stranger: known.viewer.length > 0 ? await ask([url], {}, { headers: { origin: page.origin } }) : undefined,
    preflight: await caller.call({ method: 'OPTIONS', headers: preflightHeaders(page.origin, 'POST', sentNames) }),
    otherOrigin: await ask([url], {}, { headers: { ...viewer, origin: OTHER_ORIGIN } }),
  };
  const bodies: [string, Reply | undefined][] = [];
  for (const [what, body] of malformed(url)) bodies.push([what, await caller.call({ body })]);
  const methods: [string, Reply | undefined][] = [];
  for (const method of ['GET', 'PUT'] as const) methods.push([method, await ask([url], {}, { method })]);
  await caller.pause(Math.max(0, begun + LATER_MS - Date.now()));
  const later = await ask([url]);
  for (let i = 0; i < burst && caller.limited.length === 0; i++) if (!(await caller.send(callFor([url])))) break;
  return { ...known, ...asked, refused, ordered, malformed: bodies, methods, later };
}

/**
 * Repeats two calls until both are answered in the same second: tokens of different seconds would differ anyway,
 * because their expiries differ.
 */
async function sameSecond(
  ask: () => Promise<[Reply | undefined, Reply | undefined]>,
): Promise<[Reply, Reply] | undefined> {
  for (let i = 0; i < PAIRS; i++) {
    const [one, other] = await ask();
    if (!one || !other) return undefined;
    if (Object.is(one.time, other.time)) return [one, other];
  }
  return undefined;
}

/**
 * Sends a body that is too long, and sends it again if no answer comes: a server that answers and closes the connection
 * while the body still arrives may cut its own answer off (RFC 9112 section 9.6).
 */
async function sendTooLong(caller: EndpointCaller, body: string): Promise<Reply | undefined> {
  const call = { body: body + ' '.repeat(TOO_LONG) };
  const reply = await caller.call(call);
  return reply?.status === 0 ? caller.call(call) : reply;
}
