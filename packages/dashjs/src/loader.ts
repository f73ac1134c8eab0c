/** The type of a request for a manifest, in dash.js. */
export const MANIFEST = 'MPD';

/** The record that dash.js keeps of a request, for as long as that lives: it goes into its metrics. */
export interface RequestDetails {
  readonly type: string;
  /** The number of times that dash.js has tried this request again. */
  readonly retryAttempts: number;
  /** When it went out; the same object as `traces[0].s`. */
  startDate: Date;
  readonly traces: readonly { readonly s: Date }[];
  resourceTimingValues?: PerformanceEntry;
}

/** An XMLHttpRequest reports its own events, FetchLoader objects like them. */
export interface LoadProgress {
  readonly target?: EventTarget | null;
  /** The duration of the load, in ms; without, dash.js measures it. */
  time?: number | null;
  /** Whether dash.js leaves the request out of its throughput. */
  readonly noTrace?: boolean;
}

/** The callbacks by which a loader tells dash.js what happens, and is told to stop. */
interface LoadHandlers {
  /** Absent where a part of dash.js calls a loader by itself: for the callback of an event. */
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
  /** Absent where nothing is measured. */
  readonly resourceTiming?: { startTime: number };
}

export type Load = (request: LoaderRequest, answer: LoaderAnswer) => unknown;
