import { edgeRefusal } from '../edge/edge-refusal.ts';
import { isOptionsError } from '../errors/options-error.ts';
import { preflight } from '../http/cors.ts';
import { judgeUrl } from '../url/judged-url.ts';
import { readFirewallArgs } from './firewall-args.ts';
import type { FirewallOptions } from './firewall-args.ts';
import type { FirewallEvent } from './firewall-event.ts';

const methods = 'GET, HEAD, OPTIONS';

/**
 * Returns the answer to a request that gets no content: 403, or 410 for a genuine token that has expired, readable by
 * the page. Returns `undefined` to let the request through. If the arguments cannot work, above all if the secret is
 * missing, every request gets a 500.
 *
 * Does not use `event.deny()`: without CORS headers, a player sees status 0 and takes it for a lost network.
 */
export function firewallAnswer(event: FirewallEvent, nowMs: number): Response | undefined {
  const { request, args, console } = event;
  try {
    return judge(request, readFirewallArgs(args), nowMs);
  } catch (error) {
    // An error that is thrown on would leave the request without an outcome, and Azion would decide what happens to it.
    console?.error?.(
      isOptionsError(error)
        ? (error as Error).message
        : 'The arguments or the request could not be read. Check the JSON of the arguments.',
    );
    return edgeRefusal(request, 500, { cors: { origins: '*' }, nowMs });
  }
}

function judge(request: Request, { format, isProtected, cors }: FirewallOptions, nowMs: number): Response | undefined {
  // Refuse a path with more than one reading whatever the rules say: no rule could tell which reading it means.
  const judged = judgeUrl(new URL(request.url));
  if (!judged) return edgeRefusal(request, 403, { cors, nowMs });
  if (!isProtected(judged)) return undefined;
  if (request.method === 'OPTIONS') return preflight(request, cors, methods);
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return edgeRefusal(request, 405, { cors, nowMs, headers: { Allow: methods } });
  }
  const verdict = format.verify(request, Math.floor(nowMs / 1000));
  return verdict.ok ? undefined : edgeRefusal(request, verdict.status, { cors, nowMs });
}
