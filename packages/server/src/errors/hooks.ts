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
  const log: (error: unknown) => unknown = onError ?? logToConsole;
  return (error) => void new Promise((resolve) => resolve(log(error))).catch(() => undefined);
}

/** The words of V8, JavaScriptCore and SpiderMonkey about a member that is missing. */
const memberIsMissing = /\bundefined\b|is not a function/;

/**
 * Calls a hook of the options that gets a `Request`, and explains the `TypeError` of one that was written for the request
 * of a framework: a `Request` has no `session`, and the message of the engine does not say why.
 *
 * @param name of the option
 * @throws the error of the hook, or an `Error` with this `TypeError` as its cause
 */
export async function callHook<T>(name: string, hook: () => T | Promise<T>): Promise<T> {
  try {
    return await hook();
  } catch (error) {
    if (!(error instanceof TypeError && memberIsMissing.test(error.message))) throw error;
    throw new Error(
      `${name} threw a TypeError. It gets a Request of the Fetch API, not the request of a framework: there is no ` +
        "session, user or cookies in it. Read request.headers.get('cookie').",
      { cause: error },
    );
  }
}

/**
 * Checks that a handler, or a method of `Sessions`, was called with a `Request`. With the arguments of Node, Express or
 * Hono, it would wait for ever, or fail without naming the cause. Only the members that are used are checked, because a
 * `Request` of another library or another realm is valid too.
 *
 * @throws `ERR_OPTIONS`
 */
export function checkRequest(request: unknown): void {
  const { method, url, headers } = (request ?? {}) as Partial<Request>;
  if (typeof method === 'string' && typeof url === 'string' && typeof headers?.get === 'function') return;
  throw optionsError(
    'request',
    'This is not a Request of the Fetch API, which is needed here. For node:http, Express and Fastify wrap your handler: ' +
      'toNodeHandler(token). In Hono give context.req.raw.',
  );
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
