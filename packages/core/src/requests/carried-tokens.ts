import { BoundedMap } from '../bounded-map.ts';
import type { HeldToken } from '../tokens/held-token.ts';
import type { ServerClock } from '../tokens/server-clock.ts';
import { pathOf, resolveUrl } from '../url-text.ts';

/** A request as it is sent, without the values of its headers: the token worker shows it to all pages of a site. */
export interface SentRequest {
  readonly url: string;
  /** The names of its headers, in lower case. */
  readonly headers: readonly string[];
  /** Whether the browser sends cookies with the request. */
  readonly credentials: boolean;
}

/** Tells whether `request` contains a token that this copy attached. A cookie of `asking` alone does not count. */
type Carries = (request: SentRequest, asking: object | undefined, headers: Headers | undefined) => boolean;

interface Attached {
  /** The token source that has attached the token. */
  readonly by: object;
  readonly clock: ServerClock;
  /** When the token was attached last, in seconds of the session. */
  readonly at: number;
}

/** The number of remembered tokens. Adapters send signed requests at once, so a request has one of the last tokens. */
const REMEMBERED = 200;
/** Seconds after the use of a token in which a request with it may still be under way. */
const UNDER_WAY_SECONDS = 30;

/**
 * The key of the set with the `Carries` of all copies of core. Each script file contains a copy, which answers for its
 * sources and does not show its tokens to other code.
 */
const COPIES = Symbol.for('secure-token:carries');

/** Returns the `Carries` of all copies in the page. Creates the set at its first use: an import has no side effect. */
function copies(): Set<Carries> {
  const page = globalThis as Partial<Record<typeof COPIES, Set<Carries>>>;
  return (page[COPIES] ??= new Set<Carries>());
}

const attached = /* @__PURE__ */ new BoundedMap<HeldToken, Attached>(REMEMBERED);

const carriesHere: Carries = (request, asking, headers) => {
  const url = resolveUrl(request.url);
  return [...attached].some(([held, { by, clock, at }]) => {
    const { query = {}, headers: own = {}, base, credentials, expires } = held.token;
    const isCookieAlone = !base && !Object.keys({ ...query, ...own }).length;
    if (by === asking && isCookieAlone) return false;
    // no request gets a token in the last seconds of its life, but one that got it before may be on its way
    const isJustAttached = clock.sessionNow() - at < UNDER_WAY_SECONDS;
    if (clock.now() >= (isJustAttached ? expires : held.unusableAt)) return false;
    // the query does not count, because adapters may add parameters
    const folder = base ? resolveUrl(base) : held.isFolder ? held.opens : undefined;
    if (folder ? !url.startsWith(folder) : pathOf(url) !== pathOf(held.opens)) return false;
    const { searchParams } = new URL(url);
    return (
      Object.entries(query).every(([name, value]) => searchParams.getAll(name).includes(value)) &&
      Object.entries(own).every(([name, value]) =>
        headers ? headers.get(name) === value : request.headers.includes(name.toLowerCase()),
      ) &&
      (!credentials || request.credentials)
    );
  });
};

/** Notes that `by` has attached `held` to a request that is sent now. */
export function noteAttached(held: HeldToken, by: object, clock: ServerClock): void {
  copies().add(carriesHere);
  attached.set(held, { by, clock, at: clock.sessionNow() });
}

/** Forgets the tokens of `by`, which is destroyed, so that nothing keeps them in memory. */
export function forgetAttached(by: object): void {
  for (const [held, entry] of attached) if (entry.by === by) attached.delete(held);
}

/**
 * Whether a request carries a valid token that a token source in this page has attached: in the query, the path or the
 * headers, or as a cookie, unless that is a cookie of `asking`. Such a request belongs to the source that has attached
 * the token: no other code signs it or sends it again.
 * @param headers the headers of a request that is made in this page; without them, the names of the headers decide
 */
export const carriesToken = (request: SentRequest, asking: object | undefined, headers?: Headers): boolean =>
  [...copies()].some((carries) => carries(request, asking, headers));
