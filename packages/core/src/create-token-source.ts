import { Backoff } from './calls/backoff.ts';
import { RenewalTimer } from './calls/renewal-timer.ts';
import { TokenCalls } from './calls/token-calls.ts';
import { withDefaults } from './contract/token-source-options.ts';
import { normaliseOptions } from './contract/option-checks.ts';
import type { Playlist, PlaylistGuest } from './contract/playlist.ts';
import { isPlaylist } from './contract/playlist.ts';
import { SecureTokenError, isSecureTokenError } from './contract/secure-token-error.ts';
import type {
  SignOptions,
  SignedRequest,
  TokenEventDetails,
  TokenEventType,
  TokenSource,
} from './contract/token-source.ts';
import { SOURCE_DESTROYED, SOURCE_RENEWS, isTokenSource } from './contract/token-source.ts';
import type { TokenSourceOptions } from './contract/token-source-options.ts';
import { writeError, writeMistake } from './console-lines.ts';
import { createDebugLog } from './debug-log.ts';
import { isOffline } from './realm.ts';
import { TokenAdoption } from './requests/adoption.ts';
import { forgetAttached } from './requests/carried-tokens.ts';
import { Replays } from './requests/replays.ts';
import { RequestSigner } from './requests/request-signer.ts';
import { createSourceAhead } from './requests/source-ahead.ts';
import { createProtection } from './tokens/protection.ts';
import { SentReplays } from './tokens/sent-replays.ts';
import { ServerClock } from './tokens/server-clock.ts';
import { TokenStore } from './tokens/token-store.ts';
import { TokenUrls } from './tokens/token-urls.ts';
import { Players, TokensInUse } from './tokens/tokens-in-use.ts';

const NO_PLAYLIST =
  "learn() takes a playlist that is read: learn(url, hls(text)), with 'hls' from 'secure-token-core/playlists'; " +
  'dash(text) for DASH.';

const NO_STATUS =
  'secure-token: a request with a token that has not ended failed without a status. If the network panel shows 401, ' +
  '403 or 410, the CDN sends no CORS headers with refusals: let it send them with every status, as `always` does ' +
  'in nginx.';

/**
 * Creates the token source of one or many players.
 * @param options a string or URL means `{ endpoint }`; a token source is returned unchanged
 * @throws `ERR_OPTIONS` at once, naming the option
 */
export function createTokenSource(options: TokenSourceOptions | TokenSource | string | URL): TokenSource {
  if (isTokenSource(options)) return options;
  const settings = withDefaults(normaliseOptions(options));

  // each part needs only the parts that are created above it
  const target = new EventTarget();
  const debug = createDebugLog(settings.debug);
  const players = new Players();
  /** The errors that were already reported to the app, the log and the console. */
  const told = new WeakSet<SecureTokenError>();
  const guest: PlaylistGuest = { readAhead: undefined };
  const protection = createProtection(settings.protect);
  const clock = new ServerClock(settings.clock);
  const sent = new SentReplays();
  const tokenUrls = new TokenUrls();
  const backoff = new Backoff(settings.retry, settings.random, clock, (seconds) =>
    debug?.pause('the signing endpoint is not called', seconds),
  );
  const store = new TokenStore(clock, sent, backoff);
  const inUse = new TokensInUse({ store, sent, clock });
  const tokens = { settings, clock, sent, protection, tokenUrls, store, inUse };
  const calls = new TokenCalls({ ...tokens, backoff, players, guest, emit });
  const timer = new RenewalTimer({ ...tokens, calls, players });
  const signer = new RequestSigner({ ...tokens, calls, timer, guest, source: target, debug });
  const replays = new Replays({ ...tokens, calls, backoff, signer, debug });
  const adoption = settings.adopt === undefined ? undefined : new TokenAdoption(settings.adopt, { ...tokens, emit });
  const ahead = createSourceAhead({ ...tokens, calls, signer, debug });

  function emit<T extends TokenEventType>(type: T, detail: TokenEventDetails[T]): void {
    if (store.isClosed) return;
    debug?.event(type, detail);
    if ('error' in detail) tellOnce(detail.error);
    target.dispatchEvent(Object.assign(new CustomEvent(type, { detail }), detail));
  }

  /** Notes that an event or a rejected request tells the app of `error`. Development builds also tell the console. */
  function tellOnce(error: SecureTokenError): void {
    told.add(error);
    if (__DEVELOPMENT__) writeError(target, error);
  }

  /** Writes the error of a waiting request to log and console, unless an event has reported it. @throws `error` */
  function tellAndThrow(error: unknown): never {
    if (isSecureTokenError(error) && error.code !== 'ERR_DESTROYED' && !told.has(error)) {
      debug?.event('tokenerror', { error });
      tellOnce(error);
    }
    throw error;
  }

  /** Stops renewing and signing ahead of use. */
  function rest(): void {
    timer.rest();
    guest.readAhead?.rest();
  }

  /** Warns of a probable refusal without CORS headers, which looks like a network failure. */
  function writeNoStatus(): void {
    if (isOffline()) return;
    writeMistake(target, NO_STATUS, 'troubleshooting.md#status-0-instead-of-403-or-410');
  }

  function isRefusal(request: SignedRequest, status: number): boolean {
    // eslint-disable-next-line no-restricted-syntax -- adapters pass each failure to this function, and to no other
    replays.noteFailure(request, status);
    if (__DEVELOPMENT__ && !status && request.token && !replays.isRefusal(request, status)) writeNoStatus();
    return replays.isRefusal(request, status);
  }

  function destroy(): void {
    store.close();
    timer.stop();
    guest.readAhead?.stop();
    calls.stop();
    forgetAttached(target);
    target.dispatchEvent(new Event(SOURCE_DESTROYED));
  }

  const source = {
    sign: (url: string, how?: SignOptions) => signer.sign(url, how).catch(tellAndThrow),
    destroy,
    [Symbol.dispose]: destroy,
    join: () => players.join(rest),
    allow: protection.allow,
    signNow: (url: string) => signer.signNow(url),
    protects: (url: string) => signer.isProtected(tokenUrls.read(url).key),
    isRefusal,
    explainRefusal: (request: SignedRequest, status: number) => replays.explain(request, status, target),
    async refused(request: SignedRequest, status: number, how: SignOptions = {}): Promise<SignedRequest | undefined> {
      const { token, unsignedUrl: url } = request;
      if (!token || !isRefusal(request, status)) return undefined;
      if (replays.noteTold(request)) emit('tokenrefused', { url, status });
      const since = clock.sessionNow();
      const replay = await replays.signAnew(request, token, status, how).catch(tellAndThrow);
      debug?.replay(url, status, !!replay, clock.sessionNow() - since);
      if (!replay) emit('tokenerror', { error: replays.explain(request, status, target) });
      return replay;
    },
    adoption,
    unsign(url: string) {
      const { key, unsigned } = tokenUrls.read(url);
      return tokenUrls.secrets.removeFrom(signer.isProtected(key) ? unsigned : url, source.protects);
    },
    learn(playlistUrl: string, playlist: Playlist) {
      if (!isPlaylist(playlist)) throw new SecureTokenError('ERR_OPTIONS', NO_PLAYLIST);
      const { key } = tokenUrls.read(playlistUrl);
      if (store.isClosed || store.find(key)?.scope.kind === 'folder') return;
      guest.readAhead ??= playlist.createReadAhead(ahead);
      guest.readAhead.learn(key, playlist);
    },
    liftDenials: () => calls.liftDenials(),
    async renew() {
      calls.liftDenials();
      backoff.wake();
      target.dispatchEvent(new Event(SOURCE_RENEWS));
      await Promise.all(inUse.urls().map((url) => calls.obtain(url, 'expiring')));
    },
    get session() {
      return calls.session;
    },
  };
  // copies the getters themselves: `Object.assign` would copy their values
  return Object.defineProperties(target, Object.getOwnPropertyDescriptors(source)) as typeof target & typeof source;
}
