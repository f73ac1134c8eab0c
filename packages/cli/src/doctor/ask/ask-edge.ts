import { randomBytes } from 'node:crypto';
import type { EdgeObservations, Outcome } from '../observations.ts';
import { isRefused, isServed } from '../rules/answers.ts';
import { shown } from '../rules/shown.ts';
import type { Asker, Request } from './asker.ts';
import { tampered } from './pass.ts';
import type { Pass } from './pass.ts';
import { ends } from './signers.ts';
import type { Signer } from './signers.ts';

export interface EdgeSubject {
  /** The URL without a token. */
  readonly url: string;
  readonly origin: string;
  /** The answer to the first request, which had no token. */
  readonly withoutToken: Outcome | undefined;
  readonly good: Pass | undefined;
  readonly source: string;
  readonly expired: Pass | undefined;
  /** Whether `good` is signed with the secret, so that a token with a later end differs in nothing else. */
  readonly isSignedHere: boolean;
  /** Whether the token of the endpoint is genuine by the secret; `undefined` if that cannot be judged. */
  readonly isGenuine: boolean | undefined;
  /** Makes tokens that end at other times, in seconds from now. */
  readonly passThatEnds: (end: number) => Promise<Pass | undefined>;
  /** The signer for other URLs of the same folder, if there is one. */
  readonly signer: Signer | undefined;
}

type Seen = { -readonly [Name in keyof EdgeObservations]: EdgeObservations[Name] };
/** The names of the observations that are answers. */
type OutcomeName = Exclude<keyof EdgeObservations, 'url' | 'travel' | 'source' | 'isGenuine' | 'hasTokensInPlaylist'>;

/** Sends the first request: as a page would send it, and without a token. */
export const askWithoutToken = (asker: Asker, url: string, origin: string): Promise<Outcome | undefined> =>
  asker.ask({ what: 'without a token', url, headers: { origin } });

/** The requests to an edge, and the answers so far. */
class Inquiry {
  readonly seen: Seen;
  readonly #asker: Asker;
  readonly #subject: EdgeSubject;
  readonly #stray: string;

  constructor(asker: Asker, subject: EdgeSubject) {
    const { url, good, source, isGenuine, withoutToken } = subject;
    this.#asker = asker;
    this.#subject = subject;
    this.#stray = strayIn(url);
    this.seen = {
      url: shown(new URL(url)),
      travel: good?.travel ?? { headers: [], cookies: false },
      source,
      ...(isGenuine !== undefined && { isGenuine }),
      ...(withoutToken && { withoutToken }),
    };
  }

  /** Sends a request with `pass`, if there is one, and notes the answer as `name`. */
  async send(name: OutcomeName, what: string, pass: Pass | undefined, more: Partial<Request> = {}): Promise<void> {
    if (!pass) return;
    const headers = { origin: this.#subject.origin, ...pass.headers, ...more.headers };
    await this.note(name, this.#asker.ask({ what, url: pass.url, ...more, headers }, this.seen.url));
  }

  async note(name: OutcomeName, answer: Promise<Outcome | undefined>): Promise<void> {
    const outcome = await answer;
    if (outcome) this.seen[name] = outcome;
  }

  async askStray(): Promise<void> {
    const [sibling] = (await this.#subject.signer?.sign([this.#stray])) ?? [];
    await this.send('sibling', 'a file that is not there, with a valid token', sibling);
  }

  async askStrayWithoutToken(): Promise<void> {
    const { origin } = this.#subject;
    await this.note('siblingWithoutToken', askWithoutToken(this.#asker, this.#stray, origin));
  }
}

/**
 * Requests the URL with tokens. The good token comes after the tokens that the edge should refuse: a cache that keeps
 * accepted responses would also serve them to refused tokens.
 */
export async function askEdge(asker: Asker, subject: EdgeSubject): Promise<EdgeObservations> {
  const { url, origin, withoutToken, good, expired, signer } = subject;
  const inquiry = new Inquiry(asker, subject);
  const { seen } = inquiry;
  const { headers } = seen.travel;
  if (headers.length > 0) await inquiry.note('preflight', asker.ask(preflight(url, origin, headers)));
  await inquiry.send('tampered', 'with a changed token', good && tampered(good));
  await inquiry.send('expired', 'with an expired token', expired);
  if (isServed(seen.expired) && !isServed(withoutToken)) {
    const longExpired = await subject.passThatEnds(ends.aMonthAgo);
    await inquiry.send('longExpired', 'with one that expired a month ago', longExpired);
  }
  if (isServed(withoutToken) && signer) {
    await inquiry.askStrayWithoutToken();
    if (isRefused(seen.siblingWithoutToken)) await inquiry.askStray();
  }
  if (!good) return seen;
  await inquiry.send('good', 'with a valid token', good, { follow: true });
  if (isServed(seen.good)) {
    await inquiry.send('head', 'HEAD with a valid token', good, { method: 'HEAD' });
    if (seen.good.body === undefined) await inquiry.note('range', askRange(asker, good, { origin, told: seen.url }));
    if (isRefused(withoutToken)) await inquiry.note('withoutTokenAgain', askWithoutToken(asker, url, origin));
  } else if (isRefused(seen.good) && isRefused(withoutToken)) await askWhyRefused(inquiry, subject);
  return seen;
}

/** Sends requests that differ from the refused request with a good token. */
async function askWhyRefused(inquiry: Inquiry, { isGenuine, isSignedHere, passThatEnds }: EdgeSubject): Promise<void> {
  const own = isGenuine === false ? await passThatEnds(ends.inTwoMinutes) : undefined;
  await inquiry.send('own', 'with a token of the secret that was given', own);
  const lasting = isSignedHere || isGenuine ? await passThatEnds(ends.inHalfADay) : undefined;
  await inquiry.send('lasting', 'with a token of half a day', lasting);
  if (!isServed(inquiry.seen.lasting)) await inquiry.askStray();
}

/**
 * Returns the URL of a file beside that of `url`, with the same ending. No cache has it, because it was never
 * requested.
 */
function strayIn(url: string): string {
  const [ending = ''] = /\.\w+$/.exec(new URL(url).pathname) ?? [];
  return new URL(`doctor-${randomBytes(4).toString('hex')}${ending}`, url).href;
}

/** Requests the first two bytes of the file that `pass` opens. */
export const askRange = (
  asker: Asker,
  { url, headers }: Pass,
  { origin, told }: { origin: string; told: string },
): Promise<Outcome | undefined> =>
  asker.ask({ what: 'a range with a valid token', url, headers: { origin, ...headers, range: 'bytes=0-1' } }, told);

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
