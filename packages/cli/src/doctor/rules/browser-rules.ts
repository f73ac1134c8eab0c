import { finding } from '../finding.ts';
import type { Finding } from '../finding.ts';
import type { BrowserObservations } from '../observations.ts';

/** @param url the URL that was played, without query and without token */
export function browserFindings(browser: BrowserObservations, url: string): Finding[] {
  if ('unavailable' in browser) return [finding('browser-unavailable', url, { why: browser.unavailable })];
  const { hasPicture, failure, blocked, isMixed, refusals, patience, decodesH264 } = browser;
  const found = Object.entries(blocked)
    // a player that may not start a worker works without one
    .filter(([directive]) => !hasPicture || directive !== 'worker-src')
    .map(([directive, what]) => finding('browser-csp', url, { directive, what }));
  if (isMixed) found.push(finding('browser-mixed-content', url));
  if (refusals.length > 0)
    found.push(
      finding('browser-refused', url, { count: refusals.length, statuses: [...new Set(refusals)].join(', ') }),
    );
  if (hasPicture) return found;
  if (found.length === 0 && !decodesH264) {
    const why = 'this Chromium does not decode H.264. Install Chrome, or set CHROMIUM_PATH to a browser that does';
    return [finding('browser-unavailable', url, { why })];
  }
  const why = failure === '' ? 'the player still waits' : failure;
  return [...found, finding('browser-no-picture', url, { seconds: patience, why })];
}
