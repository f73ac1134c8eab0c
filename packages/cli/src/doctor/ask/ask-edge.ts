import { randomBytes } from 'node:crypto';
import type { EdgeObservations, Outcome } from '../observations.ts';
import { isRefused, isServed, shown } from '../rules/answers.ts';
import type { Asker, Request } from './asker.ts';
import { tampered } from './pass.ts';
import type { Pass } from './pass.ts';
import { ends } from './signers.ts';
import type { Signer } from './signers.ts';

export interface EdgeSubject {
  /** Without a token. */
  readonly url: string;
  readonly origin: string;
  /** The answer to the first request, which had no token. */
  readonly withoutToken: Outcome | undefined;
  readonly good: Pass | undefined;
  readonly source: string;
  readonly expired: Pass | undefined;
  /** Whether `good` is signed with the secret, so that one that ends later differs in nothing else. */
  readonly isSignedHere: boolean;
  /** Makes tokens that end at other times, in seconds from now. */
  readonly passThatEnds: (end: number) => Promise<Pass | undefined>;
  /** Can sign other URLs of the same folder. */
  readonly signer: Signer | undefined;
}

type Seen = { -readonly [Name in keyof EdgeObservations]: EdgeObservations[Name] };

/** The first request: as a page would send it, and without a token. */
export const askWithoutToken = (asker: Asker, url: string, origin: string): Promise<Outcome | undefined> =>
  asker.ask({ what: 'without a token', url, headers: { origin } });

/**
 * Asks for the URL with tokens. A good one comes after those that are to be refused: a cache that keeps what it lets
 * through would serve them, too.
 */
export async function askEdge(asker: Asker, subject: EdgeSubject): Promise<EdgeObservations> {
  const { url, origin, withoutToken, good, expired, source, signer } = subject;
  const told = shown(new URL(url));
  const send = (what: string, pass: Pass, more: Partial<Request> = {}): Promise<Outcome | undefined> =>
    asker.ask({ what, url: pass.url, ...more, headers: { origin, ...pass.headers, ...more.headers } }, told);

  const travel = good?.travel ?? { headers: [], cookies: false };
  const seen: Seen = { url: told, travel, source };
  const note = (name: keyof EdgeObservations, outcome: Outcome | undefined): void => {
    if (outcome) Object.assign(seen, { [name]: outcome });
  };
  note('withoutToken', withoutToken);
  if (travel.headers.length > 0) note('preflight', await asker.ask(preflight(url, origin, travel.headers)));
  const broken = good && tampered(good);
  if (broken) note('tampered', await send('with a changed token', broken));
  if (expired) note('expired', await send('with an expired token', expired));
  if (isServed(seen.expired) && !isServed(withoutToken)) {
    const longExpired = await subject.passThatEnds(ends.aMonthAgo);
    if (longExpired) note('longExpired', await send('with one that expired a month ago', longExpired));
  }
  if (!good) return seen;
  note('good', await send('with a good token', good, { follow: true }));
  if (isServed(seen.good)) {
    note('head', await send('HEAD with a good token', good, { method: 'HEAD' }));
    if (seen.good.body === undefined) note('range', await askRange(asker, good, { origin, told }));
    if (isRefused(withoutToken)) note('withoutTokenAgain', await askWithoutToken(asker, url, origin));
    return seen;
  }
  if (!isRefused(seen.good) || !isRefused(withoutToken)) return seen;
  const lasting = subject.isSignedHere ? await subject.passThatEnds(ends.inHalfADay) : undefined;
  if (lasting) note('lasting', await send('with a token of half a day', lasting));
  if (signer && !isServed(seen.lasting)) {
    const [sibling] = await signer.sign([new URL(`doctor-${randomBytes(4).toString('hex')}.ts`, url).href]);
    if (sibling) note('sibling', await send('a file that is not there, with a good token', sibling));
  }
  return seen;
}

/** The first two bytes of what `pass` opens. */
export const askRange = (
  asker: Asker,
  { url, headers }: Pass,
  { origin, told }: { origin: string; told: string },
): Promise<Outcome | undefined> =>
  asker.ask({ what: 'a range with a good token', url, headers: { origin, ...headers, range: 'bytes=0-1' } }, told);

const preflight = (url: string, origin: string, names: readonly string[]): Request => ({
  what: 'preflight',
  method: 'OPTIONS',
  url,
  headers: {
    origin,
    'access-control-request-method': 'GET',
    'access-control-request-headers': [...names].sort().join(','),
  },
});
