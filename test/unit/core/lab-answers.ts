import type { Token, TokenRequest } from 'secure-token-core';
import { seconds } from './lab-time.ts';
import { FOLDER } from './lab-urls.ts';

/** One call to the signing endpoint: the first has index 1; `at` is in seconds since the test began. */
export interface Call extends Omit<TokenRequest, 'signal'> {
  readonly urls: string[];
  readonly index: number;
  readonly at: number;
  readonly init: RequestInit & { headers: Headers; signal: AbortSignal };
}
export type Answer = (call: Call) => unknown;

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
