import type { PostedWorkerMessage } from './protocol.ts';

/** What this package uses of a service worker's global scope: the DOM library of TypeScript has no types for it. */
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

/** Those that the worker does not control, too: any page of this origin may help another. */
export const openPages = (): Promise<readonly WorkerClient[]> =>
  scope.clients.matchAll({ includeUncontrolled: true, type: 'window' });
