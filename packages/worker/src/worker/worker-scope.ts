import type { PostedWorkerMessage } from '../wire/protocol.ts';

/** The global scope of a service worker, as far as it is used here: TypeScript's DOM library has no types for it. */
export interface WorkerClient {
  readonly id: string;
  postMessage(message: PostedWorkerMessage, transfer?: Transferable[]): void;
}

interface WorkerScope {
  readonly clients: {
    get(id: string): Promise<WorkerClient | undefined>;
    matchAll(options: { includeUncontrolled?: boolean; type?: 'window' }): Promise<readonly WorkerClient[]>;
    claim(): Promise<void>;
  };
  readonly registration: ServiceWorkerRegistration;
  skipWaiting(): Promise<void>;
}

/** An `ExtendableEvent`, as far as it is used. */
export interface ExtendableEventLike {
  waitUntil(promise: Promise<unknown>): void;
}

/** A `FetchEvent`, as far as it is used. */
export interface FetchEventLike extends ExtendableEventLike {
  readonly request: Request;
  /** The page that asks. */
  readonly clientId: string;
  respondWith(response: Promise<Response> | Response): void;
}

export const scope: WorkerScope = globalThis as unknown as WorkerScope;

/**
 * Lets `work` go on beside what the worker answers. A browser that ends the worker may reject it, and nobody waits for
 * it.
 */
export const goOnBeside = (work: Promise<unknown>): void => void work.catch(() => undefined);

/** Resolves to all pages of this origin, also to those that the worker does not control: any may help another. */
export const openPages = (): Promise<readonly WorkerClient[]> =>
  scope.clients.matchAll({ includeUncontrolled: true, type: 'window' });
