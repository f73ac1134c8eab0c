import { BoundedMap } from '../bounded-map.ts';
import { MAX_URLS_PER_CALL } from '../contract/options.ts';
import type { Playlist, ReadAhead, SourceAhead } from '../contract/playlist.ts';
import { pathOf } from '../url-text.ts';
import type { NextNames } from './track.ts';
import { Track } from './track.ts';

/** The largest number of playlists that are remembered. */
const MAX_PLAYLISTS = 50;
/** The number of names that are signed ahead on demand, as a share of the names requested in order so far. */
const GROWTH = 0.6;
/** The share of a token's lifetime that is signed ahead, and the longest time of a live stream, in seconds. */
const FULL_SHARE = 0.75;
const LONGEST = 60;
/** On demand, the next call is due once less than this share of the names is left. */
const REFILL_SHARE = 0.15;
/** In a live stream it is due once another name fits below this share of the time: the rest bridges an outage. */
const LIVE_REFILL_SHARE = 2 / 3;
/** Sums of decimal fractions are not exact. */
const ROUNDING_SECONDS = 0.001;
/** The delay of a call that no request waits for, as a share of the time between two requests. */
const DELAY_SHARE = 0.25;
/** The share of the lifetime of tokens, as the option `jitter`, at which calls are spread as widely as possible. */
const FULL_SPREAD = 0.25;

/** Returns the URL of a playlist without the directives of a blocking reload (RFC 8216bis, section 6.2.5). */
const withoutDirectives = (url: string): string => url.replace(/[?&]_HLS_\w+=[^&]*/g, '').replace(/^([^?&]*)&/, '$1?');

/** Returns for how many seconds the names of a live stream are signed ahead. */
const liveSeconds = ({ lifetime = 0 }: Track): number => Math.min(lifetime * FULL_SHARE, LONGEST);

/** The tracks of a playlist, by the ids of their lists. */
type Tracks = ReadonlyMap<string, Track>;

/** Signs the next names of playlists before a player requests them, if a token opens one URL. */
class PlaylistsAhead implements ReadAhead {
  readonly #source: SourceAhead;
  readonly #playlists = new BoundedMap<string, Tracks>(MAX_PLAYLISTS);
  /** The share of the largest spread over which the calls of an audience are spread: 0 to 1. */
  readonly #spread: number;
  /** The first batch of a live stream is shorter than the others, so that the viewers who join together spread. */
  #share: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(source: SourceAhead) {
    this.#source = source;
    const { jitter, random } = source.settings;
    this.#spread = Math.min(1, jitter / FULL_SPREAD);
    this.#share = 1 - this.#spread * (1 - LIVE_REFILL_SHARE) * random();
  }

  learn(url: string, playlist: Playlist): void {
    const { keyOf, clock } = this.#source;
    const id = withoutDirectives(url);
    const known = this.#playlists.get(id);
    const lists = playlist.lists({ url, keyOf, now: () => clock.now(), before: (list) => known?.get(list)?.list });
    if (!lists.length) return;
    const before = known ?? this.#takeContinued(id, lists[0]!.at(0));
    const tracks = new Map(lists.map((list) => [list.id, before?.get(list.id) ?? new Track(list)]));
    for (const list of lists) tracks.get(list.id)!.learn(list, url);
    this.#playlists.set(id, tracks);
    for (const track of tracks.values())
      if (track.isPlayed(clock.sessionNow()) && this.#isDue(track)) this.#fillSoon(track);
  }

  requested(key: string, waits: boolean): void {
    const track = this.#tracks().find((it) => it.has(key));
    if (!track) return;
    track.noteRequest(key, this.#source.clock.sessionNow(), waits);
    // a first request waits anyway: its call brings the next names as well
    const isDue = (waits && track.run === 1) || this.#isDue(track);
    if (isDue && !waits) this.#fillSoon(track);
    else if (isDue) this.#fill(track);
    else if (waits) this.#renewPlaylists(this.#playedWith(track));
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Takes out the tracks of the playlist that this reload with another query continues: one of them has `first`. */
  #takeContinued(id: string, first: string): Tracks | undefined {
    for (const [other, tracks] of this.#playlists) {
      if (pathOf(other) !== pathOf(id) || ![...tracks.values()].some((track) => track.has(first))) continue;
      this.#playlists.delete(other);
      return tracks;
    }
    return undefined;
  }

  /** Returns all tracks, those of the latest playlist first. */
  #tracks(): Track[] {
    return [...this.#playlists.values()].reverse().flatMap((tracks) => [...tracks.values()]);
  }

  /** Returns the tracks that are played along with `track`: the viewer has left others for it. */
  #playedWith(track: Track): Track[] {
    const now = this.#source.clock.sessionNow();
    return this.#tracks().filter((it) => it.isPlayed(now) && it.isRequestedSince(track.begunAt));
  }

  /**
   * Waits a little: requests for tracks that are played together follow each other closely, and one call serves all. In
   * a live stream up to the time between two requests: all players reload within the same second.
   */
  #fillSoon(track: Track): void {
    const random = track.list.isLive ? this.#spread * this.#source.settings.random() : 0;
    const seconds = Math.min(track.pace, track.list.seconds) * Math.max(DELAY_SHARE, random);
    this.#timer ??= setTimeout(() => this.#fill(track), seconds * 1000);
  }

  /** Asks in one call for the next names of all tracks that are played. */
  #fill(track: Track): void {
    this.stop();
    const { isCovered, queue } = this.#source;
    const played = this.#playedWith(track);
    const next = played.map((it) => this.#next(it, played.length));
    const listed = next.flatMap((names) => names.listed).filter((name) => !isCovered(name));
    const guessed = next.flatMap((names) => names.guessed).filter((name) => !isCovered(name));
    for (const name of listed) queue.ask(name, 'initial');
    for (const name of guessed) queue.ask(name, 'initial', true);
    if (!listed.length && !guessed.length) return;
    this.#share = 1;
    this.#renewPlaylists(played);
  }

  /** Renews in the same call the tokens of playlists, which have to outlast what is signed ahead. */
  #renewPlaylists(played: readonly Track[]): void {
    for (const { list, playlist, isSameUrl } of played)
      if (list.isLive && isSameUrl) this.#source.renewPlaylist(playlist);
  }

  #isDue(track: Track): boolean {
    const { listed, guessed } = this.#next(track, this.#playedWith(track).length);
    const names = [...listed, ...guessed];
    const ahead = names.findIndex((name) => !this.#source.isCovered(name));
    if (ahead < 1) return ahead === 0;
    const { list } = track;
    if (!list.isLive) return ahead < names.length * REFILL_SHARE;
    // short tokens of long segments are used up first: a call for each segment would sign one
    return (ahead + 1) * list.seconds <= liveSeconds(track) * LIVE_REFILL_SHARE + ROUNDING_SECONDS;
  }

  /** Returns the names that are to be signed ahead. @param tracks the number of tracks that are played */
  #next(track: Track, tracks: number): NextNames {
    const { settings, lifetimeOf, queue } = this.#source;
    const first = settings.readAhead;
    track.lifetime = lifetimeOf(track.last) ?? lifetimeOf(track.playlist) ?? track.lifetime;
    const { run, pace, list } = track;
    const seconds = (track.lifetime ?? 0) * FULL_SHARE;
    // one place in the call stays free, for a request that waits
    const places = Math.max(1, Math.floor(MAX_URLS_PER_CALL / tracks) - 1);
    if (list.isLive && !(seconds && list.seconds)) return track.next(first, false);
    if (list.isLive) {
      const count = Math.floor((liveSeconds(track) * this.#share) / list.seconds);
      return track.next(Math.min(places, count), queue.mayGuess);
    }
    const grown = Math.max(first, Math.floor(run * GROWTH));
    const needed = seconds && pace && run >= first ? Math.floor(seconds / pace) : Infinity;
    return track.next(Math.min(places, grown, Math.max(1, needed)), false);
  }
}

export const createReadAhead = (source: SourceAhead): ReadAhead => new PlaylistsAhead(source);
