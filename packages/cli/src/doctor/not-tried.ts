import type { Observations } from './observations.ts';
import { isAnswer } from './observations.ts';
import { isRefused, isServed } from './rules/answers.ts';

export interface Tried {
  readonly observations: Observations;
  readonly hasEndpoint: boolean;
  readonly hasSecret: boolean;
  /** Whether requests were left out because the limit of requests or of time was reached. */
  readonly ranOut: boolean;
  /** Whether the playlist is on a public host and names files on private hosts. */
  readonly hasPrivate: boolean;
}

/** Lists the checks that could not be tried, in one sentence each, with the option that each check needs. */
export function notTried({ observations, hasEndpoint, hasSecret, ranOut, hasPrivate }: Tried): string[] {
  const { edge, page } = observations;
  const sentences: string[] = [];
  if (!hasEndpoint) sentences.push('The endpoint: give --endpoint URL.');
  const isReached = isAnswer(edge.withoutToken);
  if (isReached && !edge.good) {
    sentences.push(
      'A valid token and a changed one: give --endpoint URL, a signed URL that has not expired, or the secret ' +
        '(SECURE_TOKEN_SECRET or --secret-file, with --format).',
    );
  }
  if (isReached && !edge.expired && !hasSecret) {
    const what =
      hasEndpoint && isRefused(edge.good)
        ? 'An expired token, and whether edge or endpoint is wrong'
        : 'An expired token';
    sentences.push(`${what}: give the secret (SECURE_TOKEN_SECRET or --secret-file, with --format).`);
  }
  if (isReached && edge.expired === undefined && hasSecret)
    sentences.push('An expired token: the format makes none for this URL.');
  if (page.isAssumed)
    sentences.push(`The CORS headers for your page: give --origin PAGE. The doctor has asked for ${page.origin}.`);
  if (ranOut) sentences.push('Some requests: the limit of 40 requests or of ten seconds was reached.');
  if (hasPrivate)
    sentences.push('Files of the playlist on hosts of a private network, because the playlist is on a public host.');
  else if (isServed(edge.good) && edge.good.body !== undefined && observations.children.length === 0)
    sentences.push('Files of the playlist: it names none that the doctor could request.');
  return sentences;
}
