/** What this package uses of a service worker's global scope: the DOM library of TypeScript has no types for it. */
export interface WorkerClient {
  readonly id: string;
  postMessage(message: unknown, transfer?: Transferable[]): void;
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

/** A `FetchEvent`, as far as it is used. */
export interface FetchEventLike {
  readonly request: Request;
  /** The page that asks. */
  readonly clientId: string;
  respondWith(response: Promise<Response> | Response): void;
  waitUntil(promise: Promise<unknown>): void;
}

export const scope: WorkerScope = globalThis as unknown as WorkerScope;
