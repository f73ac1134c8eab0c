import type { LoadProgress, LoaderRequest, LoaderResponse } from './loader.ts';

/**
 * The times of a request. dash.js measures latency and throughput from the moment at which it has decided on a request,
 * and exposes the dates for that only later: this class corrects them where they become accessible.
 */
export class RequestTimes {
  readonly #request: LoaderRequest;
  readonly #response: LoaderResponse;
  /** The `performance.now()` that belongs to `resourceTiming.startTime` of the response. */
  #startedAt = performance.now();
  /** Unix ms. */
  #sentAt = Date.now();
  #hasProgressed = false;

  constructor(request: LoaderRequest, response: LoaderResponse) {
    this.#request = request;
    this.#response = response;
  }

  /** Notes that the request goes out now. */
  sent(): void {
    const now = performance.now();
    // `startTime` is a date in dash.js 5.0, and a time of `performance` in later versions
    const { resourceTiming } = this.#response;
    if (resourceTiming) resourceTiming.startTime += now - this.#startedAt;
    this.#startedAt = now;
    this.#sentAt = Date.now();
  }

  /** Corrects `event` before dash.js gets it: dash.js would measure the first one from before the wait. */
  beforeProgress(event: LoadProgress): void {
    if (event.noTrace || this.#hasProgressed) return;
    this.#hasProgressed = true;
    event.time ??= Math.max(1, Date.now() - this.#sentAt);
  }

  afterProgress(): void {
    this.#request.customData.request?.traces[0]?.s.setTime(this.#sentAt);
  }

  /** Corrects the start after dash.js has processed the end of the request. */
  afterEnd(): void {
    this.#request.customData.request?.startDate.setTime(this.#sentAt);
  }

  /**
   * Calls `end` so that dash.js finds the measurement of the browser: dash.js looks for the first entry with the URL of
   * its request. Replaces that entry by the one of the last request, with the unsigned URL.
   */
  withEntriesOf(signedUrl: string, end: () => void): void {
    const { customData, url } = this.#request;
    this.#request.url = signedUrl;
    end();
    this.#request.url = url;
    const details = customData.request;
    if (!details?.resourceTimingValues) return;
    const entry = performance.getEntriesByName(signedUrl, 'resource').at(-1) ?? details.resourceTimingValues;
    details.resourceTimingValues = Object.assign(entry.toJSON() as PerformanceEntry, { name: url });
  }
}
