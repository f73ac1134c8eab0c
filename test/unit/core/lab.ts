import { afterEach, beforeEach, vi } from 'vitest';
import { hlsOrDash } from 'secure-token-core/playlists';
import type {
  SecureTokenError,
  SignedRequest,
  Token,
  TokenEventType,
  TokenReason,
  TokenSource,
  TokenSourceOptions,
} from '../../../packages/core/src/index.ts';
import { createTokenSource, isSecureTokenError } from '../../../packages/core/src/index.ts';

export const CDN = 'https://cdn.test';
export const FOLDER = `${CDN}/vod/7/`;
export const MASTER = `${FOLDER}master.m3u8`;
export const MEDIA = `${FOLDER}media.m3u8`;
export const ENDPOINT = 'https://api.test/token';
/** Unix seconds at which every fake clock starts. */
export const START = 1_800_000_000;

/** One call to the signing endpoint. */
export interface Call {
  readonly urls: string[];
  readonly reason: TokenReason;
  /** 1 is the first. */
  readonly index: number;
  /** Seconds since the test began. */
  readonly at: number;
  readonly init: RequestInit & { headers: Headers; signal: AbortSignal };
}
export type Answer = (call: Call) => unknown;

export const seconds = (): number => Date.now() / 1000;
export const elapsed = (): number => seconds() - START;

/** Advances the fake clock, with everything that is due in that time. Without an argument: with what is due now. */
export const advanceSeconds = async (time = 0): Promise<void> => {
  await vi.advanceTimersByTimeAsync(time * 1000);
};
// the real one: fake timers come later
const { setImmediate } = globalThis;
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

/** One token for a folder. */
export const folder =
  (lifetime = 300, prefix = FOLDER, more: Partial<Token> = {}): Answer =>
  ({ index }) => ({
    now: seconds(),
    tokens: [{ prefix, query: { st: `t${index}` }, expires: seconds() + lifetime, ...more }],
  });

/** One token for each URL asked for. */
export const each =
  (lifetime = 300, more: Partial<Token> = {}): Answer =>
  ({ index, urls }) => ({
    now: seconds(),
    tokens: urls.map((url) => ({ url, query: { st: `t${index}` }, expires: seconds() + lifetime, ...more })),
  });

export const fail =
  (status: number, headers: Record<string, string> = {}): Answer =>
  () =>
    new Response('{"title":"no"}', { status, headers });

/** An answer that takes `time` seconds. */
export const after =
  (time: number, answer: Answer): Answer =>
  (call) =>
    new Promise((resolve) =>
      setTimeout(() => {
        resolve(answer(call));
      }, time * 1000),
    );

/** The first calls are answered by the first answers, all others by the last. */
export const inTurn =
  (...answers: Answer[]): Answer =>
  (call) =>
    answers[Math.min(call.index, answers.length) - 1]!(call);

/** The details of all events, in one type. */
interface Detail {
  error: SecureTokenError;
  url: string;
  status: number;
  reason: TokenReason;
  urls: string[];
  expires: number;
  wait: number;
}

export interface Lab {
  readonly source: TokenSource;
  readonly calls: Call[];
  readonly events: (Detail & { type: TokenEventType; detail: Detail })[];
  /** Every URL asked for, call by call. */
  readonly asked: () => string[][];
  readonly reasons: () => TokenReason[];
  readonly types: () => string[];
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
  const source = createTokenSource({ endpoint: ENDPOINT, fetch, jitter: 0, random: () => 1, ...options });
  open.add(source);
  for (const type of ['tokenrenewed', 'tokenrefused', 'tokenerror', 'tokendenied'] as const) {
    source.addEventListener(type, (event) => events.push(event as never));
  }
  const result: Lab = {
    source,
    calls,
    events,
    answer,
    asked: () => calls.map(({ urls }) => urls),
    reasons: () => calls.map(({ reason }) => reason),
    types: () => events.map(({ type }) => type),
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

/** The default build for every test of a file that calls `fakeTime`: of thousands of viewers each would write the same line. */
export function asViewersHaveIt(): void {
  beforeEach(() => void vi.stubGlobal('__DEVELOPMENT__', false));
}

/** The token of a signed URL: the value of its parameter `st`. */
export const tokenOf = (request: SignedRequest | string | undefined): string | undefined => {
  const url = typeof request === 'string' ? request : request?.url;
  return url === undefined ? undefined : (/[?&]st=([^&#]*)/.exec(url)?.[1] ?? undefined);
};

/** The code with which `promise` rejects, or `undefined`. */
export const code = async (promise: Promise<unknown>): Promise<string | undefined> => {
  try {
    await promise;
    return undefined;
  } catch (error) {
    return isSecureTokenError(error) ? error.code : `not one of ours: ${String(error)}`;
  }
};

/** Follows a promise without waiting for it. */
export function watch<T>(promise: Promise<T>): {
  state: 'pending' | 'done' | 'failed';
  value?: T;
  error?: SecureTokenError;
} {
  const seen: ReturnType<typeof watch<T>> = { state: 'pending' };
  promise.then(
    (value) => Object.assign(seen, { state: 'done', value }),
    (error: unknown) => Object.assign(seen, { state: 'failed', error }),
  );
  return seen;
}

/**
 * Returns what `promise` has come to in the time that has passed. A promise that still waits would wait for ever, as no
 * more time passes, so the test fails at once.
 */
export async function ended<T>(promise: Promise<T>): Promise<T> {
  const seen = watch(promise);
  for (let turn = 0; turn < 20 && seen.state === 'pending'; turn++)
    await new Promise((resolve) => setImmediate(resolve));
  if (seen.state === 'pending') throw new Error('It still waits, after all the time that has passed.');
  return promise;
}

export const segment = (n: number): string => `${FOLDER}${n}.ts`;
export const range = (from: number, to: number, name = segment): string[] =>
  Array.from({ length: to - from + 1 }, (_, i) => name(from + i));
/** A media playlist of segments `from`…`to`. */
export const playlist = (from: number, to: number, end = true): string =>
  ['#EXTM3U', '#EXT-X-TARGETDURATION:4', `#EXT-X-MEDIA-SEQUENCE:${from}`]
    .concat(
      Array.from({ length: to - from + 1 }, (_, i) => `#EXTINF:4,\n${from + i}.ts`),
      end ? ['#EXT-X-ENDLIST'] : [],
    )
    .join('\n');

/** A player with a playlist in hand; calls are counted from here on. */
export async function playing(text: string, ...[answer = each(), options]: Parameters<typeof lab>): Promise<Lab> {
  const viewer = lab(answer, options);
  await viewer.source.sign(MEDIA);
  viewer.source.learn(MEDIA, hlsOrDash(text));
  await advanceSeconds();
  viewer.calls.length = 0;
  return viewer;
}
