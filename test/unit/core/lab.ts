import { afterEach, beforeEach, expect, vi } from 'vitest';
import { createTokenSource, isSecureTokenError } from 'secure-token-core';
import type { SecureTokenError, SignedRequest, Token, TokenEventDetails, TokenEventType } from 'secure-token-core';
import type { TokenReason, TokenRequest, TokenSource, TokenSourceOptions } from 'secure-token-core';
import type { AdapterSource } from 'secure-token-core/adapter';
import { hlsOrDash } from 'secure-token-core/playlists';

export const CDN = 'https://cdn.test';
export const FOLDER = `${CDN}/vod/7/`;
export const MASTER = `${FOLDER}master.m3u8`;
export const MEDIA = `${FOLDER}media.m3u8`;
export const ENDPOINT = 'https://api.test/token';
/** Unix seconds at which every fake clock starts. */
export const START = 1_800_000_000;

/** One call to the signing endpoint: the first has index 1; `at` is in seconds since the test began. */
export interface Call extends Omit<TokenRequest, 'signal'> {
  readonly urls: string[];
  readonly index: number;
  readonly at: number;
  readonly init: RequestInit & { headers: Headers; signal: AbortSignal };
}
export type Answer = (call: Call) => unknown;

export const seconds = (): number => Date.now() / 1000;
export const elapsed = (): number => seconds() - START;

/** Advances the fake clock, with everything that is due in that time. Without an argument: with what is due now. */
export const advanceSeconds = (time = 0): Promise<void> =>
  vi.advanceTimersByTimeAsync(time * 1000).then(() => undefined);
const { setImmediate } = globalThis; // the real one: fake timers come later
/** Advances the clock as `advanceSeconds`, but faster and only as exact as `step`: for hours. */
export const hurry = async (time: number, step = 1): Promise<void> => {
  for (let passed = 0; passed < time; passed += step) {
    vi.advanceTimersByTime(step * 1000);
    await new Promise((resolve) => setImmediate(resolve));
  }
};
/** Passes time as a sleeping machine does: no timer fires before it wakes. */
export const sleep = async (time: number): Promise<void> => {
  vi.setSystemTime(Date.now() + time * 1000);
  await advanceSeconds();
};

const tokenFor = ({ index }: Pick<Call, 'index'>, lifetime: number, more: Partial<Token>): Token => {
  return { query: { st: `t${index}` }, expires: seconds() + lifetime, ...more };
};
/** One token for a folder. */
export const folder = (lifetime = 300, prefix = FOLDER, more: Partial<Token> = {}): Answer => {
  return (call) => ({ now: seconds(), tokens: [tokenFor(call, lifetime, { prefix, ...more })] });
};
/** One token for the folder of each URL asked for. */
export const folders = (lifetime = 300): Answer => {
  return (call) => {
    const prefixes = new Set(call.urls.map((url) => new URL('.', url).href));
    return { now: seconds(), tokens: [...prefixes].map((prefix) => tokenFor(call, lifetime, { prefix })) };
  };
};
/** One token for each URL asked for. */
export const each = (lifetime = 300, more: Partial<Token> = {}): Answer => {
  return (call) => ({ now: seconds(), tokens: call.urls.map((url) => tokenFor(call, lifetime, { url, ...more })) });
};
/** The same, but for `left`; the answer may list it as denied. */
export const eachBut = (left: string, isDenied = false): Answer => {
  const denied = isDenied ? [left] : [];
  return (call) => ({ ...(each()({ ...call, urls: call.urls.filter((it) => it !== left) }) as object), denied });
};
export const fail = (status: number, headers: Record<string, string> = {}): Answer => {
  return () => new Response('{"title":"no"}', { status, headers });
};
/** An answer that takes `time` seconds. */
export const after = (time: number, answer: Answer): Answer => {
  return (call) => new Promise((resolve) => setTimeout(() => resolve(answer(call)), time * 1000));
};
/** The first calls are answered by the first answers, all others by the last. */
export const inTurn = (...answers: Answer[]): Answer => {
  return (call) => answers[Math.min(call.index, answers.length) - 1]!(call);
};

type Detail = TokenEventDetails[TokenEventType] & { error: SecureTokenError; urls: string[]; expires: number };

export interface Lab {
  readonly source: AdapterSource;
  readonly calls: Call[];
  readonly events: (Detail & { type: TokenEventType; detail: Detail })[];
  readonly asked: () => string[][];
  readonly reasons: () => TokenReason[];
  readonly at: () => number[];
  readonly types: () => string[];
  readonly errors: () => SecureTokenError[];
  answer: Answer;
}

const open = new Set<TokenSource>();

/** A token source with an endpoint of our own. `jitter` is off and `random` is 1 unless the test says otherwise. */
export function lab(answer: Answer = folder(), options: Partial<TokenSourceOptions> = {}): Lab {
  const calls: Call[] = [];
  let index = 0;
  const events: Lab['events'] = [];
  const fetch = async (_: unknown, init: RequestInit = {}): Promise<Response> => {
    const call = { ...JSON.parse(init.body as string), index: ++index, at: elapsed(), init } as Call;
    calls.push(call);
    const reply = await result.answer(call);
    return reply instanceof Response ? reply : Response.json(reply);
  };
  const given = { endpoint: ENDPOINT, fetch, jitter: 0, random: () => 1, ...options };
  const source = createTokenSource(given) as AdapterSource;
  open.add(source);
  for (const type of ['tokenrenewed', 'tokenrefused', 'tokenerror', 'tokendenied'] as const)
    source.addEventListener(type, (event) => events.push(event as never));
  const result: Lab = {
    source,
    calls,
    events,
    answer,
    asked: () => calls.map(({ urls }) => urls),
    reasons: () => calls.map(({ reason }) => reason),
    at: () => calls.map(({ at }) => Math.round(at * 10) / 10),
    types: () => events.map(({ type }) => type),
    errors: () => events.filter(({ type }) => type === 'tokenerror').map(({ error }) => error),
  };
  return result;
}

/** Fake time for every test of a file; whatever the test left open is closed. */
export function fakeTime(): void {
  beforeEach(() => void vi.useFakeTimers({ now: START * 1000 }));
  afterEach(() => {
    for (const source of open) source.destroy();
    open.clear();
    vi.restoreAllMocks();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });
}

/** The default build for every test of a file that calls `fakeTime`: thousands of viewers would write the same line. */
export const asViewersHaveIt = (): void => beforeEach(() => void vi.stubGlobal('__DEVELOPMENT__', false));

/** Makes a page of this realm. @returns what its events are dispatched on */
export function asPage(): EventTarget {
  const page = new EventTarget();
  for (const name of ['addEventListener', 'removeEventListener'] as const) vi.stubGlobal(name, page[name].bind(page));
  return page;
}

/** The token of a signed URL: the value of its parameter `st`. */
export const tokenOf = (request: SignedRequest | string | undefined): string | undefined =>
  /[?&]st=([^&#]*)/.exec(typeof request === 'string' ? request : (request?.url ?? ''))?.[1];

/** The code with which `promise` rejects, or `undefined`. */
export const code = async (promise: Promise<unknown>): Promise<string | undefined> =>
  promise.then(() => undefined).catch((it: unknown) => (isSecureTokenError(it) ? it.code : String(it as Error)));

/** The codes with which requests for these URLs fail, in one task. */
export const codes = async ({ source }: Lab, ...urls: string[]): Promise<(string | undefined)[]> =>
  Promise.all(urls.map((url) => code(source.sign(url))));

export interface Seen<T> {
  state: 'pending' | 'done' | 'failed';
  value?: T;
  error?: SecureTokenError;
}
/** Follows a promise without waiting for it. */
export function watch<T>(promise: Promise<T>): Seen<T> {
  const seen: Seen<T> = { state: 'pending' };
  const set = (it: object): unknown => Object.assign(seen, it);
  promise.then((value) => set({ state: 'done', value })).catch((error: unknown) => set({ state: 'failed', error }));
  return seen;
}

/** Creates a random number generator that draws the same numbers in every run. */
export const dice = (seed: number) => (): number => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

export const segment = (n: number): string => `${FOLDER}${n}.ts`;
export const range = (from: number, to: number, name = segment): string[] =>
  Array.from({ length: to - from + 1 }, (_, i) => name(from + i));
/** A media playlist of segments `from`…`to`. */
export const playlist = (from: number, to: number, end = true): string => {
  const head = ['#EXTM3U', '#EXT-X-TARGETDURATION:4', `#EXT-X-MEDIA-SEQUENCE:${from}`];
  return [...head, ...range(from, to, (n) => `#EXTINF:4,\n${n}.ts`), end ? '#EXT-X-ENDLIST' : ''].join('\n');
};

/** A player with a playlist in hand; calls are counted from here on. */
export async function playing(text: string, ...[answer = each(), options]: Parameters<typeof lab>): Promise<Lab> {
  const viewer = lab(answer, options);
  await viewer.source.sign(MEDIA);
  viewer.source.learn(MEDIA, hlsOrDash(text));
  await advanceSeconds();
  viewer.calls.length = 0;
  return viewer;
}

/** Matches a message by what stands in it in this order, not by its sentence. */
export const holding = (...pieces: string[]): unknown =>
  expect.stringMatching(pieces.map((it) => it.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('.*'));
