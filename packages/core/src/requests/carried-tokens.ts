import { BoundedMap } from '../bounded-maps.ts';
import type { HeldToken, Scope, TokenStore } from '../tokens/token-store.ts';
import type { ServerClock } from '../tokens/server-clock.ts';
import { UNDER_WAY_SECONDS } from '../tokens/tokens-in-use.ts';
import type { TokenSource } from '../contract/token-source.ts';
import { isVisible } from '../contract/token.ts';
import { pathOf, resolveUrl } from '../url-text.ts';

/** A request as it is sent, without the values of its headers: the token worker tells all pages of a site of it. */
export interface SentRequest {
  readonly url: string;
  /** The names of its headers, in lower case. */
  readonly headers: readonly string[];
  /** Whether cookies go with it. */
  readonly credentials: boolean;
}

/** Whether a token that was attached here is in `request`; of `asking`, none that is a cookie alone. */
type Carries = (request: SentRequest, asking: object | undefined, headers: Headers | undefined) => boolean;

interface Parts {
  readonly store: TokenStore;
  readonly clock: ServerClock;
}

interface Attached extends Parts {
  readonly by: object;
  /** When it was attached last, in seconds of the session. */
  readonly at: number;
}

/** Adapters send what they have signed at once: a request that comes by has one of the last tokens. */
const REMEMBERED = 200;

/** Each script file has a copy of core inside: each answers for its own sources, and shows its tokens to nobody. */
const COPIES = Symbol.for('secure-token:carries');

// a page or a worker; on a server there is none
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

/** In the page; made when the first request is signed, for an import has no side effect. */
function copies(): Set<Carries> {
  const page = globalThis as Partial<Record<typeof COPIES, Set<Carries>>>;
  const known: Set<Carries> | undefined = page[COPIES];
  return known ?? (page[COPIES] = new Set());
}

/**
 * Whether a request may go out with `held` now. In the last seconds of its life no request is given it, and one that
 * was given it just before may be on its way.
 */
function mayBeSent(held: HeldToken, { store, clock, at }: Attached): boolean {
  const isJustAttached = clock.sessionNow() - at < UNDER_WAY_SECONDS;
  return store.isAlive(held) && (isJustAttached || clock.now() < held.unusableAt);
}

/** Where the token may stand. Adapters may add to the query what they like. */
function isWithin(href: string, { token, scope }: HeldToken): boolean {
  if (token.base) return href.startsWith(resolveUrl(token.base));
  return opensPath(scope, pathOf(href));
}

const opensPath = ({ kind, href }: Scope, path: string): boolean =>
  kind === 'folder' ? path.startsWith(href) : path === pathOf(href);

/** Whether everything is there that the token adds. */
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

/** `by` has attached `held`, a token of its `store`, to a request that goes out now. */
export function noteAttached(held: HeldToken, by: object, { store, clock }: Parts): void {
  if (!isVisible(held.token) && !held.token.credentials) return;
  copies().add(carriesHere);
  attached.set(held, { by, store, clock, at: clock.sessionNow() });
}

/** `by` is destroyed: nothing holds on to its tokens. */
export function forgetAttached(by: object): void {
  for (const [held, entry] of attached) if (entry.by === by) attached.delete(held);
}

/** A request that a script makes, as `carriesToken` takes it. */
export const sentRequest = ({ url, headers, credentials }: Request): SentRequest => ({
  url,
  headers: [...headers.keys()],
  credentials:
    credentials === 'include' || (credentials === 'same-origin' && new URL(url).origin === realm.location?.origin),
});

/**
 * Whether a request carries a token that lives, put there by a source in this page: in its query, its path, its
 * headers, or, but for `asking`, as a cookie. It is the request of whoever has put it there: nobody else signs it, or
 * sends it again. `asking` signs what comes without a token, and knows how to renew its cookie. A token that is none of
 * the last ones, such as a stale one that a server has written into a playlist, is for `asking` to replace.
 *
 * @param headers those of the request, where it is made in this page; without them their names decide
 */
export const carriesToken = (request: SentRequest, asking: TokenSource | undefined, headers?: Headers): boolean =>
  [...copies()].some((carries) => carries(request, asking, headers));
