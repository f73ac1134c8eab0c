import { Backoff } from './calls/backoff.ts';
import { TokenQueue } from './calls/token-queue.ts';
import { writeError } from './console-lines.ts';
import { checkOptions } from './contract/check-options.ts';
import { SecureTokenError, doctorHint, isOutage } from './contract/errors.ts';
import type { Settings, TokenSourceOptions } from './contract/options.ts';
import { withDefaults } from './contract/options.ts';
import { parseToken } from './contract/parse-answer.ts';
import type { Playlist } from './contract/playlist.ts';
import type {
  AdapterSource,
  EdgeAnswer,
  SignOptions,
  SignedRequest,
  TokenEventDetails,
  TokenEventType,
  TokenSource,
} from './contract/token-source.ts';
import { SOURCE_DESTROYED, SOURCE_RENEWS, isTokenSource, untouchedRequest } from './contract/token-source.ts';
import { Observer } from './development/observer.ts';
import { AnsweringHosts } from './requests/answering-hosts.ts';
import { Renewals } from './requests/renewals.ts';
import { Replays } from './requests/replays.ts';
import { noteSigned } from './requests/signed-requests.ts';
import type { SourceContext } from './source-context.ts';
import type { HeldToken } from './tokens/held-token.ts';
import { holdTokens } from './tokens/hold-tokens.ts';
import { Protection } from './tokens/protection.ts';
import { ServerClock } from './tokens/server-clock.ts';
import type { KnownUrl } from './tokens/signed-urls.ts';
import { SignedUrls } from './tokens/signed-urls.ts';
import { TokenStore } from './tokens/token-store.ts';
import { throwIfAborted } from './older-browsers.ts';

/** Signs requests: at once if a token is at hand, otherwise as soon as there is one. */
class Source extends EventTarget implements AdapterSource {
  readonly #context: SourceContext;
  readonly #queue: TokenQueue;
  readonly #renewals: Renewals;
  readonly #replays: Replays;
  readonly #hosts = new AnsweringHosts();
  /** Only in development builds: what it writes to the console, and the causes of refusals. */
  readonly #observer: Observer | undefined;
  #isDestroyed = false;
  /** The number of players that use this source; `undefined` before the first one: an app may sign without a player. */
  #players: number | undefined;

  constructor(settings: Settings) {
    super();
    const clock = new ServerClock(settings.clock);
    const backoff = new Backoff(settings, () => clock.sessionNow());
    const store = new TokenStore(clock, () => backoff.isFailing);
    const context: SourceContext = {
      settings,
      clock,
      store,
      urls: new SignedUrls(),
      protection: new Protection(store, settings.protect),
      emit: (type, detail) => this.#emit(type, detail),
      isIdle: () => this.#isDestroyed || this.#players === 0,
    };
    this.#context = context;
    this.#queue = new TokenQueue(context, backoff);
    this.#renewals = new Renewals(context, this.#queue);
    this.#replays = new Replays(context, this.#queue, this.#renewals);
    holdPreset(context);
    if (__DEVELOPMENT__) this.#observer = new Observer(this, settings, clock, backoff);
  }

  signNow(url: string): SignedRequest | undefined {
    return this.#signNow(this.#context.urls.read(url));
  }

  async sign(url: string, how: SignOptions = {}): Promise<SignedRequest> {
    throwIfAborted(how.signal);
    const { urls, store } = this.#context;
    const known = urls.read(url);
    const ready = this.#signNow(known);
    if (ready) return ready;
    const { key } = known;
    const reason = store.find(key) ? 'expired' : 'initial';
    if (__DEVELOPMENT__) this.#observer!.write('wait', key, `for a token, ${reason}`);
    const obtained = this.#queue.obtain(key, reason, how);
    this.#renewals.comeAlong(key);
    await obtained;
    // a new token may bring other parameter names or another base, so the URL may have another key than before
    const current = urls.readAgain(known);
    const held = store.find(current.key);
    // a token that looks expired is attached too: then this clock is wrong, and the edge knows better
    return held ? this.#attach(current, held) : this.sign(url, how);
  }

  isRefusal(request: SignedRequest, status: number): boolean {
    const { clock, settings } = this.#context;
    // eslint-disable-next-line no-restricted-syntax -- writes to the console, and changes no answer
    if (request.token && clock.isHeard) this.#hosts.noteFailure(this, request, status, settings.endpoint);
    return this.#replays.isRefusal(request, status);
  }

  async refused(request: SignedRequest, status: number, how: SignOptions = {}): Promise<SignedRequest | undefined> {
    const { token, unsignedUrl: url } = request;
    if (!token || !this.isRefusal(request, status)) return undefined;
    this.#emit('tokenrefused', { url, status });
    const error = this.explainRefusal(request, status);
    const replacement = await this.#replays.replacementFor(request, token, how);
    if (__DEVELOPMENT__)
      this.#observer!.write('replay', url, `after ${status}, ${replacement ? 'with another token' : 'not sent again'}`);
    if (!replacement) {
      this.#emit('tokenerror', { error });
      return undefined;
    }
    const replay = this.#attach(this.#context.urls.read(url), replacement.held);
    this.#replays.note(replay, replacement);
    return replay;
  }

  explainRefusal(request: SignedRequest, status: number): SecureTokenError {
    const { unsignedUrl: url } = request;
    const cause = __DEVELOPMENT__
      ? this.#observer!.explainRefusal(request, status)
      : `The edge answered ${status || 'without a status'}, and a new token does not help.`;
    const message = `${cause} ${doctorHint(url, this.#context.settings.endpoint)}`;
    return new SecureTokenError('ERR_TOKEN_REFUSED', message, { url, status });
  }

  noteAnswer(request: SignedRequest, answer: EdgeAnswer, isGood: boolean): void {
    if (isGood) this.#hosts.noteAnswer(request);
    if (__DEVELOPMENT__) this.#observer!.noteAnswer(request, answer, isGood);
    if (isGood) this.#context.settings.adopt?.(request, answer, this.#context);
  }

  unsign(url: string): string {
    const { urls, protection } = this.#context;
    const { key, unsigned } = urls.read(url);
    return urls.withoutSecrets(protection.covers(key) ? unsigned : url);
  }

  protects(url: string): boolean {
    const { urls, protection } = this.#context;
    return protection.covers(urls.read(url).key);
  }

  learn(playlistUrl: string, playlist: Playlist): void {
    if (typeof (playlist as Partial<Playlist> | undefined)?.createReadAhead !== 'function')
      throw new SecureTokenError('ERR_OPTIONS', 'learn() takes a playlist that is read: learn(url, hls(text)).');
    if (!this.#isDestroyed) this.#renewals.learn(this.#context.urls.read(playlistUrl).key, playlist);
  }

  get session(): string {
    return this.#queue.client.session;
  }

  async renew(): Promise<void> {
    this.liftDenials();
    this.#queue.wake();
    this.dispatchEvent(new Event(SOURCE_RENEWS));
    await this.#renewals.renewAll();
  }

  liftDenials(): void {
    this.#queue.liftDenials();
  }

  allow(url: string): void {
    this.#context.protection.trustSource(url);
  }

  join(): () => void {
    this.#players = (this.#players ?? 0) + 1;
    let isThere = true;
    return () => {
      if (isThere) this.#players!--;
      isThere = false;
      if (this.#players === 0) this.#renewals.stop();
    };
  }

  destroy(): void {
    this.#isDestroyed = true;
    this.#renewals.stop();
    const message = 'This token source was destroyed. Create another one.';
    this.#queue.stop(new SecureTokenError('ERR_DESTROYED', message));
    this.#context.store.clear();
    this.dispatchEvent(new Event(SOURCE_DESTROYED));
  }

  // eslint-disable-next-line browsers/floor -- where the symbol is missing, nobody calls this
  [Symbol.dispose](): void {
    this.destroy();
  }

  #signNow(known: KnownUrl): SignedRequest | undefined {
    const { store, protection } = this.#context;
    const { key } = known;
    if (!protection.covers(key)) {
      if (__DEVELOPMENT__) this.#observer!.noteLeft(key);
      return untouchedRequest(known.asked);
    }
    const held = store.find(key);
    const isReady = store.isUsable(held) && !this.#isDestroyed && !this.#queue.denialOf(key);
    return isReady ? this.#attach(known, held) : undefined;
  }

  #attach(known: KnownUrl, held: HeldToken): SignedRequest {
    const { urls, clock } = this.#context;
    const { token } = held;
    const { key, unsigned } = known;
    if (__DEVELOPMENT__) this.#observer!.write('attach', key, 'the token ends in', token.expires - clock.now());
    this.#renewals.attached(key, held);
    const request = { ...urls.sign(known, token, held.opens), unsignedUrl: unsigned, token };
    noteSigned(request, this.session);
    return request;
  }

  #emit<T extends TokenEventType>(type: T, detail: TokenEventDetails[T]): void {
    if (this.#isDestroyed) return;
    const { settings, store } = this.#context;
    if ('error' in detail) {
      // what a function of the app throws is a mistake more often than an outage
      const isOfApp = settings.getTokens !== undefined && isOutage(detail.error);
      writeError(this, detail.error, !store.isEmpty && !isOfApp, isOfApp || this.#queue.backoff.isFailing);
    }
    this.dispatchEvent(Object.assign(new CustomEvent(type, { detail }), detail));
  }
}

/** Holds the tokens that the page has brought. */
function holdPreset(context: SourceContext): void {
  const { settings, clock, protection } = context;
  const tokens = settings.tokens.map(parseToken);
  // the page vouches for the origins of its tokens
  for (const { url, prefix, base } of tokens)
    for (const named of [prefix ?? url, base]) if (named) protection.noteNamed(named);
  holdTokens(context, tokens, [], { call: 0, obtainedAt: clock.now() });
}

/**
 * Creates the token source of one or many players.
 * @param options a string or URL means `{ endpoint }`; a token source is returned unchanged
 * @throws `ERR_OPTIONS` at once, naming the option
 */
export function createTokenSource(options: TokenSourceOptions | TokenSource | string | URL): TokenSource {
  return isTokenSource(options) ? options : new Source(withDefaults(checkOptions(options)));
}
