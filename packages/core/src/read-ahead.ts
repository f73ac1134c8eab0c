import { BoundedMap } from './bounded-map.ts';
import { dashPlaylists, isMpd } from './dash-playlists.ts';
import type { Acquisition } from './acquisition.ts';
import type { EndingToken } from './backoff.ts';
import { SIGHT } from './known-playlist.ts';
import type { KnownPlaylist, NameAhead } from './known-playlist.ts';
import { KnownPlaylists } from './known-playlists.ts';
import { isMediaPlaylist, windowStart, withoutDirectives } from './media-playlist.ts';
import { PAUSE_SECONDS } from './name-prediction.ts';
import type { Horizon, PlaylistToken } from './prediction-horizon.ts';
import { comesAlong, firstSecondsOf, horizonOf, isHalfOver, isRefillDue, refillDelay } from './prediction-horizon.ts';
import type { ServerClock } from './server-clock.ts';
import type { HeldToken } from './token-index.ts';
import { lifetimeOf } from './token-index.ts';
import { resolveUrl } from './url-text.ts';

/** A listed name that was answered without a token is not asked for again so soon. */
const UNANSWERED_SECONDS = 10;

/** Names that one call brings. */
const MAX_NAMES = 100;

interface ReadAheadOptions {
  /** How many URLs are signed ahead where their playlist names them; 0 is none, and nothing is predicted. */
  readonly size: number;
  /** 0…1: the share of the lifetime over which an audience is spread. */
  readonly jitter: number;
  readonly random: () => number;
  readonly clock: ServerClock;
  readonly acquisition: Acquisition;
  /** What an absolute URL is known by, without what a server wrote into it. */
  readonly identify: (href: string) => string;
  readonly find: (key: string) => HeldToken | undefined;
  readonly isReady: (key: string) => boolean;
}

/** Signs the next URLs of a playlist before the player asks for them, where a token opens one URL. */
export class ReadAhead {
  readonly #options: ReadAheadOptions;
  readonly #playlists = new KnownPlaylists();
  /** Until when names are not asked for again that were answered without a token. */
  readonly #unanswered = new BoundedMap<string, number>();
  /** Drawn once for a viewer. */
  #firstShare: number | undefined;
  #hasRefilled = false;
  /** The endpoint signs no names that do not exist. */
  #pausedUntil = -Infinity;
  #refill: ReturnType<typeof setTimeout> | undefined;

  constructor(options: ReadAheadOptions) {
    this.#options = options;
  }

  /** @param key identity of the playlist or manifest */
  learn(key: string, text: string): void {
    try {
      if (isMpd(text)) this.#learnDash(key, text);
      else if (isMediaPlaylist(text)) this.#learnMedia(key, text, key);
    } catch {
      // written by a stranger: what cannot be read is not read ahead, and its requests are signed one by one
    }
  }

  /** A manifest names all renditions: those that nobody plays are only known. */
  #learnDash(manifest: string, text: string): void {
    for (const { id, text: playlist, base, isAhead } of dashPlaylists(text, manifest, this.#now)) {
      this.#learnMedia(`${manifest}#${id}`, playlist, base, (last) => !isAhead && this.#options.isReady(last));
    }
  }

  /** @param base of its URIs; @param isPlayed whether what a reload has added is signed; by the last URL before that */
  #learnMedia(key: string, text: string, base: string, isPlayed: (last: string) => boolean = () => true): void {
    const keyOf = (uri: string): string => this.#options.identify(resolveUrl(uri, base));
    const playlist = this.#playlists.take(withoutDirectives(key), keyOf(windowStart(text).uri ?? ''));
    const { last } = playlist.order;
    playlist.learn(key, text, keyOf, this.#now);
    this.#playlists.forgetOldest();
    // at the live edge
    if (last && isPlayed(last)) this.#reloaded(playlist, last);
  }

  /** A token for `key` was attached. */
  attached(key: string): void {
    const playlist = this.#noteAsked(key);
    if (!playlist) return;
    const horizon = this.#horizonOf(playlist);
    if (horizon) this.#refillIfDue(playlist, horizon);
    else this.#signNext(playlist, key);
  }

  /** `key` is asked for, by a request that waits: what is signed ahead comes along. */
  isAskedFor(key: string): void {
    const playlist = this.#noteAsked(key);
    if (!playlist) return;
    if (this.#horizonOf(playlist)) this.#fill();
    else this.#signNext(playlist, key);
  }

  /** Whether `key` stands in no playlist yet. */
  isPredicted(key: string): boolean {
    return this.#playlists.predicts(key);
  }

  /** What is at hand of playlists that are due for more: a call that fails may try again within this. */
  ending(): EndingToken | undefined {
    const ending = this.#inUse.flatMap((playlist): EndingToken[] => {
      const horizon = this.#horizonOf(playlist);
      if (!horizon) return [];
      const ahead = this.#secondsAhead(playlist, horizon, this.#options.isReady);
      const token = this.#ownToken(playlist);
      if (!isRefillDue(ahead, playlist.nameSeconds, horizon) && !(token && isHalfOver(token))) return [];
      // those who joined together were spread by how far they signed ahead at first
      return [{ isFirst: false, lifetime: playlist.lifetime!, rest: Math.min(ahead, token?.rest ?? Infinity) }];
    });
    return ending.sort((one, other) => one.rest - other.rest)[0];
  }

  stop(): void {
    clearTimeout(this.#refill);
    this.#playlists.clear();
  }

  /** In seconds on the endpoint's clock. */
  get #now(): number {
    return this.#options.clock.now();
  }

  get #inUse(): KnownPlaylist[] {
    return this.#playlists.inUse(this.#now);
  }

  #noteAsked(key: string): KnownPlaylist | undefined {
    const playlist = this.#playlists.naming(key);
    playlist?.noteAsked(key, this.#now);
    return playlist;
  }

  #reloaded(playlist: KnownPlaylist, last: string): void {
    const horizon = this.#horizonOf(playlist);
    const isLeft = playlist.lastAsked !== '' && !playlist.isInUse(this.#now);
    if (!horizon && !(isLeft && playlist.prediction.isBelieved)) this.#signNext(playlist, last);
    else if (horizon && !isLeft) this.#refillIfDue(playlist, horizon);
  }

  /** How far to sign ahead; `undefined` where no more is known than the playlist names. */
  #horizonOf(playlist: KnownPlaylist): Horizon | undefined {
    const { size, find } = this.#options;
    if (size === 0 || this.#now < this.#pausedUntil || !playlist.isPredictable(this.#now)) return undefined;
    const held = find(playlist.lastAsked) ?? find(playlist.url);
    if (held?.scope.kind === 'folder') return undefined;
    if (held) playlist.lifetime = lifetimeOf(held);
    return playlist.lifetime === undefined ? undefined : horizonOf(playlist.lifetime);
  }

  /** Signs the next URLs that lack a token, once fewer than half of the next ones are ready. */
  #signNext(playlist: KnownPlaylist, key: string): void {
    const { size, isReady } = this.#options;
    const next = playlist.order.after(key, SIGHT);
    if (next.slice(0, size).filter(isReady).length * 2 >= size) return;
    for (const url of next.filter((it) => !isReady(it)).slice(0, size)) this.#sign(url);
    this.#fill(playlist);
  }

  #refillIfDue(playlist: KnownPlaylist, horizon: Horizon): void {
    if (this.#refill !== undefined) return;
    const { jitter, random, identify, isReady, acquisition } = this.#options;
    const ahead = this.#secondsAhead(playlist, horizon, (key) => isReady(key) || acquisition.isUnderWay(identify(key)));
    const token = this.#ownToken(playlist);
    if (!isRefillDue(ahead, playlist.nameSeconds, horizon) && !(token && isHalfOver(token))) return;
    const delay = refillDelay(ahead, playlist.nameSeconds, jitter, random());
    this.#hasRefilled = true;
    if (delay === 0) this.#fill();
    else {
      this.#refill = setTimeout(() => {
        this.#refill = undefined;
        this.#fill();
      }, delay * 1000);
    }
  }

  /** Seconds of media without a gap. What cannot be asked for is no gap. */
  #secondsAhead(playlist: KnownPlaylist, horizon: Horizon, isCovered: (key: string) => boolean): number {
    const names = this.#namesOf(playlist, horizon);
    const gap = names.findIndex(({ key }) => key !== '' && !isCovered(key) && !this.#isRefused(key));
    return gap < 0 ? horizon.fullSeconds : (names[gap - 1]?.end ?? 0);
  }

  /** No call brings a token for it. */
  #isRefused(key: string): boolean {
    const { acquisition, identify } = this.#options;
    return acquisition.denialOf(identify(key)) !== undefined || (this.#unanswered.get(key) ?? 0) > this.#now;
  }

  #namesOf(playlist: KnownPlaylist, horizon: Horizon): NameAhead[] {
    const { jitter, random } = this.#options;
    if (this.#hasRefilled) return playlist.namesWithin(horizon.fullSeconds);
    this.#firstShare ??= random();
    return playlist.namesWithin(firstSecondsOf(horizon, jitter, this.#firstShare));
  }

  /** What all playlists in use lack, in one call. @param but this one, which has asked already */
  #fill(but?: KnownPlaylist): void {
    const { isReady } = this.#options;
    const lacking: NameAhead[] = [];
    for (const playlist of this.#inUse) {
      const horizon = this.#horizonOf(playlist);
      if (horizon) {
        const token = this.#ownToken(playlist);
        if (token && comesAlong(token, horizon)) this.#renew(playlist.url);
        lacking.push(
          ...this.#namesOf(playlist, horizon).filter(({ key }) => key !== '' && !isReady(key) && !this.#isRefused(key)),
        );
      } else if (playlist !== but) {
        for (const key of playlist.order.after(playlist.lastAsked, this.#options.size))
          if (!isReady(key)) this.#sign(key);
      }
    }
    const real = lacking.filter(({ isPredicted }) => !isPredicted);
    for (const { key } of real) this.#sign(key);
    const predicted = lacking.filter(({ isPredicted }) => isPredicted).sort((one, other) => one.end - other.end);
    for (const { key } of predicted.slice(0, Math.max(0, MAX_NAMES - real.length))) this.#predict(key);
  }

  #sign(key: string): void {
    const { acquisition, identify } = this.#options;
    void acquisition.obtainAhead(identify(key)).then((isUnanswered) => {
      if (isUnanswered) this.#unanswered.set(key, this.#now + UNANSWERED_SECONDS);
    });
  }

  #renew(key: string): void {
    const { acquisition, find } = this.#options;
    const held = find(key);
    if (held && !acquisition.isSuspended(held)) acquisition.obtainInBackground(key, 'expiring');
  }

  #predict(key: string): void {
    const { acquisition, identify } = this.#options;
    void acquisition.predict(identify(key)).then((isRefused) => {
      if (isRefused) this.#pausedUntil = this.#now + PAUSE_SECONDS;
    });
  }

  /** Of a playlist whose reloads share a token, while that lives. */
  #ownToken({ url, isSameUrl }: KnownPlaylist): PlaylistToken | undefined {
    const held = this.#options.find(url);
    if (!held || held.scope.kind === 'folder' || (held.scope.kind === 'url' && !isSameUrl)) return undefined;
    const rest = held.token.expires - this.#now;
    return rest > 0 ? { lifetime: lifetimeOf(held), rest } : undefined;
  }
}
