import { optionsError } from './options-error.ts';

/** The words in the messages of V8, JavaScriptCore and SpiderMonkey for a property that is missing. */
const HAS_NO_PROPERTY = /\bundefined\b|is not a function/;

/**
 * Calls a hook of the options that takes a `Request`, and explains the `TypeError` of a hook that was written for the
 * request of a framework. `request.session` is undefined in a `Request`, and the original message does not say why.
 *
 * @param name of the option
 */
export async function callHook<T>(name: string, hook: () => T | Promise<T>): Promise<T> {
  try {
    return await hook();
  } catch (error) {
    if (!(error instanceof TypeError && HAS_NO_PROPERTY.test(error.message))) throw error;
    throw new Error(
      `${name} threw a TypeError. It gets a Request of the Fetch API, not the request of a framework: there is no ` +
        "session, user or cookies in it. Read request.headers.get('cookie').",
      { cause: error },
    );
  }
}

/**
 * Wraps the `clock` of the options and checks each value that it returns. With `NaN`, every comparison would say "not
 * expired". With seconds instead of milliseconds, no token would ever expire.
 *
 * @param name of the option
 * @returns whole unix milliseconds: the fractions of a monotonic clock are cut off
 * @throws `ERR_OPTIONS` (the returned function) for a clock that counts in seconds, and for a value that is not a time
 */
export function checkedClock(clock: () => number = Date.now, name = 'clock'): () => number {
  return () => {
    const now: unknown = clock();
    if (typeof now === 'number' && now >= 1e12 && now < 1e13) return Math.floor(now);
    throw optionsError(name, 'Return unix milliseconds, as Date.now does.', now);
  };
}

function logToConsole(error: unknown): void {
  // If a server answered 500 or 503 and logged nothing, its operator could not find the cause.
  // eslint-disable-next-line no-console
  console.error(error);
}

function tellNobody(): void {
  // If the log itself fails, there is no other place to report the failure.
}

/** Wraps `onError` of the options, so that no handler sends another response because the log fails. */
export function errorLog(onError: (error: unknown) => unknown = logToConsole): (error: unknown) => void {
  return (error) => {
    try {
      // The rejection of an async `onError` would end the process if it were not caught.
      Promise.resolve(onError(error)).catch(tellNobody);
    } catch {
      tellNobody();
    }
  };
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
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
