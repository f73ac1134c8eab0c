import type { ShakaError } from './shaka-errors.ts';
import { abortedError, timeoutError } from './shaka-errors.ts';
import type { EngineClass, Operation } from './shaka-types.ts';

/** The class `shaka.util.FakeEvent` of any copy of Shaka. */
type EventClass = new (type: string, members: ReadonlyMap<string, unknown>) => Event;

/** A scheme that nothing else uses. */
const SCHEME = 'secure-token-event';

/** Retry parameters of a request that fails at once, without a retry. */
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
 * Finds the class of the events of a copy of Shaka. If Shaka was imported as a module, no global name leads to that
 * class. So this function creates an engine, makes a request that never leaves the engine, and takes the class of the
 * event that the engine dispatches for it.
 * @returns `undefined` if the engine dispatches no event
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
    // expected: the request always fails, after the event
  } finally {
    engineClass.unregisterScheme(SCHEME);
    await engine.destroy();
  }
  return found;
}

/** Makes events for a copy of Shaka. */
class EventMaker {
  #eventClass: EventClass | undefined;

  constructor(engineClass: EngineClass) {
    findEventClass(engineClass).then(
      (found) => (this.#eventClass = found),
      // fails for an unknown version: then `make` returns a plain object
      () => undefined,
    );
  }

  /**
   * Returns an event that a player of Shaka can dispatch. The player writes into the event, which an event of the
   * browser does not allow; development builds of Shaka assert that the event is of their own class. While the class is
   * not known yet, or if the copy of Shaka has no such class, this returns an object with the same members.
   */
  make(type: string, detail: object): Event {
    const members = { ...detail, detail };
    if (this.#eventClass) return new this.#eventClass(type, new Map(Object.entries(members)));
    return { ...members, type, bubbles: false, cancelable: false, defaultPrevented: false } as never;
  }
}

const makers = new WeakMap<EngineClass, EventMaker>();

/** Returns the maker of events for the copy of Shaka to which `engineClass` belongs. */
export function eventMaker(engineClass: EngineClass): EventMaker {
  const maker = makers.get(engineClass) ?? new EventMaker(engineClass);
  makers.set(engineClass, maker);
  return maker;
}
