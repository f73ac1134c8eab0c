/** The type that dash.js gives to a request for a manifest. */
export const MANIFEST = 'MPD';

/** The record that dash.js keeps of a request during its life, and puts into its metrics. */
interface RequestDetails {
  readonly type: string;
  /** The number of retries of this request until now. */
  readonly retryAttempts: number;
  /** When the request went out; the same object as `traces[0].s`. */
  startDate: Date;
  readonly traces: readonly { readonly s: Date }[];
  resourceTimingValues?: PerformanceEntry;
}

/** A report of progress: an event of an XMLHttpRequest, or a similar object of FetchLoader. */
export interface LoadProgress {
  readonly target?: EventTarget | null;
  /** The duration of the load, in ms; if it is missing, dash.js measures it. */
  time?: number | null;
  /** Whether dash.js leaves the request out of its measurement of throughput. */
  readonly noTrace?: boolean;
}

/** The callbacks by which a loader reports to dash.js, and by which dash.js stops the loader. */
interface LoadHandlers {
  /** Absent if a part of dash.js calls a loader directly, for the callback of an event. */
  readonly request?: RequestDetails;
  onprogress?: ((event: LoadProgress) => void) | undefined;
  onloadend?: (() => void) | undefined;
  onabort?: (() => void) | undefined;
  ontimeout?: ((event: LoadProgress) => void) | undefined;
  /** Set by the loader. */
  abort?: (() => void) | undefined;
}

/** A request as dash.js hands it to a loader (its `CommonMediaRequest`). */
export interface LoaderRequest {
  url: string;
  readonly headers?: Record<string, string>;
  readonly credentials?: string | undefined;
  readonly customData: LoadHandlers;
}

/** A response as a loader writes it (a part of dash.js's `CommonMediaResponse`). */
export interface LoaderAnswer {
  status: number;
  statusText?: string;
  url?: string;
  headers?: Record<string, string>;
  data?: unknown;
}

export interface LoaderResponse extends LoaderAnswer {
  /** Absent if dash.js measures nothing. */
  readonly resourceTiming?: { startTime: number };
}

export type Load = (request: LoaderRequest, answer: LoaderAnswer) => unknown;
