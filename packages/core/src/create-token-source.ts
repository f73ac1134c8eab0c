import { abortable } from './abortable.ts';
import { Acquisition } from './acquisition.ts';
import { Backoff, soonestOf } from './backoff.ts';
import { noteAttached } from './carried-tokens.ts';
import { createDebugLog } from './debug-log.ts';
import { Denials } from './denials.ts';
import { normaliseOptions } from './option-checks.ts';
import { createProtection } from './protection.ts';
import { ReadAhead } from './read-ahead.ts';
import { RenewalTimer } from './renewal-timer.ts';
import { isDue, isUsable as isUsableAt } from './renewal.ts';
import { Replays } from './replays.ts';
import { Rotation } from './rotation.ts';
import { sourceDestroyed, tokenRefused } from './secure-token-error.ts';
import { ServerClock } from './server-clock.ts';
import { SigningCalls } from './signing-calls.ts';
import { SigningEndpoint } from './signing-endpoint.ts';
import { SigningQueue } from './signing-queue.ts';
import type { TokenEventDetails, TokenEventType } from './token-events.ts';
import { SOURCE_DESTROYED, SOURCE_RENEWS } from './token-events.ts';
import type { HeldToken } from './token-index.ts';
import { TokenIndex } from './token-index.ts';
import type { TokenSourceOptions } from './token-source-options.ts';
import type { SignOptions, SignedRequest, TokenSource } from './token-source.ts';
import { isTokenSource } from './token-source.ts';
import type { KnownUrl } from './token-urls.ts';
import { TokenUrls } from './token-urls.ts';
import { outdatedUrls, urlsInUse } from './tokens-in-use.ts';
import { untouchedRequest } from './untouched-request.ts';
import { Usage } from './usage.ts';

/**
 * Creates the token source of one or many players.
 * @param options a string or URL is `{ endpoint }`; a token source is returned as it is
 * @throws `ERR_OPTIONS` at once, naming the option
 */
export function createTokenSource(options: TokenSourceOptions | TokenSource | string | URL): TokenSource {
  if (isTokenSource(options)) return options;
  const settings = normaliseOptions(options);
  const { random = Math.random, readAhead: size = 6, renewBefore, jitter = 0.3 } = settings;
  const { refusals = [401, 403, 410], protect, tokens: preset = [] } = settings;

  let isDestroyed = false;
  const target = new EventTarget();
  const debug = createDebugLog(settings.debug);
  const clock = new ServerClock(settings.clock ?? Date.now);
  const rotation = new Rotation();
  const isAlive = (held: HeldToken): boolean => !isDestroyed && isUsableAt(held, clock.now());
  // while the endpoint fails, an outdated one is better than none
  const isOutdated = (held: HeldToken): boolean => rotation.isOutdated(held) && !backoff.isFailing;
  const isUsable = (held: HeldToken): boolean => isAlive(held) && !isOutdated(held);
  const protection = createProtection(protect);
  const tokenUrls = new TokenUrls();
  const index = new TokenIndex(isUsable);
  const usage = new Usage();
  const denials = new Denials();
  const endpoint = new SigningEndpoint(settings);
  const backoff: Backoff = new Backoff(
    settings.retry ?? {},
    random,
    () => clock.sessionNow(),
    () => soonestOf(timer.endingToken(), readAhead.ending()),
    (seconds) => debug?.pause('the signing endpoint is not called', seconds),
  );
  const queue: SigningQueue = new SigningQueue(backoff, (wanted) => calls.call(wanted));
  const acquisition = new Acquisition({
    index,
    denials,
    queue,
    backoff,
    identify: (href) => tokenUrls.identify(href),
    alongWith,
    isPredicted: (key) => readAhead.isPredicted(key),
    willAsk: protection.noteOriginOf,
    changed: () => timer.followCalls(),
  });
  const calls = new SigningCalls({
    endpoint,
    clock,
    rotation,
    protection,
    tokenUrls,
    index,
    denials,
    acquisition,
    emit,
    renewal: { renewBefore, jitter },
    random,
  });
  const timer = new RenewalTimer({ index, usage, clock, acquisition, backoff, isUsable });
  const readAhead: ReadAhead = new ReadAhead({
    size,
    jitter,
    random,
    clock,
    acquisition,
    find: (key) => index.find(tokenUrls.identify(key)),
    identify: (href) => tokenUrls.identify(href),
    // a token may since have told what an old one has put there
    isReady: (key) => isReady(tokenUrls.identify(key)),
  });
  const replays = new Replays({
    refusals,
    clock,
    acquisition,
    backoff,
    rotation,
    find: (url) => {
      const key = keyOf(url);
      return { key, held: index.find(key) };
    },
    isUsable,
    paused: (seconds) => debug?.pause('no request is sent again, because too many were refused', seconds),
    attach: (url) => {
      const known = tokenUrls.read(url);
      return attach(known, index.find(known.key)!);
    },
  });

  function emit<T extends TokenEventType>(type: T, detail: TokenEventDetails[T]): void {
    if (isDestroyed) return;
    debug?.event(type, detail);
    target.dispatchEvent(Object.assign(new CustomEvent(type, { detail }), detail));
  }

  /** After a rotation all that is in use is renewed together. */
  function alongWith(key: string): readonly string[] {
    const held = index.find(key);
    const isToBeRenewed = (other: HeldToken): boolean => rotation.isOutdated(other) && isAlive(other);
    return held && rotation.isOutdated(held)
      ? outdatedUrls(index, usage, { isToBeRenewed, from: held }, clock.now())
      : [];
  }

  const keyOf = (url: string): string => tokenUrls.read(url).key;
  const isProtected = (key: string): boolean =>
    key !== '' && protection.covers(key, () => index.find(key) !== undefined);

  function isReady(key: string): boolean {
    const held = index.find(key);
    return held ? isUsable(held) : !isProtected(key);
  }

  function attach(known: KnownUrl, held: HeldToken): SignedRequest {
    const { token, scope } = held;
    const { key, unsigned } = known;
    const isFolder = scope.kind === 'folder';
    // a segment is requested once: its token is not worth renewing
    const isUsedAgain = isFolder || usage.isUsed(held);
    const now = clock.now();
    usage.note(held, key, now);
    debug?.attach(unsigned, token.expires - now);
    const isToBeRenewed = isUsedAgain && isDue(held, now) && isUsable(held) && !acquisition.isSuspended(held);
    if (isToBeRenewed) acquisition.obtainInBackground(key, 'expiring');
    if (isFolder) timer.start();
    else readAhead.attached(key);
    const { headers = {}, credentials } = token;
    const url = tokenUrls.sign(known, token, scope);
    noteAttached(held, target, isAlive);
    return { ...untouchedRequest(unsigned), url, headers, credentials: !!credentials, token };
  }

  /** The request as it is if it needs no token, or with one that is at hand. */
  function prepare(url: string, known: KnownUrl): SignedRequest | undefined {
    const { key } = known;
    if (!isProtected(key)) {
      if (key !== '') debug?.leave(key);
      return untouchedRequest(url);
    }
    const held = index.find(key);
    return held && isUsable(held) && !acquisition.denialOf(key) ? attach(known, held) : undefined;
  }

  async function sign(url: string, { signal }: SignOptions = {}): Promise<SignedRequest> {
    signal?.throwIfAborted();
    const known = tokenUrls.read(url);
    const ready = prepare(url, known);
    if (ready) return ready;
    const before = index.find(known.key);
    const reason = before ? 'expired' : 'initial';
    debug?.wait(known.unsigned, reason);
    const flight = acquisition.obtain(known.key, reason);
    if (before?.scope.kind !== 'folder') readAhead.isAskedFor(known.key);
    await abortable(flight, signal);
    // a new token may bring parameter names or a base that were not known: the URL may have another key than before
    const again = tokenUrls.read(url);
    const held = index.find(again.key);
    // attached even if it looks expired: then this clock is wrong, and the edge judges better; unless an answer that
    // came at the same moment has dropped it
    return held ? attach(again, held) : sign(url, { signal });
  }

  function isRefusal(request: SignedRequest, status: number): boolean {
    replays.noteFailure(request, status);
    return replays.isRefusal(request, status);
  }

  function destroy(): void {
    isDestroyed = true;
    timer.stop();
    readAhead.stop();
    backoff.stop(sourceDestroyed());
    endpoint.abortAll();
    target.dispatchEvent(new Event(SOURCE_DESTROYED));
  }

  calls.holdPreset(preset);

  return Object.assign(target, {
    sign,
    destroy,
    [Symbol.dispose]: destroy,
    allow: protection.allow,
    peek: (url: string) => prepare(url, tokenUrls.read(url)),
    protects: (url: string) => isProtected(keyOf(url)),
    isRefusal,
    async refused(request: SignedRequest, status: number, how: SignOptions = {}): Promise<SignedRequest | undefined> {
      const { token, unsignedUrl: url } = request;
      if (!token || !isRefusal(request, status)) return undefined;
      if (replays.isNews(request)) emit('tokenrefused', { url, status });
      const since = clock.sessionNow();
      const replay = await replays.signAnew(request, token, status, how);
      debug?.replay(url, status, !!replay, clock.sessionNow() - since);
      if (!replay) emit('tokenerror', { error: tokenRefused(url, status) });
      return replay;
    },
    unsign(url: string) {
      const { key, unsigned } = tokenUrls.read(url);
      return isProtected(key) ? unsigned : url;
    },
    learn(playlistUrl: string, text: string) {
      const key = keyOf(playlistUrl);
      if (index.find(key)?.scope.kind !== 'folder') readAhead.learn(key, text);
    },
    async renew() {
      if (!denials.isEmpty) endpoint.startAnew();
      denials.clear();
      backoff.wake();
      target.dispatchEvent(new Event(SOURCE_RENEWS));
      const inUse = urlsInUse(index, usage, isAlive, clock.now());
      await Promise.all(inUse.map((url) => acquisition.obtain(url, 'expiring')));
    },
  });
}
