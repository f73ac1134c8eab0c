import { abortable } from './abortable.ts';
import { createReadAhead } from './read-ahead.ts';
import { parseToken } from './parse-token.ts';
import { createProtection } from './protection.ts';
import { remember } from './remember.ts';
import { createReplayBreaker } from './replay-breaker.ts';
import { SecureTokenError, tokenRefused } from './secure-token-error.ts';
import { originOf } from './signed-url.ts';
import { createSigningCalls } from './signing-calls.ts';
import { askForTokens, toError } from './signing-endpoint.ts';
import type { TokenEventDetails, TokenEventType } from './token-events.ts';
import type { TokenReason, TokenSourceOptions } from './token-source-options.ts';
import { normalise } from './token-source-options.ts';
import type { SignOptions, SignedRequest, TokenSource } from './token-source.ts';
import { createTokenStore } from './token-store.ts';
import type { Token } from './token.ts';

// of this realm, an iframe, or another copy of this package
const isTokenSource = (it: unknown): it is TokenSource => !!(it as Partial<TokenSource> | undefined)?.peek;
const ignore = (): void => undefined;
// cookies are told apart by their expiry: their values cannot be seen
const carried = (token: Token): string => JSON.stringify({ ...token, expires: token.credentials && token.expires });

/**
 * Creates the token source of one or many players.
 * @param options a string or URL is `{ endpoint }`; a token source is returned as it is
 * @throws `ERR_OPTIONS` at once, naming the option
 */
export function createTokenSource(options: TokenSourceOptions | TokenSource | string | URL): TokenSource {
  if (isTokenSource(options)) return options;
  const settings = normalise(options);
  let { clock = Date.now } = settings;
  const { random = Math.random, readAhead = 6, renewBefore, jitter = 0.5 } = settings;
  const { refusals = [401, 403, 410], protect, tokens: brought = [] } = settings;
  /** Signing endpoint's clock minus ours, in seconds. */
  let offset = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const now = (): number => clock() / 1000 + offset;
  const store = createTokenStore(now, renewBefore, jitter * random());
  const { isAlive, find, keyOf, unsign } = store;
  const protection = createProtection(protect);
  const flights = new Map<string, Promise<void>>();
  const denials = new Map<string, SecureTokenError>();
  const running = new Set<AbortController>();
  const target = new EventTarget();

  const scopeOf = (url: string): string => find(url)?.scope ?? keyOf(url);
  const denialOf = (url: string): SecureTokenError | undefined => denials.get(keyOf(url)) ?? denials.get(scopeOf(url));
  let emit = <T extends TokenEventType>(type: T, detail: TokenEventDetails[T]): unknown =>
    target.dispatchEvent(Object.assign(new CustomEvent(type, { detail }), detail));

  const deny = (error: SecureTokenError, scopes: readonly string[]): void => {
    for (const scope of scopes) remember(denials, scope, error);
    emit('tokendenied', { error });
  };
  /** Those URLs alone: each request is told of its own. */
  const denyEach = (keys: readonly string[]): void => {
    const message = 'the signing endpoint denies this URL';
    const errors = keys.map((url) => new SecureTokenError('ERR_DENIED', message, { url }));
    for (const error of errors) remember(denials, error.url!, error);
    if (errors.length) emit('tokendenied', { error: errors[0]! });
  };
  /** The tokens that may be taken. Of the others one of each origin is told. */
  const take = (tokens: readonly Token[]): Token[] => {
    const refused = new Map<string, SecureTokenError>();
    const taken = tokens.filter((token) => {
      const error = protection.refuse(token);
      if (error) refused.set(originOf(error.url!), error);
      return !error;
    });
    for (const error of refused.values()) emit('tokenerror', { error });
    return taken;
  };
  const calls = createSigningCalls(settings.retry ?? {}, random, async (urls, reason) => {
    const sentAt = clock() / 1000;
    try {
      const { tokens, denied, now: theirs } = await askForTokens(settings, { urls, reason }, running);
      // from before the call was sent, so that a slow one never makes a token look younger
      const from = theirs || sentAt + offset;
      offset = from - sentAt;
      const taken = take(tokens);
      store.add(taken, urls, from);
      if (taken.length) {
        const expires = taken.reduce((first, token) => Math.min(first, token.expires), Infinity);
        emit('tokenrenewed', { reason, urls: urls.map(unsign), expires, wait: clock() / 1000 - sentAt });
      }
      denyEach(denied.map(keyOf).filter(Boolean));
    } catch (cause) {
      const error = toError(cause, now());
      if (error.code === 'ERR_DENIED') deny(error, urls.map(scopeOf));
      else emit('tokenerror', { error });
      return error;
    }
  });

  /** Single flight: one call per scope at a time. */
  const join = (url: string, reason: TokenReason): Promise<void> => {
    const before = find(url);
    const scope = scopeOf(url);
    const ask = (): Promise<SecureTokenError | undefined> => {
      const key = keyOf(url);
      protection.name(key);
      return calls.ask(key, reason);
    };
    const fly = async (): Promise<void> => {
      let error = await (denialOf(url) ?? ask());
      flights.delete(scope);
      const it = find(url);
      error ??= denialOf(url);
      if (!error && (!it || it === before)) {
        const message = 'the signing endpoint sent no token for this URL';
        error = new SecureTokenError('ERR_SIGNING_RESPONSE', message, { url: keyOf(url) });
      }
      // it would be asked for again and again
      if (it && error?.code === 'ERR_SIGNING_RESPONSE') it.opens = Infinity;
      if (error) throw error;
    };
    const flight = flights.get(scope) ?? fly();
    flights.set(scope, flight);
    return flight;
  };
  const joinQuietly = (url: string, reason: TokenReason): void => {
    if (!calls.isPaused()) join(url, reason).catch(ignore);
  };

  /** Ahead of use: folders that were used since their token was obtained. A token nobody uses is left to lapse. */
  const tick = (): void => {
    let busy;
    for (const it of store.folders()) {
      if (!it.usedFor || !isAlive(it)) continue;
      busy = true;
      if (it.opens <= now()) joinQuietly(it.usedFor, 'expiring');
    }
    clearTimeout(timer);
    // coarse, because machines sleep and tabs are throttled: it reads the wall clock
    timer = busy ? setTimeout(tick, 1000) : undefined;
    // listens only while there is something to renew: a source that nobody destroys leaks nothing
    for (const type of ['visibilitychange', 'pageshow', 'online'])
      (globalThis as unknown as Partial<Window>)[busy ? 'addEventListener' : 'removeEventListener']?.(type, wake);
  };
  const wake = ({ type }: Event): void => {
    if (type === 'online') calls.wake();
    tick();
  };

  const protects = (url: string): boolean => {
    const key = keyOf(url);
    return !!key && protection.covers(key, () => !!find(key));
  };
  const { learn, signAfter } = createReadAhead(
    readAhead,
    unsign,
    (key) => !protects(key) || isAlive(find(key)),
    (key) => joinQuietly(key, 'initial'),
  );
  const attach = (url: string): SignedRequest => {
    const it = find(url)!;
    const { token } = it;
    // a segment is asked for once: its token is not worth renewing
    if (it.usedFor && it.opens <= now() && isAlive(it)) joinQuietly(url, 'expiring');
    it.usedFor = keyOf(url);
    if (token.prefix) tick();
    else signAfter(it.usedFor);
    const { headers = {}, credentials } = token;
    return { url: store.sign(url, it), headers, credentials: !!credentials, source: unsign(url), token };
  };
  const peek = (url: string): SignedRequest | undefined => {
    if (!protects(url)) return { url, headers: {}, credentials: false, source: url };
    return isAlive(find(url)) && !denialOf(url) ? attach(url) : undefined;
  };
  const sign = async (url: string, { signal }: SignOptions = {}): Promise<SignedRequest> => {
    signal?.throwIfAborted();
    const ready = peek(url);
    if (ready) return ready;
    const before = find(url);
    const flight = join(url, before ? 'expired' : 'initial');
    if (!before?.token.prefix) signAfter(keyOf(url));
    await abortable(flight, signal);
    // attached even if it looks dead: then this clock is wrong, and the edge judges better; unless an answer that came
    // at the same moment has dropped it
    return find(url) ? attach(url) : sign(url, { signal });
  };
  const destroy = (): void => {
    emit = ignore;
    // every token is dead
    clock = () => Infinity;
    tick();
    calls.stop(new SecureTokenError('ERR_DESTROYED', 'this token source was destroyed'));
    for (const call of running) call.abort();
  };

  for (const { url, prefix, base } of brought) {
    for (const named of [prefix ?? url, base]) if (named) protection.name(named);
  }
  store.add(brought.flatMap((token) => parseToken(token) ?? []), [], now());
  const breaker = createReplayBreaker(now);
  const isRefusal = ({ token }: SignedRequest, status: number): boolean =>
    !!token && (refusals.includes(status) || (!status && token.expires - 1 <= now()));

  return Object.assign(target, {
    peek,
    protects,
    sign,
    isRefusal,
    async refused(
      request: SignedRequest,
      status: number,
      { signal }: SignOptions = {},
    ): Promise<SignedRequest | undefined> {
      const { token, source: url } = request;
      if (!token || !isRefusal(request, status)) return;
      emit('tokenrefused', { url, status });
      if (!breaker.refused(request) && !breaker.isOpen()) {
        const isOther = (): boolean => carried(find(url)?.token ?? token) !== carried(token);
        const renewed = (): Promise<void> => abortable(join(url, 'refused'), signal);
        if (!isAlive(find(url)) || !isOther()) await renewed();
        if (!isOther()) {
          // most tokens end at a whole second: in the second in which one was made, another is the same
          calls.rest(1);
          await renewed();
        }
        if (isOther()) return breaker.sends(attach(url));
      }
      emit('tokenerror', { error: tokenRefused(url, status) });
    },
    unsign: (url: string) => (protects(url) ? unsign(url) : url),
    allow: protection.allow,
    learn(playlistUrl: string, text: string) {
      if (!find(playlistUrl)?.token.prefix) learn(keyOf(playlistUrl), text);
    },
    async renew() {
      denials.clear();
      calls.wake();
      const used = store.all().filter((it) => it.usedFor && (it.token.prefix ?? isAlive(it)));
      await Promise.all(used.map(({ usedFor }) => join(usedFor!, 'expiring')));
    },
    destroy,
    [Symbol.dispose]: destroy,
  });
}
