import type { LoadProgress, LoaderRequest, LoaderResponse } from './loader.ts';

/**
 * When a request went out. dash.js measures latency and throughput from the moment at which it has decided on a
 * request, and hands out the dates that it measures with only later: they are set right where they come to light.
 */
export class RequestTimes {
  readonly #request: LoaderRequest;
  readonly #response: LoaderResponse;
  /** As `performance.now()`: what the start of the response was measured at. */
  #startedAt = performance.now();
  /** Unix ms. */
  #sentAt = Date.now();
  #hasProgressed = false;

  constructor(request: LoaderRequest, response: LoaderResponse) {
    this.#request = request;
    this.#response = response;
  }

  /** The request goes out now. */
  sent(): void {
    const now = performance.now();
    // a date in dash.js 5.0, a time of `performance` since then
    const { resourceTiming } = this.#response;
    if (resourceTiming) resourceTiming.startTime += now - this.#startedAt;
    this.#startedAt = now;
    this.#sentAt = Date.now();
  }

  /** Before dash.js hears of `event`: it would measure the first one from before the wait. */
  beforeProgress(event: LoadProgress): void {
    if (event.noTrace || this.#hasProgressed) return;
    this.#hasProgressed = true;
    event.time ??= Math.max(1, Date.now() - this.#sentAt);
  }

  afterProgress(): void {
    this.#request.customData.request?.traces[0]?.s.setTime(this.#sentAt);
  }

  /** After dash.js has taken in the end of the request. */
  afterEnd(): void {
    this.#request.customData.request?.startDate.setTime(this.#sentAt);
  }

  /**
   * Lets `end` find what the browser has measured: dash.js looks for the first entry with the URL of its request. What
   * it hands on has the unsigned URL, and is of the last request.
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
