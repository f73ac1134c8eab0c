import { inOrder } from './finding.ts';
import type { Finding } from './finding.ts';
import { isAnswer } from './observations.ts';
import type { Observations } from './observations.ts';
import { browserFindings } from './rules/browser-rules.ts';
import { childFindings } from './rules/child-rules.ts';
import { edgeFindings, edgeOffset } from './rules/edge-rules.ts';
import { endpointFindings, endpointOffset } from './rules/endpoint-rules.ts';

/** Derives the findings from the observations, causes first. Sends no request. */
export function diagnose(observations: Observations): Finding[] {
  const { edge, endpoint, browser } = observations;
  return inOrder([
    ...(endpoint ? endpointFindings(endpoint, observations, edgeOffset(edge)) : []),
    ...edgeFindings(observations, endpoint && endpointOffset(endpoint)),
    ...childFindings(observations),
    ...(browser ? browserFindings(browser, edge.url) : []),
  ]);
}

/**
 * Returns the exit status: 0 if there are only notes or no findings, 1 for an error or a warning, 2 if neither the edge
 * nor the endpoint answered.
 */
export function exitStatus(findings: readonly Finding[], { edge, endpoint }: Observations): 0 | 1 | 2 {
  if (!isAnswer(edge.withoutToken) && !isAnswer(endpoint?.initial)) return 2;
  return findings.some(({ severity }) => severity !== 'note') ? 1 : 0;
}
