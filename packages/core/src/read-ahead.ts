import { isMpd, parseDashManifest } from './dash-manifest.ts';
import { KnownPlaylist, SIGHT } from './known-playlist.ts';
import type { NameAhead } from './known-playlist.ts';
import { KnownPlaylists } from './known-playlists.ts';
import { isMediaPlaylist, windowStart, withoutDirectives } from './media-playlist.ts';
import type { Horizon } from './prediction-horizon.ts';
import { refillDelay } from './prediction-horizon.ts';
import type { Rendition } from './rendition.ts';
import type { SignedAheadOptions } from './signed-ahead.ts';
import { SignedAhead } from './signed-ahead.ts';
import { firstOf } from './url-order.ts';
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
      else if (isMediaPlaylist(text)) this.#learnMedia(key, text);
    } catch {
      // written by a stranger: what cannot be read is not read ahead, and its requests are signed one by one
    }
  }

  #learnDash(url: string, text: string): void {
    const { identify } = this.#options;
    const manifest = parseDashManifest(text, { url, identify, now: () => this.#now });
    if (manifest.representations.length === 0) return;
    for (const rendition of this.#playlists.learnManifest(url, manifest)) {
      // at the live edge
      if (rendition.isBeingPlayed(this.#now)) this.#signNext(rendition, rendition.lastAsked);
    }
  }

  #learnMedia(key: string, text: string): void {
    const keyOf = (uri: string): string => this.#options.identify(resolveUrl(uri, key));
    this.#playlists.learnPlaylist(withoutDirectives(key), keyOf(windowStart(text).uri ?? ''), (playlist) => {
      const { last } = playlist.order;
      playlist.learn(key, text, keyOf, this.#now);
      // at the live edge
      if (last) this.#reloaded(playlist, last);
    });
  }

  /** A token for `key` was attached. */
  attached(key: string): void {
    const rendition = this.#noteAsked(key);
    if (!rendition) return;
    const live = this.#liveOf(rendition);
    if (live) this.#refillIfDue(live.playlist, live.horizon);
    else this.#signNext(rendition, key);
  }

  /** `key` is asked for, by a request that waits: what is signed ahead comes along, unless that is denied. */
  isAskedFor(key: string): void {
    const { acquisition, identify } = this.#options;
    if (acquisition.denialOf(identify(key))) return;
    const rendition = this.#noteAsked(key);
    if (!rendition) return;
    if (this.#liveOf(rendition)) this.#fill();
    else this.#signNext(rendition, key);
  }

  /** Whether `key` stands in no playlist yet. */
  isPredicted(key: string): boolean {
    return this.#playlists.predicts(key);
  }

  /** Seconds that are at hand of playlists that are due for more, each. */
  restsOfDue(): number[] {
    return this.#beingPlayed.flatMap((rendition) =>
      rendition instanceof KnownPlaylist ? (this.#ahead.restOfDue(rendition) ?? []) : [],
    );
  }

  /** Nobody plays any more. */
  rest(): void {
    clearTimeout(this.#refill);
    this.#refill = undefined;
  }

  stop(): void {
    this.rest();
    this.#playlists.clear();
  }

  /** In seconds on the endpoint's clock. */
  get #now(): number {
    return this.#options.clock.now();
  }

  get #beingPlayed(): Rendition[] {
    return this.#playlists.beingPlayed(this.#now);
  }

  #noteAsked(key: string): Rendition | undefined {
    const rendition = this.#playlists.naming(key);
    rendition?.noteAsked(key, this.#now);
    return rendition;
  }

  /** A live playlist whose names come, and how far it is signed ahead. A manifest says itself which names come. */
  #liveOf(rendition: Rendition): { playlist: KnownPlaylist; horizon: Horizon } | undefined {
    if (!(rendition instanceof KnownPlaylist)) return undefined;
    const horizon = this.#ahead.horizonOf(rendition);
    return horizon && { playlist: rendition, horizon };
  }

  #reloaded(playlist: KnownPlaylist, last: string): void {
    const horizon = this.#ahead.horizonOf(playlist);
    const isLeft = playlist.lastAsked !== '' && !playlist.isBeingPlayed(this.#now);
    if (!horizon && !(isLeft && playlist.prediction.isBelieved)) this.#signNext(playlist, last);
    else if (horizon && !isLeft) this.#refillIfDue(playlist, horizon);
  }

  /** Signs the next URLs that lack a token, once fewer than half of the next ones are ready. */
  #signNext(rendition: Rendition, key: string): void {
    const { size, isReady } = this.#options;
    if ([...firstOf(rendition.order.after(key), size)].filter(isReady).length * 2 >= size) return;
    const lacking = [...firstOf(rendition.order.after(key), SIGHT)].filter((url) => !isReady(url));
    for (const url of lacking.slice(0, size)) this.#sign(url);
    this.#fill(rendition);
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
  #fill(but?: Rendition): void {
    const { isReady } = this.#options;
    const lacking: NameAhead[] = [];
    for (const rendition of this.#beingPlayed) {
      const live = this.#liveOf(rendition);
      if (live) {
        if (this.#ahead.isPlaylistToBeRenewed(live.playlist, live.horizon)) this.#renew(live.playlist.url);
        lacking.push(...this.#ahead.lackedBy(live.playlist, live.horizon));
      } else if (rendition !== but) {
        for (const key of firstOf(rendition.order.after(rendition.lastAsked), this.#options.size))
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
