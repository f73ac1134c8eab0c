/**
 * One request as the browser made it.
 * @typedef {object} RequestRecord
 * @property {'signing' | 'playlist' | 'segment' | 'other'} kind
 * @property {string} url without token
 * @property {string} label the end of its path
 * @property {number} status 0 if the browser got no answer or the player gave up
 * @property {'ok' | 'refused' | 'failed'} result
 * @property {boolean} isReplay the last request for this URL was refused a moment ago
 * @property {string} token how the token begins, never more
 * @property {number} start ms, on the clock of `performance.now()`
 * @property {number} end
 */

/** A request for the same URL within this time of a refusal is its replay. In ms. */
const replayWithin = 15_000;

/**
 * Reports every request to the edge and to the signing endpoint. They come from the browser's own resource timing, so
 * nothing is wrapped, and a request that the plugin sent twice shows up twice.
 * @param {{ app: string, edge: string, unsign: (url: string) => string }} options
 * @param {(record: RequestRecord) => void} onRequest
 */
export function observeRequests({ app, edge, unsign }, onRequest) {
  /** When a URL was last refused. @type {Map<string, number>} */
  const refusedAt = new Map();
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { name, responseStatus: status, startTime, responseEnd } = /** @type {PerformanceResourceTiming} */ (entry);
      const isSigning = name.startsWith(`${app}/token`);
      if (!name.startsWith(`${edge}/`) && !isSigning) continue;
      const url = unsign(name);
      const result = resultOf(status);
      const isReplay = startTime - (refusedAt.get(url) ?? -Infinity) < replayWithin;
      if (result === 'refused') refusedAt.set(url, responseEnd);
      else refusedAt.delete(url);
      const { pathname } = new URL(url);
      onRequest({
        kind: isSigning ? 'signing' : kindOf(pathname),
        url,
        label: isSigning ? `POST ${pathname}` : labelOf(pathname),
        status,
        result,
        isReplay,
        token: beginningOfToken(name, url),
        start: startTime,
        end: responseEnd,
      });
    }
  });
  observer.observe({ type: 'resource', buffered: false });
}

/** @type {(status: number) => RequestRecord['result']} */
function resultOf(status) {
  if (status >= 200 && status < 400) return 'ok';
  return [401, 403, 410].includes(status) ? 'refused' : 'failed';
}

/** @type {(pathname: string) => RequestRecord['kind']} */
function kindOf(pathname) {
  if (pathname.endsWith('.m3u8')) return 'playlist';
  return /\.(ts|m4s|mp4)$/.test(pathname) ? 'segment' : 'other';
}

/** `/film/ts/hi/r3/s004.ts` is `hi/r3/s004.ts`. @type {(pathname: string) => string} */
export const labelOf = (pathname) => pathname.split('/').slice(-3).join('/').replace(/^\//, '');

/**
 * What the plugin added to the URL, cut short: enough to see that it changes.
 * @type {(signed: string, url: string) => string}
 */
function beginningOfToken(signed, url) {
  const plain = new URL(url).searchParams;
  const [name, value] = [...new URL(signed).searchParams].find(([key]) => !plain.has(key)) ?? [];
  return name === undefined || value === undefined ? '' : `${name}=${value.slice(0, 4)}…`;
}
