import { Acquisition } from './calls/acquisition.ts';
import { Backoff } from './calls/backoff.ts';
import { forgetAttached } from './requests/carried-tokens.ts';
import { createDebugLog } from './debug-log.ts';
import { withDefaults } from './contract/default-options.ts';
import { Denials } from './calls/denials.ts';
import { normaliseOptions } from './contract/option-checks.ts';
import { Players } from './calls/players.ts';
import type { Playlist, ReadAhead } from './contract/playlist.ts';
import { isPlaylist } from './contract/playlist.ts';
import { createProtection } from './tokens/protection.ts';
import { RenewalTimer } from './calls/renewal-timer.ts';
import { isUnexpired } from './tokens/renewal.ts';
import { Replays } from './requests/replays.ts';
import { RequestSigner } from './requests/request-signer.ts';
import { Rotation } from './tokens/rotation.ts';
import { SecureTokenError, sourceDestroyed, tokenRefused } from './contract/secure-token-error.ts';
import { ServerClock } from './tokens/server-clock.ts';
import { SigningCalls } from './calls/signing-calls.ts';
import { SigningEndpoint } from './calls/signing-endpoint.ts';
import { SigningQueue } from './calls/signing-queue.ts';
import { createSourceAhead } from './requests/source-ahead.ts';
import type { TokenEventDetails, TokenEventType } from './contract/token-events.ts';
import { SOURCE_DESTROYED, SOURCE_RENEWS } from './contract/token-events.ts';
import type { HeldToken } from './tokens/token-index.ts';
import { TokenIndex } from './tokens/token-index.ts';
import type { TokenSourceOptions } from './contract/token-source-options.ts';
import type { SignOptions, SignedRequest, TokenSource } from './contract/token-source.ts';
import { isTokenSource } from './contract/token-source.ts';
import { TokenUrls } from './tokens/token-urls.ts';
import { outdatedUrls, urlsInUse } from './tokens/tokens-in-use.ts';
import { Usage } from './tokens/usage.ts';

const NO_PLAYLIST =
  "learn() takes a playlist that is read: learn(url, hls(text)), with 'hls' from 'secure-token-core/playlists'; " +
  'dash(text) for DASH.';

const soonestOf = (rests: readonly number[]): number | undefined => (rests.length > 0 ? Math.min(...rests) : undefined);

/**
 * Creates the token source of one or many players.
 * @param options a string or URL is `{ endpoint }`; a token source is returned as it is
 * @throws `ERR_OPTIONS` at once, naming the option
 */
export function createTokenSource(options: TokenSourceOptions | TokenSource | string | URL): TokenSource {
  if (isTokenSource(options)) return options;
  const settings = withDefaults(normaliseOptions(options));
  const { renewBefore, jitter, random } = settings;

  let isDestroyed = false;
  /** There is none before the source has learnt a playlist. */
  let readAhead: ReadAhead | undefined;
  const target = new EventTarget();
  const debug = createDebugLog(settings.debug);
  const clock = new ServerClock(settings.clock);
  const rotation = new Rotation();
  /** Nobody uses it any more once this source is destroyed. */
  const isAlive = (held: HeldToken): boolean => !isDestroyed && isUnexpired(held, clock.now());
  // while the endpoint fails, an outdated one is better than none
  const isOutdated = (held: HeldToken): boolean => rotation.isOutdated(held) && !backoff.isFailing;
  /** Requests go out with it; without such a one they wait. */
  const isUsable = (held: HeldToken): boolean => isAlive(held) && !isOutdated(held);
  const protection = createProtection(settings.protect);
  const tokenUrls = new TokenUrls();
  const index = new TokenIndex(isUsable);
  const usage = new Usage();
  const denials = new Denials(() => clock.sessionNow());
  const endpoint = new SigningEndpoint(settings);
  const backoff: Backoff = new Backoff(
    settings.retry,
    random,
    () => clock.sessionNow(),
    () => soonestOf([...timer.restsOfDue(), ...(readAhead?.restsOfDue() ?? [])]),
    (seconds) => debug?.pause('the signing endpoint is not called', seconds),
  );
  const players = new Players(() => {
    timer.rest();
    readAhead?.rest();
  });
  const queue: SigningQueue = new SigningQueue(
    backoff,
    (wanted) => calls.call(wanted),
    () => players.haveLeft && !backoff.isAwaited,
  );
  const acquisition = new Acquisition({
    index,
    denials,
    queue,
    backoff,
    identify: (href) => tokenUrls.identify(href),
    alongWith,
    isPredicted: (key) => readAhead?.isPredicted(key) ?? false,
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
  const timer = new RenewalTimer({ index, usage, clock, acquisition, backoff, players, isUsable });
  const ahead = createSourceAhead({
    size: settings.readAhead,
    jitter,
    random,
    clock,
    acquisition,
    find: (key) => index.find(key),
    identify: (href) => tokenUrls.identify(href),
    isReady: (key) => signer.isReady(key),
    debug,
  });
  const signer: RequestSigner = new RequestSigner({
    tokenUrls,
    protection,
    index,
    usage,
    clock,
    acquisition,
    timer,
    readAhead: () => readAhead,
    isAlive,
    isUsable,
    source: target,
    debug,
  });
  const replays = new Replays({
    refusals: settings.refusals,
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
    attach: (url) => signer.attachTo(url),
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

  function keyOf(url: string): string {
    return tokenUrls.read(url).key;
  }

  function isRefusal(request: SignedRequest, status: number): boolean {
    // eslint-disable-next-line no-restricted-syntax -- adapters ask it about each failure, and tell of it nowhere else
    replays.noteFailure(request, status);
    return replays.isRefusal(request, status);
  }

  function liftDenials(): void {
    if (!denials.isEmpty) endpoint.startAnew();
    denials.lift();
  }

  function destroy(): void {
    isDestroyed = true;
    timer.stop();
    readAhead?.stop();
    backoff.stop(sourceDestroyed());
    endpoint.abortAll();
    forgetAttached(target);
    target.dispatchEvent(new Event(SOURCE_DESTROYED));
  }

  calls.holdPreset(settings.tokens);

  return Object.assign(target, {
    sign: (url: string, how?: SignOptions) => signer.sign(url, how),
    destroy,
    [Symbol.dispose]: destroy,
    join: () => players.join(),
    allow: protection.allow,
    signNow: (url: string) => signer.signNow(url),
    protects: (url: string) => signer.isProtected(keyOf(url)),
    isRefusal,
    async refused(request: SignedRequest, status: number, how: SignOptions = {}): Promise<SignedRequest | undefined> {
      const { token, unsignedUrl: url } = request;
      if (!token || !isRefusal(request, status)) return undefined;
      if (replays.noteTold(request)) emit('tokenrefused', { url, status });
      const since = clock.sessionNow();
      const replay = await replays.signAnew(request, token, status, how);
      debug?.replay(url, status, !!replay, clock.sessionNow() - since);
      if (!replay) emit('tokenerror', { error: tokenRefused(url, status) });
      return replay;
    },
    unsign(url: string) {
      const { key, unsigned } = tokenUrls.read(url);
      return signer.isProtected(key) ? unsigned : url;
    },
    learn(playlistUrl: string, playlist: Playlist) {
      if (!isPlaylist(playlist)) throw new SecureTokenError('ERR_OPTIONS', NO_PLAYLIST);
      const key = keyOf(playlistUrl);
      if (isDestroyed || index.find(key)?.scope.kind === 'folder') return;
      readAhead ??= playlist.createReadAhead(ahead);
      readAhead.learn(key, playlist);
    },
    liftDenials,
    async renew() {
      liftDenials();
      backoff.wake();
      target.dispatchEvent(new Event(SOURCE_RENEWS));
      const inUse = urlsInUse(index, usage, isAlive, clock.now());
      await Promise.all(inUse.map((url) => acquisition.obtain(url, 'expiring')));
    },
  });
}
