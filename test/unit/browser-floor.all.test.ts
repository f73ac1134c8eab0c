import { ESLint } from 'eslint';
import { beforeAll, expect, test } from 'vitest';

/** Lines of a package for browsers, each with what ESLint finds in it. */
const lines: [line: string, found: string][] = [
  ['AbortSignal.timeout(1);', 'AbortSignal.timeout'],
  ['AbortSignal.any([]);', 'AbortSignal.any'],
  ['signal.throwIfAborted();', 'AbortSignal.throwIfAborted'],
  ['const { reason } = signal;', 'AbortSignal.reason'],
  ["target.addEventListener('a', () => 1, { signal });", 'AddEventListenerOptions.signal'],
  ["const options = { signal }; target.addEventListener('a', () => 1, options);", 'AddEventListenerOptions.signal'],
  ["new Error('a', { cause: 1 });", 'ErrorOptions.cause'],
  ['Object.fromEntries([]);', 'Object.fromEntries'],
  ["Object.hasOwn({}, 'a');", 'Object.hasOwn'],
  ["'a'.matchAll(/a/g);", 'String.matchAll'],
  ["'a'.replaceAll('a', 'b');", 'String.replaceAll'],
  ['list.at(-1);', 'Array.at'],
  ['Promise.allSettled([]);', 'Promise.allSettled'],
  ['structuredClone(list);', 'structuredClone'],
  ['crypto.randomUUID();', 'Crypto.randomUUID'],
  ['new TransformStream();', 'TransformStream'],
  ['target.missing?.(...list, 1);', 'Spread it last'],
  // Chrome 71 has these, or they are asked for first
  ['list.flatMap((it) => it); queueMicrotask(() => 1); signal.aborted;', ''],
  ['crypto.randomUUID?.(); typeof AbortSignal.timeout;', ''],
];

let messages: ESLint.LintResult['messages'];
beforeAll(async () => {
  const eslint = new ESLint({ ruleFilter: ({ ruleId }) => ruleId === 'browsers/floor' });
  const text = lines.map(([line]) => `{ ${line} }`).join('\n');
  const types =
    'signal: AbortSignal, target: EventTarget & { missing?(...all: unknown[]): void }, list: readonly number[]';
  // the name is that of a file which the program of ESLint has
  const [result] = await eslint.lintText(`export function lines(${types}): void {\n${text}\n}\n`, {
    filePath: 'packages/core/src/bounded-map.ts',
  });
  messages = result!.messages;
}, 120_000);

test.each(lines.map(([line, found], index) => ({ line, found, index })))(
  'ESLint finds what browsers of the README lack in "$line": $found',
  ({ found, index }) => {
    const told = messages.filter(({ line }) => line === index + 2).map(({ message }) => message);
    expect(told).toEqual(found ? [expect.stringContaining(found)] : []);
  },
);
