import { optionsError } from './options-error.ts';
import { hook } from './options.ts';

/**
 * Reads the option `clock`: wraps it, and checks each value that it returns. With `NaN`, every comparison would say "not
 * expired". With seconds instead of milliseconds, no token would ever expire.
 *
 * @returns whole unix milliseconds: the fractions of a monotonic clock are cut off
 * @throws `ERR_OPTIONS` for a value that is not a function; the returned function throws it for a clock that counts in
 *   seconds, and for a value that is not a time
 */
export function checkedClock(clock: (() => number) | undefined, option: string): () => number {
  hook(clock, option);
  return () => {
    const now: unknown = clock ? clock() : Date.now();
    if (typeof now === 'number' && now >= 1e12 && now < 1e13) return Math.floor(now);
    throw optionsError(option, 'Return unix milliseconds, as Date.now does.', now);
  };
}

function logToConsole(error: unknown): void {
  // If a server answered 500 or 503 and logged nothing, its operator could not find the cause.
  // eslint-disable-next-line no-console
  console.error(error);
}

/**
 * Reads the option `onError`. A log that throws or rejects changes no response, and does not end the process.
 *
 * @throws `ERR_OPTIONS` for a value that is not a function
 */
export function errorLog(onError: ((error: unknown) => unknown) | undefined, option: string): (error: unknown) => void {
  hook(onError, option);
  const log = onError ?? logToConsole;
  return (error) => void new Promise((resolve) => resolve(log(error))).catch(() => undefined);
}

/**
 * Milliseconds after which a store of the app has failed. Clients of Redis queue commands as long as the connection is
 * down; a player waits ten seconds for the endpoint.
 */
const timeoutMs = 2000;

/**
 * Waits for the answer of a store of the app. A failure never lets a call through.
 *
 * @param name of the option, for the error
 * @throws the error of the store, and an `Error` after two seconds without an answer
 */
export async function storeAnswer<T>(name: string, answer: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const fail = (): void => reject(new Error(`${name}: the store did not answer within two seconds. Check it.`));
    timer = setTimeout(fail, timeoutMs);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

/**
 * Whether `value` is an object as braces or `JSON.parse` create it, in this realm or another. Lists, maps, promises and
 * instances of classes are not plain: their content may be in a place that no code here reads.
 */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (Object.prototype.toString.call(value) !== '[object Object]') return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  return (
    prototype === null || (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'hasOwnProperty'))
  );
}
