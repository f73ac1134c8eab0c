import { clockFindings } from './clock-rules.ts';
import { inOrder } from './codes.ts';
import type { Finding } from './codes.ts';
import { childFindings, edgeFindings } from './edge-rules.ts';
import { endpointFindings } from './endpoint-rules.ts';
import { isAnswer, isRefused } from './observations.ts';
import type { Observations } from './observations.ts';

/** Derives the findings from the observations, causes first. Sends no request. */
export function diagnose(observations: Observations): Finding[] {
  const { endpoint, page } = observations;
  const ofClocks = clockFindings(observations);
  // a wrong clock is reason enough for a refusal: nothing blames the secret, too
  const isExplained = ({ code }: Finding): boolean => code === 'edge-refuses-valid' && ofClocks.length > 0;
  return inOrder([
    ...ofClocks,
    ...(endpoint ? endpointFindings(endpoint, page) : []),
    ...edgeFindings(observations).filter((each) => !isExplained(each)),
    ...childFindings(observations),
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

interface Tried {
  readonly hasSecret: boolean;
  /** Whether requests were left out because the limit of requests or of time was reached. */
  readonly ranOut: boolean;
  /** Whether the playlist is on a public host and names files on private hosts. */
  readonly hasPrivate: boolean;
}

/** Lists the checks that could not be tried, in one sentence each, with the option that each check needs. */
export function notTried({ edge, endpoint, page }: Observations, { hasSecret, ranOut, hasPrivate }: Tried): string[] {
  const isReached = isAnswer(edge.withoutToken);
  const judge = endpoint && isRefused(edge.good) ? ', and whether edge or endpoint is wrong' : '';
  const sentences: [isSo: boolean, sentence: string][] = [
    [!endpoint, 'The endpoint: give --endpoint URL.'],
    [
      isReached && !edge.good,
      'A valid token and a changed one: give --endpoint URL, a signed URL that has not expired, or the secret ' +
        '(SECURE_TOKEN_SECRET or --secret-file, with --format).',
    ],
    [
      isReached && !edge.expired && !hasSecret,
      `An expired token${judge}: give the secret (SECURE_TOKEN_SECRET or --secret-file, with --format).`,
    ],
    [
      page.isFrom !== 'the caller',
      `A page of another origin than ${page.origin}, ` +
        `${page.isFrom === 'nobody' ? 'which is made up' : 'that of the endpoint'}: give --origin PAGE.`,
    ],
    [ranOut, 'Some requests: the limit of 40 requests or of ten seconds was reached.'],
    [hasPrivate, 'Files of the playlist on hosts of a private network, because the playlist is on a public host.'],
  ];
  return sentences.filter(([isSo]) => isSo).map(([, sentence]) => sentence);
}
