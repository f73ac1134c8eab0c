import type { WorkerMessage } from '../wire/messages.ts';

/**
 * A page, as a worker sees it. This file declares what is used here of a service worker's global scope, because
 * TypeScript's DOM library has no types for it.
 */
export interface WorkerClient {
  readonly id: string;
  postMessage(message: WorkerMessage, transfer?: Transferable[]): void;
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

/** The part of an `ExtendableEvent` that is used here. */
export interface ExtendableEventLike {
  waitUntil(promise: Promise<unknown>): void;
}

/** The part of a `FetchEvent` that is used here. */
export interface FetchEventLike extends ExtendableEventLike {
  readonly request: Request;
  /** The id of the page that makes the request. */
  readonly clientId: string;
  respondWith(response: Promise<Response> | Response): void;
}

export const scope: WorkerScope = globalThis as unknown as WorkerScope;

/** Lets `work` run, and does not wait for it. Ignores its rejection: a browser that stops the worker may reject it. */
export const goOnBeside = (work: Promise<unknown>): void => void work.catch(() => undefined);

/**
 * Resolves to all pages of this origin, including those that the worker does not control: any page may sign for
 * another.
 */
export const openPages = (): Promise<readonly WorkerClient[]> =>
  scope.clients.matchAll({ includeUncontrolled: true, type: 'window' });
