import { afterEach, beforeEach, expect, vi } from 'vitest';
import { createTokenSource, isSecureTokenError } from 'secure-token-core';
import type { SecureTokenError, SignedRequest, TokenEventDetails, TokenEventType } from 'secure-token-core';
import type { TokenReason, TokenSource, TokenSourceOptions } from 'secure-token-core';
import type { AdapterSource } from 'secure-token-core/adapter';
import { hlsOrDash } from 'secure-token-core/playlists';
import type { Answer, Call } from './lab-answers.ts';
import { each, folder } from './lab-answers.ts';
import { START, advanceSeconds, elapsed } from './lab-time.ts';
import { ENDPOINT, MEDIA } from './lab-urls.ts';

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
  beforeEach(() => {
    vi.useFakeTimers({ now: START * 1000 });
  });
  afterEach(() => {
    for (const source of open) source.destroy();
    open.clear();
    vi.restoreAllMocks();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });
}

/** The default build for every test of a file that calls `fakeTime`: thousands of viewers would write the same line. */
export const asViewersHaveIt = (): void =>
  beforeEach(() => {
    vi.stubGlobal('__DEVELOPMENT__', false);
  });

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
export function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 16_807) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

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
