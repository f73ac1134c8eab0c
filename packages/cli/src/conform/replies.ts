import { randomBytes } from 'node:crypto';
import { Asker } from '../asker.ts';
import type { Request } from '../asker.ts';
import { corsProblem, preflightHeaders } from '../doctor/http-rules.ts';
import type { Page } from '../doctor/observations.ts';
import { isObject, sameSecond } from '../endpoint-answer.ts';
import { replyOf } from './reply.ts';
import type { Reply } from './reply.ts';

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
  readonly endpoint: string;
  readonly url: string;
  /** The origin of `--origin`. @default a page that `gatherReplies` chooses */
  readonly origin?: string | undefined;
  /** The headers of `--header`, which make the caller a viewer; names in lower case. */
  readonly viewer: Readonly<Record<string, string>>;
  /** The most calls that are made at the end, until one gets a 429. */
  readonly burst: number;
}

/** Limits of all calls: a player waits ten seconds for each. */
const LIMITS = { requests: Infinity, totalMs: 90_000, eachMs: 10_000 };
/** Bytes of a body that is too long: more than 100 URLs need, whatever the URLs are. */
const TOO_LONG = 2_000_000;
/** Milliseconds after which `now` must have moved on. */
const LATER_MS = 2100;
/** The page of our documentation, for CORS. Many an endpoint allows it, at least while it is being built. */
const SOME_PAGE: Page = { origin: 'https://app.example.com', isFrom: 'nobody' };
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
  /** The number of calls. */
  readonly asked: number;
}

/** Makes all calls by which the musts are judged: about forty calls, and those of a burst. */
export async function gatherReplies(plan: Plan): Promise<Gathered> {
  const { url, origin } = plan;
  const asker = new Asker(LIMITS);
  // all calls have one session, as those of a page: an endpoint that counts sessions would count two
  const session = randomBytes(16).toString('base64url');
  const begin = async (page: Page) => {
    const caller = callerOf(asker, { ...plan, page, session });
    return { page, caller, first: (await caller.send([url], { body: caller.bodyFor([url]) }))! };
  };
  const chosen = await begin(origin === undefined ? SOME_PAGE : { origin, isFrom: 'the caller' });
  const isRight = origin !== undefined || chosen.first.status === 0 || isAllowed(chosen.first, SOME_PAGE);
  // an endpoint may refuse calls from pages that it does not know
  const { page, caller, first } = isRight ? chosen : await begin(besideEndpoint(plan));
  // a fault of the first answer would be a fault of all others
  const isGranted = first.status === 200 && isObject(first.answer);
  try {
    const all = isGranted ? await askAll(caller, { ...plan, page }, first) : undefined;
    return { url, first, ...(all && { all }), asked: asker.asked };
  } catch (error) {
    if (error instanceof Interrupted) return { url, first, asked: asker.asked };
    throw error;
  }
}

/** Thrown where no further call is made. */
class Interrupted extends Error {}

const besideEndpoint = ({ endpoint }: Plan): Page => ({ origin: new URL(endpoint).origin, isFrom: 'the endpoint' });

/** Tells whether a page may read a reply. */
const isAllowed = (reply: Reply, page: Page): boolean => corsProblem(reply, asNamed(page), false) === undefined;

/** Returns a page as one that the endpoint has to know. */
export const asNamed = ({ origin }: Page): Page => ({ origin, isFrom: 'the caller' });

/** Creates what makes the calls of a page. */
function callerOf(
  asker: Asker,
  { endpoint, page, viewer, session }: Plan & { readonly page: Page; readonly session: string },
) {
  const limited: Reply[] = [];
  /** Makes a call; returns `undefined` if the time is over. */
  const send = async (urls: readonly string[], request: Partial<Request>): Promise<Reply | undefined> => {
    const headers = { 'content-type': 'application/json', ...viewer, origin: page.origin };
    const outcome = await asker.ask({ what: '', url: endpoint, method: 'POST', headers, ...request });
    // a call that the end of the time has cut off has no status; timers may fire a little early
    if (!outcome || ('failure' in outcome && asker.leftMs < 50)) return undefined;
    const reply = replyOf(urls, outcome);
    if (reply.status === 429) limited.push(reply);
    return reply;
  };
  return {
    limited,
    send,
    /** @throws `Interrupted` after a 429, and once the time is over */
    call: async (urls: readonly string[], request: Partial<Request>): Promise<Reply> => {
      const reply = limited.length === 0 ? await send(urls, request) : undefined;
      if (!reply || reply.status === 429) throw new Interrupted();
      return reply;
    },
    bodyFor: (urls: readonly string[], more: object = {}): string =>
      JSON.stringify({ urls, reason: 'initial', session, ...more }),
  };
}

async function askAll(
  caller: ReturnType<typeof callerOf>,
  plan: Plan & { readonly page: Page },
  first: Reply,
): Promise<Replies> {
  const { url, page, viewer, burst } = plan;
  const { limited, send, call, bodyFor } = caller;
  const begun = Date.now();
  const ask = (urls: readonly string[], more?: object, request: Partial<Request> = {}): Promise<Reply> =>
    call(urls, { body: bodyFor(urls, more), ...request });
  const foreign = url.replace(new URL(url).host, 'secure-token.invalid');
  const names = Object.keys(viewer);
  const neighbours = Array.from({ length: 100 }, (_, i) => new URL(`conform-${i + 1}.ts`, url).href);
  const neighbour = neighbours[0]!;
  const askTwice = (): Promise<[Reply, Reply]> => Promise.all([ask([url]), ask([url], { reason: 'refused' })]);
  const ofPage = { ...viewer, origin: page.origin };
  const type = 'application/json';
  const asked = {
    url,
    foreign,
    page,
    viewer: names,
    first,
    limited,
    refused: await sameSecond(askTwice, ({ time }) => time),
    ordered: await Promise.all([ask([url, neighbour, url]), ask([neighbour, url]), ask([url, neighbour, url])]),
    unknownMembers: await ask([url], { 'x-conform': { of: ['anything'] } }),
    nulls: await ask([url], { reason: null }),
    unknownReason: await ask([url], { reason: 'conform' }),
    hundred: await ask([url, ...neighbours.slice(1)]),
    hundredAndOne: await ask([url, ...neighbours]),
    partial: await ask([foreign, url]),
    denied: await ask([foreign]),
    tooLong: await sendTooLong((body) => call([], { body }), bodyFor([url])),
    withCharset: await ask([url], {}, { headers: { ...ofPage, 'content-type': `${type}; charset=utf-8` } }),
    asText: await ask([url], {}, { headers: { ...ofPage, 'content-type': 'text/plain' } }),
    stranger:
      names.length > 0 ? await ask([url], {}, { headers: { 'content-type': type, origin: page.origin } }) : undefined,
    otherOrigin: await ask([url], {}, { headers: { ...ofPage, 'content-type': type, origin: OTHER_ORIGIN } }),
    get: await call([], { method: 'GET', headers: ofPage }),
    preflight: await call([], {
      method: 'OPTIONS',
      headers: preflightHeaders(page.origin, 'POST', ['content-type', ...names]),
    }),
  };
  const bodies: Described[] = [];
  for (const [what, body] of malformed(url)) bodies.push([what, await call([], { body })]);
  await new Promise((resolve) => setTimeout(resolve, begun + LATER_MS - Date.now()));
  const later = await ask([url]);
  for (let i = 0; i < burst && limited.length === 0; i++) if (!(await send([url], { body: bodyFor([url]) }))) break;
  return { ...asked, malformed: bodies, later };
}

/**
 * Sends a body that is too long, and sends it again if no answer comes: a server that answers and closes the connection
 * while the body still arrives may cut its own answer off (RFC 9112 section 9.6).
 */
async function sendTooLong(send: (body: string) => Promise<Reply>, body: string): Promise<Reply> {
  const long = body + ' '.repeat(TOO_LONG);
  const reply = await send(long);
  return reply.status === 0 ? send(long) : reply;
}
