/**
 * One request as the browser made it.
 * @typedef {object} RequestRecord
 * @property {'signing' | 'playlist' | 'segment' | 'other'} kind
 * @property {string} url without token
 * @property {string} label the end of its path
 * @property {number} status 0 if the browser got no answer or the player gave up
 * @property {'ok' | 'refused' | 'failed'} result
 * @property {boolean} isByHand of the player without the plugin
 * @property {boolean} isReplay the plugin has sent it again, because the one before was refused
 * @property {string} token how the token begins, never more
 * @property {number} start ms, on the clock of `performance.now()`
 * @property {number} end
 */

/**
 * Tells replays from other requests: the plugin sends a refused one again, once, unless it has shown the player the
 * refusal.
 */
function createReplays() {
  /** URLs whose last request was refused, and whose replay is to come. @type {Set<string>} */
  const due = new Set();
  /** Times at which the plugin gave URLs up, on the clock of `performance.now()`. @type {Map<string, number>} */
  const givenUp = new Map();
  let allGivenUp = -Infinity;

  return {
    /** Takes note of a request that has ended, and returns whether it was a replay. @type {(url: string, isRefused: boolean, end: number) => boolean} */
    note(url, isRefused, end) {
      const isReplay = due.delete(url);
      // the browser tells of a request a moment after it has ended: the plugin may have given up by then
      const isOver = end < Math.max(allGivenUp, givenUp.get(url) ?? -Infinity);
      if (isRefused && !isReplay && !isOver) due.add(url);
      return isReplay;
    },
    /** Notes that the plugin sends this URL no more, or no URL at all. @param {string} [url] */
    giveUp(url) {
      if (url === undefined) {
        due.clear();
        allGivenUp = performance.now();
      } else {
        due.delete(url);
        givenUp.set(url, performance.now());
      }
    },
  };
}

/**
 * Reports every request to the edge and to the signing endpoint. They come from the browser's own resource timing, so
 * nothing is wrapped, and a request that the plugin sent twice shows up twice.
 * @param {{ app: string, edge: string, unsign: (url: string) => string }} options
 * @param {(record: RequestRecord) => void} onRequest
 * @returns {(url?: string) => void} to be called when the player has seen a refusal, of this URL or of all: what it asks
 *   for next is no replay
 */
export function observeRequests({ app, edge, unsign }, onRequest) {
  const replays = createReplays();
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const timing = /** @type {PerformanceResourceTiming} */ (entry);
      const { name, startTime, responseEnd } = timing;
      const isByHand = [app, edge].some((server) => name.startsWith(`${server}/by-hand/`));
      const isSigning = name.startsWith(`${app}/token`) || name.startsWith(`${app}/by-hand/token`);
      if (!name.startsWith(`${edge}/`) && !isSigning) continue;
      const status = statusOf(timing);
      const url = isByHand ? name : unsign(name);
      const result = resultOf(status);
      const { pathname } = new URL(url);
      onRequest({
        kind: isSigning ? 'signing' : kindOf(pathname),
        url,
        label: isSigning ? `POST ${pathname}` : labelOf(pathname),
        status,
        result,
        isByHand,
        isReplay: !isSigning && !isByHand && replays.note(url, result === 'refused', responseEnd),
        token: beginningOfToken(name, url),
        start: startTime,
        end: responseEnd,
      });
    }
  });
  observer.observe({ type: 'resource', buffered: false });
  return replays.giveUp;
}

/**
 * The status of the answer, 0 if there was none. The servers tell it in a header, because WebKit has no `responseStatus`.
 * @type {(timing: PerformanceResourceTiming) => number}
 */
const statusOf = ({ serverTiming = [] }) =>
  Number(serverTiming.find(({ name }) => name === 'status')?.description ?? 0);

/** @type {(status: number) => RequestRecord['result']} */
function resultOf(status) {
  if (status >= 200 && status < 400) return 'ok';
  return [401, 403, 410].includes(status) ? 'refused' : 'failed';
}

/** @type {(pathname: string) => RequestRecord['kind']} */
function kindOf(pathname) {
  if (/\.(m3u8|mpd)$/.test(pathname)) return 'playlist';
  return /\.(ts|m4s|mp4)$/.test(pathname) ? 'segment' : 'other';
}

/** `/film/ts/hi/r3/s004.ts` is `hi/r3/s004.ts`. @type {(pathname: string) => string} */
export const labelOf = (pathname) => pathname.split('/').slice(-3).join('/').replace(/^\//, '');

/**
 * Returns the beginning of the token that the plugin added to the URL: enough to see that the token changes.
 * @type {(signed: string, url: string) => string}
 */
function beginningOfToken(signed, url) {
  const plain = new URL(url).searchParams;
  const [name, value] = [...new URL(signed).searchParams].find(([key]) => !plain.has(key)) ?? [];
  return name === undefined || value === undefined ? '' : `${name}=${value.slice(0, 4)}…`;
}
