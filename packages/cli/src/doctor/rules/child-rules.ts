import { finding } from '../finding.ts';
import type { Finding } from '../finding.ts';
import { isAnswer } from '../observations.ts';
import type { ChildObservations, Observations } from '../observations.ts';
import { isRefused, isServed } from './answers.ts';
import { corsProblem } from './cors.ts';
import { isMixedContent } from './mixed-content.ts';

/** Finds problems of the files that a playlist names. */
export function childFindings({ edge, children, page }: Observations): Finding[] {
  const isProtected = isRefused(edge.withoutToken);
  // this problem is already reported for the playlist
  const isUnreadable = isServed(edge.good) && corsProblem(edge.good, page, edge.travel.cookies) !== undefined;
  return children.flatMap((child) => {
    const { url, kind, good, withoutToken, source, isDenied } = child;
    if (isMixedContent(url, edge.url) || isMixedContent(url, page.origin)) return [finding('child-insecure', url)];
    const { origin } = new URL(url);
    if (origin !== new URL(edge.url).origin) return [elsewhere(child, origin)];
    const found: Finding[] = [];
    if (isRefused(good))
      found.push(finding('child-refused', url, { status: good.status, kind, how: `with a valid token, ${source}` }));
    if (isDenied && isRefused(withoutToken)) {
      const how = 'for which the endpoint sends no token';
      found.push(finding('child-refused', url, { status: withoutToken.status, kind, how }));
    }
    if (isAnswer(good) && good.status === 404) found.push(finding('child-not-found', url, { status: 404, kind }));
    if (isProtected && isServed(withoutToken)) found.push(finding('child-open', url, { kind }));
    const why = isServed(good) ? corsProblem(good, page, edge.travel.cookies) : undefined;
    if (why !== undefined && !isUnreadable) found.push(finding('edge-cors-missing', url, { origin: page.origin, why }));
    return found;
  });
}

function elsewhere(child: ChildObservations, origin: string): Finding {
  const { url, kind, good, withoutToken, isDenied } = child;
  if (isServed(good) && !isDenied && !isServed(withoutToken))
    return finding('child-on-second-host', url, { kind, origin });
  return finding('child-other-host', url, { kind, origin, how: howItFares(child) });
}

function howItFares({ isDenied, good, withoutToken }: ChildObservations): string {
  if (isServed(withoutToken)) return 'another origin, which serves the file without a token';
  if (isDenied) return 'another origin, for which the endpoint sends no token';
  const outcome = good ?? withoutToken;
  if (isAnswer(outcome)) return `another origin, which answers ${outcome.status}`;
  return outcome ? `another origin, which does not answer (${outcome.failure})` : 'another origin';
}
