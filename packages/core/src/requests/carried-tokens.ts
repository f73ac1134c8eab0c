import { BoundedMap } from '../bounded-maps.ts';
import type { HeldToken, Scope, TokenStore } from '../tokens/token-store.ts';
import type { ServerClock } from '../tokens/server-clock.ts';
import { UNDER_WAY_SECONDS } from '../tokens/tokens-in-use.ts';
import type { TokenSource } from '../contract/token-source.ts';
import { isVisible } from '../contract/token.ts';
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

interface Parts {
  readonly store: TokenStore;
  readonly clock: ServerClock;
}

interface Attached extends Parts {
  readonly by: object;
  /** When the token was attached last, in seconds of the session. */
  readonly at: number;
}

/** The number of remembered tokens. Adapters send signed requests at once, so a request has one of the last tokens. */
const REMEMBERED = 200;

/**
 * The key of the set with the `Carries` of all copies of core. Each script file contains a copy, which answers for its
 * sources and does not show its tokens to other code.
 */
const COPIES = Symbol.for('secure-token:carries');

// the global object of a page or a worker; a server has no `location`
const realm = globalThis as { location?: Location };

const attached = /* @__PURE__ */ new BoundedMap<HeldToken, Attached>(REMEMBERED);

const carriesHere: Carries = (request, asking, values) => {
  const href = resolveUrl(request.url);
  return [...attached].some(
    ([held, last]) =>
      (last.by !== asking || isVisible(held.token)) &&
      isWithin(href, held) &&
      isIn({ ...request, url: href }, held, values) &&
      mayBeSent(held, last),
  );
};

/** Returns the `Carries` of all copies in the page. Creates the set at its first use: an import has no side effect. */
function copies(): Set<Carries> {
  const page = globalThis as Partial<Record<typeof COPIES, Set<Carries>>>;
  const known: Set<Carries> | undefined = page[COPIES];
  return known ?? (page[COPIES] = new Set());
}

/**
 * Whether a request may be sent with `held` now. In the last seconds of its life no request gets the token, but a
 * request that got it shortly before may be on its way.
 */
function mayBeSent(held: HeldToken, { store, clock, at }: Attached): boolean {
  const isJustAttached = clock.sessionNow() - at < UNDER_WAY_SECONDS;
  return store.isAlive(held) && (isJustAttached || clock.now() < held.unusableAt);
}

/** Whether `href` lies where the token may be. The query does not count, because adapters may add parameters. */
function isWithin(href: string, { token, scope }: HeldToken): boolean {
  if (token.base) return href.startsWith(resolveUrl(token.base));
  return opensPath(scope, pathOf(href));
}

const opensPath = ({ kind, href }: Scope, path: string): boolean =>
  kind === 'folder' ? path.startsWith(href) : path === pathOf(href);

/** Whether the request contains everything that the token adds. */
function isIn(request: SentRequest, { token }: HeldToken, values: Headers | undefined): boolean {
  const { query = {}, headers = {}, credentials } = token;
  const { searchParams } = new URL(request.url);
  const hasHeader = ([name, value]: [string, string]): boolean =>
    values ? values.get(name) === value : request.headers.includes(name.toLowerCase());
  return (
    Object.entries(query).every(([name, value]) => searchParams.getAll(name).includes(value)) &&
    Object.entries(headers).every(hasHeader) &&
    (!credentials || request.credentials)
  );
}

/** Notes that `by` has attached `held`, a token of its `store`, to a request that is sent now. */
export function noteAttached(held: HeldToken, by: object, { store, clock }: Parts): void {
  if (!isVisible(held.token) && !held.token.credentials) return;
  copies().add(carriesHere);
  attached.set(held, { by, store, clock, at: clock.sessionNow() });
}

/** Forgets the tokens of `by`, which is destroyed, so that nothing keeps them in memory. */
export function forgetAttached(by: object): void {
  for (const [held, entry] of attached) if (entry.by === by) attached.delete(held);
}

/** Converts a request of a script to the form that `carriesToken` takes. */
export const sentRequest = ({ url, headers, credentials }: Request): SentRequest => ({
  url,
  headers: [...headers.keys()],
  credentials:
    credentials === 'include' || (credentials === 'same-origin' && new URL(url).origin === realm.location?.origin),
});

/**
 * Whether a request carries a valid token that a token source in this page has attached: in the query, the path or the
 * headers, or as a cookie, unless that is a cookie of `asking`. Such a request belongs to the source that has attached
 * the token: no other code signs it or sends it again. `asking` signs requests without a token, and renews its cookie.
 * `asking` also replaces a token that no source has attached lately, such as a stale token that a server has written
 * into a playlist.
 *
 * @param headers the headers of a request that is made in this page; without them, the names of the headers decide
 */
export const carriesToken = (request: SentRequest, asking: TokenSource | undefined, headers?: Headers): boolean =>
  [...copies()].some((carries) => carries(request, asking, headers));
