import { randomBytes } from 'node:crypto';
import { preflightHeaders } from '../doctor/http-rules.ts';
import { isObject, sameSecond } from '../endpoint-answer.ts';
import type { Call, EndpointCaller, Reply } from './endpoint-caller.ts';

/**
 * Single calls:
 * - `later`: the first call again, after the clock has moved on
 * - `partial`: a call with the foreign URL and the URL; `denied`: with the foreign URL alone
 * - `stranger`: a call without the headers of `--header`; not made if there are none
 */
type CallName =
  | ('later' | 'unknownMembers' | 'nulls' | 'unknownReason' | 'hundred' | 'hundredAndOne' | 'partial' | 'denied')
  | ('tooLong' | 'withCharset' | 'asText' | 'stranger' | 'preflight' | 'otherOrigin');

/** All calls with their replies. A member is missing or `undefined` if its call was not made. */
export interface Replies extends Readonly<Partial<Record<CallName, Reply | undefined>>> {
  /** The URL that the viewer may have. */
  readonly url: string;
  /** The URL, moved to a host for which no endpoint signs. */
  readonly foreign: string;
  readonly page: Page;
  /** The names of the headers of `--header`, in lower case. */
  readonly viewer: readonly string[];
  readonly first: Reply;
  /** Calls with the reasons `initial` and `refused` that were answered in the same second. */
  readonly refused?: readonly [initial: Reply, refused: Reply] | undefined;
  /** Three calls with the URL and its neighbour: in this order; in the other order; in the first order again. */
  readonly ordered: readonly (Reply | undefined)[];
  /** Replies to bodies that are not a request, each with a description of the body. */
  readonly malformed: readonly Described[];
  /** Replies to other methods, each with the name of the method. */
  readonly methods: readonly Described[];
  /** All answers with status 429. */
  readonly limited: readonly Reply[];
}

export type Described = readonly [what: string, reply: Reply | undefined];

export interface Page {
  readonly origin: string;
  readonly isFrom: 'the caller';
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
  const askTwice = (): Promise<[Reply | undefined, Reply | undefined]> =>
    Promise.all([ask([url]), ask([url], { reason: 'refused' })]);
  const refused = await sameSecond(askTwice, ({ time }) => time);
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
  const bodies: Described[] = [];
  for (const [what, body] of malformed(url)) bodies.push([what, await caller.call({ body })]);
  const methods: Described[] = [];
  for (const method of ['GET', 'PUT'] as const) methods.push([method, await ask([url], {}, { method })]);
  await caller.pause(Math.max(0, begun + LATER_MS - Date.now()));
  const later = await ask([url]);
  for (let i = 0; i < burst && caller.limited.length === 0; i++) if (!(await caller.send(callFor([url])))) break;
  return { ...known, ...asked, refused, ordered, malformed: bodies, methods, later };
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
