import type { Answer, Page } from '../observations.ts';

/** Whether a page may read the answers of `url` without CORS. */
export const isSameOrigin = (url: string, { origin }: Page): boolean => new URL(url).origin === origin;

/**
 * Returns why a browser would not let the page read an answer (Fetch standard, "CORS check"); `undefined` if it would,
 * or if that cannot be judged.
 */
export function corsProblem({ url, headers }: Answer, page: Page, credentials: boolean): string | undefined {
  if (isSameOrigin(url, page)) return undefined;
  const allowed = headers.get('access-control-allow-origin');
  if (allowed === null) {
    // a server that answers only listed origins does not know a made-up one
    const lists = /\borigin\b/i.test(headers.get('vary') ?? '');
    return page.isAssumed && lists ? undefined : 'Access-Control-Allow-Origin is missing';
  }
  if (credentials && headers.get('access-control-allow-credentials') !== 'true')
    return 'the token is a cookie, and Access-Control-Allow-Credentials: true is missing';
  if (allowed === '*') return credentials ? 'the token is a cookie, and Access-Control-Allow-Origin is *' : undefined;
  if (allowed === page.origin) return undefined;
  if (allowed.includes(',')) return 'the response has more than one Access-Control-Allow-Origin';
  return page.isAssumed ? undefined : 'Access-Control-Allow-Origin names another origin';
}

/** Returns why a preflight would not let a request pass; `undefined` if it would, or if that cannot be judged. */
export function preflightProblem(
  answer: Answer,
  page: Page,
  { names, credentials }: { names: readonly string[]; credentials: boolean },
): string | undefined {
  const { status, headers } = answer;
  if (status < 200 || status > 299) return `the answer to OPTIONS is ${status}`;
  const problem = corsProblem(answer, page, credentials);
  if (problem !== undefined || headers.get('access-control-allow-origin') === null) return problem;
  // a pattern with the spaces around a comma would start anew at each space of a long run
  const listed = (headers.get('access-control-allow-headers') ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
  const allowsAll = listed.includes('*') && !credentials;
  const missing = names.filter((name) => !listed.includes(name) && (!allowsAll || name === 'authorization'));
  return missing.length > 0 ? `Access-Control-Allow-Headers does not name ${missing.join(', ')}` : undefined;
}
