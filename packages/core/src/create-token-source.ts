import { abortable } from './abortable.ts';
import { BoundedMap } from './bounded-map.ts';
import { createPlaylistOrder } from './playlist-order.ts';
import { createReplayBreaker } from './replay-breaker.ts';
import { SecureTokenError } from './secure-token-error.ts';
import { editQuery, resolveUrl } from './signed-url.ts';
import { createSigningCalls } from './signing-calls.ts';
import type { TokenEventDetails, TokenEventType } from './token-events.ts';
import type { TokenReason, TokenSourceOptions } from './token-source-options.ts';
import { checkOptions, protection } from './token-source-options.ts';
import type { SignOptions, SignedRequest, TokenSource } from './token-source.ts';
import type { Held } from './token-store.ts';
import { createTokenStore, isFolder } from './token-store.ts';
import type { Token } from './token.ts';

/** The wall clock is read at least this often: machines sleep, and tabs are throttled. In ms. */
const MAX_TICK = 5000;
const WAKING = ['visibilitychange', 'pageshow', 'online'];

const ignore = (): void => undefined;
const fingerprint = ({ query, headers, base }: Token): string => JSON.stringify([query, headers, base]);
// two cookies differ: their values cannot be seen
const isSame = (a: Token, b: Token): boolean => a === b || (!b.credentials && fingerprint(a) === fingerprint(b));

/**
 * Creates the token source of one or many players.
 * @param options a string or URL is `{ endpoint }`; a token source is returned as it is
 * @throws `ERR_OPTIONS` at once, naming the option
 */
export function createTokenSource(options: TokenSourceOptions | TokenSource | string | URL): TokenSource {
  if (options instanceof EventTarget) return options;
  const settings = typeof options === 'string' || options instanceof URL ? { endpoint: options } : { ...options };
  checkOptions(settings);
  const { clock = Date.now, random = Math.random, refusals = [401, 403, 410], readAhead = 6, protect } = settings;
  const inScope = protect && protection(protect);
  const store = createTokenStore(settings.renewBefore, (settings.jitter ?? 0.5) * random());
  const order = createPlaylistOrder((url) => store.unsign(url));
  const breaker = createReplayBreaker();
  const origins = new Set<string>();
  const flights = new Map<string, Promise<void>>();
  const denials = new BoundedMap<string, SecureTokenError>(1024);
  const target = new EventTarget();
  /** Signing endpoint's clock minus ours, in ms. */
  let offset = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let destroyed: SecureTokenError | undefined;

  const now = (): number => clock() + offset;
  const keyOf = (url: string): string => store.unsign(resolveUrl(url)!.href);
  const heldFor = (key: string): Held | undefined => store.find(key, now());
  const scopeOf = (key: string): string => heldFor(key)?.scope ?? key;
  const failureOf = (key: string): SecureTokenError | undefined => destroyed ?? denials.get(key) ?? denials.get(scopeOf(key));
  const emit = <T extends TokenEventType>(type: T, detail: TokenEventDetails[T]): unknown =>
    target.dispatchEvent(Object.assign(new CustomEvent(type, { detail }), detail));

  const deny = (error: SecureTokenError, scopes: readonly string[]): void => {
    for (const scope of scopes) denials.set(scope, error);
    emit('tokendenied', { error });
  };

  const calls = createSigningCalls(
    settings,
    clock,
    random,
    ({ tokens, denied, now: theirs }, urls, reason, sentAt) => {
      // from before the call was sent, so that a slow one never makes a token look younger
      if (theirs) offset = theirs - sentAt;
      for (const token of tokens) store.add(token, urls, sentAt + offset);
      store.prune(now());
      if (tokens.length) emit('tokenrenewed', { reason, urls: urls.map((url) => store.unsign(url)), expires: Math.min(...tokens.map(({ expires }) => expires)), wait: (clock() - sentAt) / 1000 });
      const keys = denied.filter((url) => resolveUrl(url)).map(keyOf);
      if (keys.length) deny(new SecureTokenError('ERR_DENIED', 'The signing endpoint denies this URL', { url: keys[0]! }), keys);
    },
    (error, urls) => {
      if (error.code === 'ERR_DENIED') deny(error, urls.map(scopeOf));
      else emit('tokenerror', { error });
    },
  );

  /** Single flight: one call per scope at a time. */
  const join = (key: string, reason: TokenReason): Promise<void> => {
    const failure = failureOf(key);
    if (failure) return Promise.reject(failure);
    const scope = scopeOf(key);
    let flight = flights.get(scope);
    if (!flight) {
      const before = heldFor(key);
      flight = calls
        .ask(key, reason)
        .then(() => {
          if (failureOf(key)) throw failureOf(key)!;
          if (heldFor(keyOf(key)) !== before) return;
          calls.rest();
          throw new SecureTokenError('ERR_SIGNING_RESPONSE', 'No token for this URL in the signing response', { url: key });
        })
        .finally(() => {
          flights.delete(scope);
          if (isFolder(scope)) tick();
        });
      flights.set(scope, flight);
    }
    return flight;
  };

  const joinQuietly = (keys: readonly string[], reason: TokenReason): void => {
    if (!calls.quiet()) for (const key of keys) join(key, reason).catch(ignore);
  };

  /** Ahead of use: prefix tokens that were used since they were obtained. A token nobody uses is left to lapse. */
  const tick = (): void => {
    const due = [...store.held.values()].filter(
      ({ scope, usedFor, dies }) => isFolder(scope) && usedFor && dies > now() && !failureOf(usedFor),
    );
    const open = due.filter(({ opens }) => opens <= now());
    clearTimeout(timer);
    timer = due.length ? setTimeout(tick, Math.max(250, Math.min(MAX_TICK, ...due.map(({ opens }) => opens - now())))) : undefined;
    joinQuietly(open.map(({ usedFor }) => usedFor!), 'expiring');
    // listens only while there is something to renew: a source that nobody destroys leaks nothing
    for (const type of WAKING) (globalThis as unknown as Partial<Window>)[timer ? 'addEventListener' : 'removeEventListener']?.(type, wake);
  };
  const wake = ({ type }: Event): void => {
    if (type === 'online') calls.wake();
    tick();
  };

  const protects = (url: string): boolean => {
    const { href } = resolveUrl(store.unmove(url)) ?? {};
    if (!href) return false;
    if (inScope) return inScope(new URL(href));
    return !origins.size || origins.has(new URL(href).origin) || !!heldFor(store.unsign(href));
  };

  const lacks = (key: string): boolean => {
    const held = heldFor(key);
    return !(held && (isFolder(held.scope) || held.dies > now())) && !flights.has(scopeOf(key)) && protects(key) && !failureOf(key);
  };

  /** Signs the next URLs of the playlist that lack a token, once fewer than half of the next ones are ready. */
  const signAhead = (key: string, reason: TokenReason): void => {
    const lacking: string[] = [];
    let ready = 0;
    let seen = 0;
    for (let next = order.next(key); next && lacking.length < readAhead && seen++ < 100; next = order.next(next)) {
      if (lacks(next)) lacking.push(next);
      else if (seen <= readAhead && ++ready * 2 >= readAhead) return;
    }
    joinQuietly(lacking, reason);
  };

  const attach = (url: string, key: string, held: Held): SignedRequest => {
    const { token, query, scope, opens, dies, usedFor } = held;
    const { prefix, base, headers = {}, credentials = false } = token;
    const plain = store.unmove(url);
    const moved = base ? base + (plain.startsWith(prefix!) ? plain.slice(prefix!.length) : resolveUrl(plain)!.href.slice(scope.length - 1)) : plain;
    held.usedFor = key;
    // a segment is asked for once: its token is not worth renewing
    if (opens <= now() && dies > now() && (usedFor || isFolder(scope) || order.next(key) === undefined)) joinQuietly([key], 'expiring');
    if (!isFolder(scope)) signAhead(key, 'initial');
    else if (!usedFor || !timer) tick();
    return { url: editQuery(moved, { ...store.namesOf(key), ...query }), headers, credentials, source: store.unsign(url), token };
  };

  const peek = (url: string): SignedRequest | undefined => {
    if (!protects(url)) return { url, headers: {}, credentials: false, source: url };
    const key = keyOf(url);
    const held = heldFor(key);
    return held && held.dies > now() && !failureOf(key) ? attach(url, key, held) : undefined;
  };

  for (const token of settings.tokens ?? []) store.add(token, [], now());

  return Object.assign(target, {
    peek,
    protects,
    async sign(url: string, { signal }: SignOptions = {}) {
      signal?.throwIfAborted();
      const ready = peek(url);
      if (ready) return ready;
      const key = keyOf(url);
      const before = heldFor(key);
      const reason = before ? 'expired' : 'initial';
      const flight = join(key, reason);
      if (!isFolder(before?.scope)) signAhead(key, reason);
      await abortable(flight, signal);
      // attached even if it looks dead: then this clock is wrong, and the edge judges better
      return attach(url, keyOf(url), heldFor(keyOf(url))!);
    },
    async refused(request: SignedRequest, status: number, { signal }: SignOptions = {}) {
      const { token, source: url } = request;
      if (!token || !(refusals.includes(status) || (!status && token.expires * 1000 - 1000 <= now()))) return undefined;
      emit('tokenrefused', { url, status });
      const key = keyOf(url);
      const other = (): Held | undefined => [heldFor(key)].find((held) => held && !isSame(held.token, token));
      if (breaker.allows(request, clock())) {
        if (!other() || other()!.dies <= now()) await abortable(join(key, 'refused'), signal);
        const held = other();
        if (held) {
          const replay = attach(url, key, held);
          breaker.granted(replay, clock());
          return replay;
        }
      }
      emit('tokenerror', { error: new SecureTokenError('ERR_TOKEN_REFUSED', 'The edge refuses renewed tokens: compare its secret, format and clock with the signing endpoint', { url, status }) });
      return undefined;
    },
    unsign: (url: string) => (protects(url) ? store.unsign(url) : url),
    allow(url: string) {
      const source = resolveUrl(url);
      if (source) origins.add(source.origin);
    },
    learn(playlistUrl: string, text: string) {
      const key = resolveUrl(playlistUrl) && keyOf(playlistUrl);
      if (key && readAhead && !isFolder(scopeOf(key))) joinQuietly(order.learn(key, text).filter(lacks).slice(0, readAhead), 'initial');
    },
    async renew() {
      denials.clear();
      calls.wake();
      const used = [...store.held.values()].filter(({ usedFor, scope, dies }) => usedFor && (isFolder(scope) || dies > now()));
      await Promise.all(used.map(({ usedFor }) => join(usedFor!, 'expiring')));
    },
    destroy() {
      destroyed ??= new SecureTokenError('ERR_DESTROYED', 'This token source was destroyed');
      calls.destroy(destroyed);
      tick();
    },
    [Symbol.dispose]() {
      this.destroy();
    },
  });
}
