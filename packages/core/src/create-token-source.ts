import { Outage } from './calls/outage.ts';
import { TokenCalls } from './calls/token-calls.ts';
import { writeError } from './console-lines.ts';
import type { EdgeAnswer } from './contract/token-source.ts';
import { checkOptions } from './contract/check-options.ts';
import { SecureTokenError, doctorHint, isOutage } from './contract/errors.ts';
import type { Settings, TokenSourceOptions } from './contract/options.ts';
import { MAX_URLS, withDefaults } from './contract/options.ts';
import type { Playlist, ReadAhead } from './contract/playlist.ts';
import type {
  AdapterSource,
  SignOptions,
  SignedRequest,
  TokenEventDetails,
  TokenEventType,
  TokenSource,
} from './contract/token-source.ts';
import { SOURCE_DESTROYED, SOURCE_RENEWS, isTokenSource, untouchedRequest } from './contract/token-source.ts';
import { Observer } from './development/observer.ts';
import { throwIfAborted } from './older-browsers.ts';
import { noteCarried } from './requests/carried-tokens.ts';
import { Renewals } from './requests/renewals.ts';
import { Replays } from './requests/replays.ts';
import { createSourceAhead } from './requests/source-ahead.ts';
import type { SourceParts } from './source-parts.ts';
import type { HeldToken } from './tokens/held-token.ts';
import { Protection } from './tokens/protection.ts';
import { ServerClock } from './tokens/server-clock.ts';
import type { KnownUrl } from './tokens/signed-urls.ts';
import { SignedUrls } from './tokens/signed-urls.ts';
import { TokenStore } from './tokens/token-store.ts';

/** Signs requests: at once if a token is at hand, otherwise as soon as there is one. */
class Source extends EventTarget implements AdapterSource {
  readonly #parts: SourceParts;
  readonly #calls: TokenCalls;
  readonly #renewals: Renewals;
  readonly #replays: Replays;
  /** Only in development builds: what it writes to the console, and the causes of refusals. */
  readonly #observer: Observer | undefined;
  #ahead: ReadAhead | undefined;
  #isDestroyed = false;
  /** The number of players that use this source; `undefined` before the first one: an app may sign without a player. */
  #players: number | undefined;

  constructor(settings: Settings) {
    super();
    const clock = new ServerClock(settings.clock);
    const outage = new Outage(settings, () => clock.sessionNow());
    const parts: SourceParts = {
      settings,
      clock,
      store: new TokenStore(clock, () => outage.isFailing),
      urls: new SignedUrls(),
      protection: new Protection(settings.protect),
      emit: (type, detail) => this.#emit(type, detail),
      isProtected: (key) => key !== '' && parts.protection.covers(key, () => parts.store.find(key) !== undefined),
      isIdle: () => this.#isDestroyed || this.#players === 0,
      attach: (url, held) => this.#attach(parts.urls.read(url), held),
      bringAlong: (key) => this.#bringAlong(key),
    };
    this.#parts = parts;
    this.#calls = new TokenCalls(parts, outage);
    this.#renewals = new Renewals(parts, this.#calls);
    this.#replays = new Replays(parts, this.#calls);
    if (__DEVELOPMENT__) this.#observer = new Observer(this, settings, clock, outage);
  }

  signNow(url: string): SignedRequest | undefined {
    const { urls, store, isProtected } = this.#parts;
    const known = urls.read(url);
    const { key } = known;
    if (!isProtected(key)) {
      if (__DEVELOPMENT__) this.#observer!.noteLeft(key);
      return untouchedRequest(url);
    }
    const held = store.find(key);
    const isReady = store.isUsable(held) && !this.#isDestroyed && !this.#calls.intake.denialOf(key);
    return isReady ? this.#attach(known, held) : undefined;
  }

  async sign(url: string, how: SignOptions = {}): Promise<SignedRequest> {
    throwIfAborted(how.signal);
    const ready = this.signNow(url);
    if (ready) return ready;
    const { urls, store } = this.#parts;
    const { key } = urls.read(url);
    const reason = store.find(key) ? 'expired' : 'initial';
    if (__DEVELOPMENT__) this.#observer!.write('wait', key, `for a token, ${reason}`);
    const obtained = this.#calls.obtain(key, reason, how);
    this.#bringAlong(key);
    await obtained;
    // a new token may bring other parameter names or another base, so the URL may have another key than before
    const known = urls.read(url);
    const held = store.find(known.key);
    // a token that looks expired is attached too: then this clock is wrong, and the edge knows better
    return held ? this.#attach(known, held) : this.sign(url, how);
  }

  isRefusal(request: SignedRequest, status: number): boolean {
    const isRefusal = this.#replays.isRefusal(request, status);
    // eslint-disable-next-line no-restricted-syntax -- writes to the console, and changes nothing
    if (__DEVELOPMENT__ && !isRefusal) this.#observer!.noteFailure(request, status);
    return isRefusal;
  }

  async refused(request: SignedRequest, status: number, how: SignOptions = {}): Promise<SignedRequest | undefined> {
    const { token, unsignedUrl: url } = request;
    if (!token || !this.isRefusal(request, status)) return undefined;
    this.#emit('tokenrefused', { url, status });
    const error = this.explainRefusal(request, status);
    const replay = await this.#replays.replay(request, token, how);
    if (__DEVELOPMENT__)
      this.#observer!.write('replay', url, `after ${status}, ${replay ? 'with another token' : 'not sent again'}`);
    if (!replay) this.#emit('tokenerror', { error });
    return replay;
  }

  explainRefusal(request: SignedRequest, status: number): SecureTokenError {
    const { unsignedUrl: url } = request;
    const cause = __DEVELOPMENT__
      ? this.#observer!.explainRefusal(request, status)
      : `The edge answered ${status || 'without a status'}, and a new token does not help.`;
    const message = `${cause} ${doctorHint(url, this.#parts.settings.endpoint)}`;
    return new SecureTokenError('ERR_TOKEN_REFUSED', message, { url, status });
  }

  noteAnswer(request: SignedRequest, answer: EdgeAnswer, isGood: boolean): void {
    if (__DEVELOPMENT__) this.#observer!.noteAnswer(request, answer, isGood);
    if (isGood) this.#parts.settings.adopt?.(request, answer, this.#parts);
  }

  unsign(url: string): string {
    const { urls, isProtected } = this.#parts;
    const { key, unsigned } = urls.read(url);
    return urls.withoutSecrets(isProtected(key) ? unsigned : url);
  }

  protects(url: string): boolean {
    return this.#parts.isProtected(this.#parts.urls.read(url).key);
  }

  learn(playlistUrl: string, playlist: Playlist): void {
    if (typeof (playlist as Partial<Playlist> | undefined)?.createReadAhead !== 'function')
      throw new SecureTokenError('ERR_OPTIONS', 'learn() takes a playlist that is read: learn(url, hls(text)).');
    const { settings, urls, store } = this.#parts;
    const { key } = urls.read(playlistUrl);
    const held = store.find(key);
    const isOfFolder = held?.isFolder && store.isUsable(held);
    if (this.#isDestroyed || !settings.readAhead || isOfFolder) return;
    this.#ahead ??= playlist.createReadAhead(createSourceAhead(this.#parts, this.#calls));
    this.#ahead.learn(key, playlist);
  }

  get session(): string {
    return this.#calls.intake.session;
  }

  async renew(): Promise<void> {
    this.liftDenials();
    this.#calls.wake();
    this.dispatchEvent(new Event(SOURCE_RENEWS));
    const used = this.#parts.store.inUse(this.#parts.clock.sessionNow());
    const folders = used.filter(({ isFolder }) => isFolder);
    const others = used.filter(({ isFolder }) => !isFolder).slice(-MAX_URLS);
    await Promise.all([...folders, ...others].map(({ usedBy }) => this.#calls.obtain(usedBy, 'expiring')));
  }

  liftDenials(): void {
    this.#calls.intake.liftDenials();
  }

  allow(url: string): void {
    this.#parts.protection.allow(url);
  }

  join(): () => void {
    this.#players = (this.#players ?? 0) + 1;
    let isThere = true;
    return () => {
      if (isThere) this.#players!--;
      isThere = false;
      if (this.#players === 0) this.#rest();
    };
  }

  destroy(): void {
    this.#isDestroyed = true;
    this.#rest();
    const message = 'This token source was destroyed. Create another one.';
    this.#calls.stop(new SecureTokenError('ERR_DESTROYED', message));
    this.#parts.store.clear();
    this.dispatchEvent(new Event(SOURCE_DESTROYED));
  }

  // eslint-disable-next-line browsers/floor -- where the symbol is missing, nobody calls this
  [Symbol.dispose](): void {
    this.destroy();
  }

  /** Stops renewing and signing ahead of use. */
  #rest(): void {
    this.#renewals.stop();
    this.#ahead?.stop();
  }

  #attach(known: KnownUrl, held: HeldToken): SignedRequest {
    const { urls, store, clock } = this.#parts;
    const { token } = held;
    const { key, unsigned } = known;
    // a segment is requested once, so the token of one URL is renewed at its second request at the earliest
    const isUsedAgain = held.isFolder || held.isUsed;
    held.use(key, clock.sessionNow());
    if (__DEVELOPMENT__) this.#observer!.write('attach', key, 'the token ends in', token.expires - clock.now());
    if (isUsedAgain && store.stateOf(held) === 'due') this.#calls.ask(key, 'expiring');
    if (held.isFolder) this.#renewals.start();
    else this.#ahead?.requested(key, false);
    const { headers = {}, credentials = false } = token;
    const url = urls.sign(known, token, held.opens);
    const request = { url, headers, credentials, unsignedUrl: unsigned, token };
    noteCarried(request, this.session);
    return request;
  }

  /** Asks for what goes out in the same call as a request that waits: the next names, and tokens of other folders. */
  #bringAlong(key: string): void {
    const { store, clock } = this.#parts;
    this.#ahead?.requested(key, true);
    for (const { isFolder, usedBy } of store.inUse(clock.sessionNow()))
      if (isFolder && !store.isUsable(store.find(usedBy))) this.#calls.ask(usedBy, 'expired');
  }

  #emit<T extends TokenEventType>(type: T, detail: TokenEventDetails[T]): void {
    if (this.#isDestroyed) return;
    const { settings, store } = this.#parts;
    if ('error' in detail) {
      // what a function of the app throws is a mistake more often than an outage
      const isOfApp = settings.getTokens !== undefined && isOutage(detail.error);
      writeError(this, detail.error, !store.isEmpty && !isOfApp, isOfApp || this.#calls.outage.isFailing);
    }
    this.dispatchEvent(Object.assign(new CustomEvent(type, { detail }), detail));
  }
}

/**
 * Creates the token source of one or many players.
 * @param options a string or URL means `{ endpoint }`; a token source is returned unchanged
 * @throws `ERR_OPTIONS` at once, naming the option
 */
export function createTokenSource(options: TokenSourceOptions | TokenSource | string | URL): TokenSource {
  return isTokenSource(options) ? options : new Source(withDefaults(checkOptions(options)));
}
