import { afterAll, vi } from 'vitest';
import { WatchedTimers } from './watch-timers.ts';

/**
 * Unit tests share a process with the files before them, so each file has to leave it as it was. What Vitest replaced
 * is put back here at the end of a file, for a file that forgets it, and so is what sources keep for a whole page, such
 * as the tokens that requests carry. What a file replaced by hand fails that file, and not one of another subject that
 * happens to run behind it.
 */

/** Those of tools, which are made once in a process: Vitest's and Vite's, and of libraries (AWS's among them). */
const isOfTools = (name: string): boolean => /^(?:__|@@|awslambda$)/.test(name) && name !== '__DEVELOPMENT__';
/** Node warns of who reads them. */
const unread: ReadonlySet<string> = new Set(['localStorage', 'sessionStorage']);

/** What a test could replace for all that follow it, by name. */
const replaceable = (): Map<string, unknown> => {
  // `process.env` itself too: Vitest would go on to stub what is in the first one
  const found = new Map<string, unknown>([['process.env', process.env]]);
  // Values, since Node makes many of them when they are first read.
  for (const name of Object.getOwnPropertyNames(globalThis))
    if (!isOfTools(name) && !unread.has(name)) found.set(name, Reflect.get(globalThis, name));
  for (const [name, value] of Object.entries(console)) found.set(`console.${name}`, value);
  for (const [name, value] of Object.entries(process.env)) found.set(`process.env.${name}`, value);
  for (const event of process.eventNames())
    found.set(`listeners of process to ${String(event)}`, process.listenerCount(event));
  return found;
};

/** The next file imports sources of its own. What copies of them share in a page is under symbols of ours. */
const forgetPage = (): void => {
  vi.resetModules();
  for (const symbol of Object.getOwnPropertySymbols(globalThis))
    if (symbol.description?.startsWith('secure-token:')) Reflect.deleteProperty(globalThis, symbol);
};

const timers = new WatchedTimers();
const before = replaceable();

afterAll(async () => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  forgetPage();
  const after = replaceable();
  const changed = [...new Set([...before.keys(), ...after.keys()])].filter(
    (name) => !Object.is(before.get(name), after.get(name)),
  );
  const places = await timers.end();
  if (changed.length > 0)
    throw new Error(`Other files would run with what this file has changed: ${changed.join(', ')}`);
  if (places.length > 0)
    throw new Error(
      `Other files would run with timers of this file, set at ${places.join(', ')}. Destroy its sources.`,
    );
});
