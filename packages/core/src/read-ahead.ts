import { dashPlaylists, isMpd } from './dash-playlists.ts';
import type { EndingToken } from './backoff.ts';
import { soonestOf } from './backoff.ts';
import { SIGHT } from './known-playlist.ts';
import type { KnownPlaylist, NameAhead } from './known-playlist.ts';
import { KnownPlaylists } from './known-playlists.ts';
import { isMediaPlaylist, windowStart, withoutDirectives } from './media-playlist.ts';
import type { Horizon } from './prediction-horizon.ts';
import { refillDelay } from './prediction-horizon.ts';
import type { SignedAheadOptions } from './signed-ahead.ts';
import { SignedAhead } from './signed-ahead.ts';
import { resolveUrl } from './url-text.ts';

/** Names that one call brings. */
const MAX_NAMES = 100;

/** Signs the next URLs of a playlist before the player asks for them, where a token opens one URL. */
export class ReadAhead {
  readonly #options: SignedAheadOptions;
  readonly #ahead: SignedAhead;
  readonly #playlists = new KnownPlaylists();
  #refill: ReturnType<typeof setTimeout> | undefined;

  constructor(options: SignedAheadOptions) {
    this.#options = options;
    this.#ahead = new SignedAhead(options);
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
    const horizon = this.#ahead.horizonOf(playlist);
    if (horizon) this.#refillIfDue(playlist, horizon);
    else this.#signNext(playlist, key);
  }

  /** `key` is asked for, by a request that waits: what is signed ahead comes along, unless that is denied. */
  isAskedFor(key: string): void {
    const { acquisition, identify } = this.#options;
    if (acquisition.denialOf(identify(key))) return;
    const playlist = this.#noteAsked(key);
    if (!playlist) return;
    if (this.#ahead.horizonOf(playlist)) this.#fill();
    else this.#signNext(playlist, key);
  }

  /** Whether `key` stands in no playlist yet. */
  isPredicted(key: string): boolean {
    return this.#playlists.predicts(key);
  }

  /** What is at hand of playlists that are due for more: a call that fails may try again within this. */
  ending(): EndingToken | undefined {
    const ending = this.#beingPlayed.flatMap((playlist) => this.#ahead.endingOf(playlist) ?? []);
    return soonestOf(...ending);
  }

  stop(): void {
    clearTimeout(this.#refill);
    this.#playlists.clear();
  }

  /** In seconds on the endpoint's clock. */
  get #now(): number {
    return this.#options.clock.now();
  }

  get #beingPlayed(): KnownPlaylist[] {
    return this.#playlists.beingPlayed(this.#now);
  }

  #noteAsked(key: string): KnownPlaylist | undefined {
    const playlist = this.#playlists.naming(key);
    playlist?.noteAsked(key, this.#now);
    return playlist;
  }

  #reloaded(playlist: KnownPlaylist, last: string): void {
    const horizon = this.#ahead.horizonOf(playlist);
    const isLeft = playlist.lastAsked !== '' && !playlist.isBeingPlayed(this.#now);
    if (!horizon && !(isLeft && playlist.prediction.isBelieved)) this.#signNext(playlist, last);
    else if (horizon && !isLeft) this.#refillIfDue(playlist, horizon);
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
    const { jitter, random } = this.#options;
    const ahead = this.#ahead.secondsBeforeRefill(playlist, horizon);
    if (ahead === undefined) return;
    const delay = refillDelay(ahead, playlist.nameSeconds, jitter, random());
    this.#ahead.noteRefill();
    if (delay === 0) this.#fill();
    else {
      this.#refill = setTimeout(() => {
        this.#refill = undefined;
        this.#fill();
      }, delay * 1000);
    }
  }

  /** What all playlists that are being played lack, in one call. @param but this one, which has asked already */
  #fill(but?: KnownPlaylist): void {
    const { isReady } = this.#options;
    const lacking: NameAhead[] = [];
    for (const playlist of this.#beingPlayed) {
      const horizon = this.#ahead.horizonOf(playlist);
      if (horizon) {
        if (this.#ahead.isPlaylistToBeRenewed(playlist, horizon)) this.#renew(playlist.url);
        lacking.push(...this.#ahead.lackedBy(playlist, horizon));
      } else if (playlist !== but) {
        for (const key of playlist.order.after(playlist.lastAsked, this.#options.size))
          if (!isReady(key)) this.#sign(key);
      }
    }
    const real = lacking.filter(({ isPredicted }) => !isPredicted);
    for (const { key } of real) this.#sign(key);
    const predicted = lacking
      .filter(({ isPredicted }) => isPredicted)
      .sort((one, other) => one.end - other.end)
      .slice(0, Math.max(0, MAX_NAMES - real.length));
    for (const { key } of predicted) this.#predict(key);
    const last = predicted.at(-1);
    if (last) this.#options.debug?.predict(last.key, predicted.length);
  }

  #sign(key: string): void {
    const { acquisition, identify } = this.#options;
    void acquisition.obtainAhead(identify(key)).then((isUnanswered) => {
      if (isUnanswered) this.#ahead.noteUnanswered(key);
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
      if (isRefused) this.#ahead.notePredictionRefused();
    });
  }
}
