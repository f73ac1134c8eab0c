import type { ShakaError } from './shaka-errors.ts';
import { abortedError, timeoutError } from './shaka-errors.ts';
import type { EngineClass, Operation } from './shaka-types.ts';

/** `shaka.util.FakeEvent`, of whichever copy of Shaka. */
type EventClass = new (type: string, members: ReadonlyMap<string, unknown>) => Event;

/** A scheme of nobody. */
const SCHEME = 'secure-token-event';

/** Retry parameters of a request that fails at once, and for good. */
const RETRY_PARAMETERS = {
  maxAttempts: 1,
  baseDelay: 0,
  backoffFactor: 1,
  fuzzFactor: 0,
  timeout: 0,
  stallTimeout: 0,
  connectionTimeout: 0,
};

/** The configuration that Shaka 5 expects a player to have set. */
const CONFIGURATION = { forceHTTP: false, forceHTTPS: false, minBytesForProgressEvents: 0 };

const failingWith = (error: ShakaError): Operation => {
  const promise = Promise.reject(error);
  promise.catch(() => undefined);
  const operation: Operation = { promise, abort: () => Promise.resolve(), finally: () => operation };
  return operation;
};

/**
 * Finds the class of the events of a copy of Shaka. Where Shaka was imported as a module, no name leads to it: it is
 * the class of an event that an engine of our own dispatches, for a request that never leaves it.
 * @returns `undefined` if the engine dispatches none
 */
async function findEventClass(engineClass: EngineClass): Promise<EventClass | undefined> {
  let found: EventClass | undefined;
  const failure = timeoutError(await abortedError(engineClass));
  engineClass.registerScheme(SCHEME, () => failingWith(failure));
  const engine = new engineClass();
  engine.dispatchEvent = ({ constructor }) => {
    found = constructor as EventClass;
    return true;
  };
  try {
    const { configure } = engine as Partial<typeof engine>;
    configure?.call(engine, CONFIGURATION as never);
    const request = { uris: [`${SCHEME}:`], retryParameters: RETRY_PARAMETERS };
    await engine.request(engineClass.RequestType.APP, request as never).promise;
  } catch {
    // as it has to: the event comes before that
  } finally {
    engineClass.unregisterScheme(SCHEME);
    await engine.destroy();
  }
  return found;
}

/** The events of a copy of Shaka. */
class EventMaker {
  #eventClass: EventClass | undefined;

  constructor(engineClass: EngineClass) {
    findEventClass(engineClass).then(
      (found) => (this.#eventClass = found),
      // of a version that is not known: see below
      () => undefined,
    );
  }

  /**
   * An event that a player of Shaka can dispatch. It writes into it, which it could not into one of the browser; in the
   * builds for development it asserts that the event is of its own class. A copy that was met a moment ago, or has no
   * such class, gets an object with the same members.
   */
  make(type: string, detail: object): Event {
    const members = { ...detail, detail };
    if (this.#eventClass) return new this.#eventClass(type, new Map(Object.entries(members)));
    return { ...members, type, bubbles: false, cancelable: false, defaultPrevented: false } as never;
  }
}

const makers = new WeakMap<EngineClass, EventMaker>();

/** The maker of events for the copy of Shaka that `engineClass` is of. */
export function eventMaker(engineClass: EngineClass): EventMaker {
  const maker = makers.get(engineClass) ?? new EventMaker(engineClass);
  makers.set(engineClass, maker);
  return maker;
}
