import { canonicalUrl } from '../canonical-url.ts';
import { preflight } from '../cors-headers.ts';
import type { CorsOptions } from '../cors-options.ts';
import { edgeRefusal } from '../edge-refusal.ts';
import { readFirewallArgs } from './firewall-args.ts';
import type { FirewallArgs } from './firewall-args.ts';

const methods = 'GET, HEAD, OPTIONS';

/**
 * The answer to a request that may not go on, or `undefined` for one that may. Whatever is wrong with the arguments is a
 * 500 for every request: an edge without a secret lets nothing through.
 *
 * @param report gets what is wrong; it never holds a secret
 */
export function judgeFirewallRequest(
  request: Request,
  args: FirewallArgs | undefined,
  { nowMs, report }: { nowMs: number; report: (message: string) => void },
): Response | undefined {
  try {
    return judge(request, args, nowMs);
  } catch (error) {
    report(error instanceof Error ? error.message : String(error));
    return edgeRefusal(request, 500, { cors: { origins: '*' }, nowMs });
  }
}

function judge(request: Request, args: FirewallArgs | undefined, nowMs: number): Response | undefined {
  const { format, isProtected } = readFirewallArgs(args);
  const cors: CorsOptions = args?.cors ?? { origins: '*' };
  const refuse = (status: number, headers: Record<string, string> = {}): Response =>
    edgeRefusal(request, status, { cors, nowMs, headers });
  const canonical = canonicalUrl(new URL(request.url));
  if (canonical === undefined) return refuse(403);
  if (!isProtected(new URL(canonical))) return undefined;
  if (request.method === 'OPTIONS') return preflight(request, cors, methods);
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405, { Allow: methods });
  const verdict = format.verify(request, Math.floor(nowMs / 1000));
  return verdict.ok ? undefined : refuse(verdict.status);
}
