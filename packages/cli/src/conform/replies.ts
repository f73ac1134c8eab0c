import { randomBytes } from 'node:crypto';
import { preflightHeaders } from '../doctor/http-rules.ts';
import type { Page } from '../doctor/observations.ts';
import { isObject, sameSecond } from '../endpoint-answer.ts';
import { Interrupted } from './endpoint-caller.ts';
import type { Call, EndpointCaller, Reply } from './endpoint-caller.ts';

/**
 * Single calls:
 * - `later`: the first call again, after the clock has moved on
 * - `partial`: a call with the foreign URL and the URL; `denied`: with the foreign URL alone
 */
type CallName =
  | ('first' | 'later' | 'unknownMembers' | 'nulls' | 'unknownReason' | 'hundred' | 'hundredAndOne')
  | ('partial' | 'denied' | 'tooLong' | 'withCharset' | 'asText' | 'get' | 'preflight' | 'otherOrigin');

/** All calls with their replies. */
export interface Replies extends Readonly<Record<CallName, Reply>> {
  /** The URL that the viewer may have. */
  readonly url: string;
  readonly page: Page;
  /** The names of the headers of `--header`, in lower case. */
  readonly viewer: readonly string[];
  /** The URL, moved to a host for which no endpoint signs. */
  readonly foreign: string;
  /** Calls with the reasons `initial` and `refused`; `undefined` if they were not answered in the same second. */
  readonly refused: readonly [initial: Reply, refused: Reply] | undefined;
  /** Three calls with the URL and its neighbour: in this order; in the other order; in the first order again. */
  readonly ordered: readonly [Reply, Reply, Reply];
  /** A call without the headers of `--header`; not made if there are none. */
  readonly stranger: Reply | undefined;
  /** Replies to bodies that are not a request, each with a description of the body. */
  readonly malformed: readonly Described[];
  /** All answers with status 429. */
  readonly limited: readonly Reply[];
}

type Described = readonly [what: string, reply: Reply];

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

export interface Gathered {
  readonly url: string;
  readonly first: Reply;
  /** Missing if the first reply grants nothing, or if the time or the rate limit of the endpoint was over too soon. */
  readonly all?: Replies;
}

/** Makes all calls by which the musts are judged: about forty calls, and those of a burst. */
export async function gatherReplies(caller: EndpointCaller, { url, page, viewer, burst }: Plan): Promise<Gathered> {
  // all calls have one session, as those of a page: an endpoint that counts sessions would count two as two screens
  const session = randomBytes(16).toString('base64url');
  const callFor = (urls: readonly string[], more: object = {}): Call => ({
    urls,
    body: JSON.stringify({ urls, reason: 'initial', session, ...more }),
  });
  const ask = (urls: readonly string[], more: object = {}, call: Call = {}): Promise<Reply> =>
    caller.call({ ...callFor(urls, more), ...call });
  const begun = Date.now();
  const first = (await caller.send(callFor([url])))!;
  // a fault of the first answer would be a fault of all others
  if (first.status !== 200 || !isObject(first.answer)) return { first, url };

  const foreign = url.replace(new URL(url).host, 'secure-token.invalid');
  const names = Object.keys(viewer);
  const neighbours = Array.from({ length: 100 }, (_, i) => new URL(`conform-${i + 1}.ts`, url).href);
  const neighbour = neighbours[0]!;
  const askTwice = (): Promise<[Reply, Reply]> => Promise.all([ask([url]), ask([url], { reason: 'refused' })]);
  try {
    const asked = {
      ...{ url, foreign, page, viewer: names, first, limited: caller.limited },
      refused: await sameSecond(askTwice, ({ time }) => time),
      ordered: await Promise.all([ask([url, neighbour, url]), ask([neighbour, url]), ask([url, neighbour, url])]),
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
      get: await caller.call({ method: 'GET' }),
      stranger: names.length > 0 ? await ask([url], {}, { headers: { origin: page.origin } }) : undefined,
      preflight: await caller.call({
        method: 'OPTIONS',
        headers: preflightHeaders(page.origin, 'POST', ['content-type', ...names]),
      }),
      otherOrigin: await ask([url], {}, { headers: { ...viewer, origin: OTHER_ORIGIN } }),
    };
    const bodies: Described[] = [];
    for (const [what, body] of malformed(url)) bodies.push([what, await caller.call({ body })]);
    await caller.pause(Math.max(0, begun + LATER_MS - Date.now()));
    const later = await ask([url]);
    for (let i = 0; i < burst && caller.limited.length === 0; i++) if (!(await caller.send(callFor([url])))) break;
    return { first, url, all: { ...asked, malformed: bodies, later } };
  } catch (error) {
    if (error instanceof Interrupted) return { first, url };
    throw error;
  }
}

/**
 * Sends a body that is too long, and sends it again if no answer comes: a server that answers and closes the connection
 * while the body still arrives may cut its own answer off (RFC 9112 section 9.6).
 */
async function sendTooLong(caller: EndpointCaller, body: string): Promise<Reply> {
  const call = { body: body + ' '.repeat(TOO_LONG) };
  const reply = await caller.call(call);
  return reply.status === 0 ? caller.call(call) : reply;
}
