import { MAX_URLS_PER_CALL } from '../contract/options.ts';
import type { NameList } from '../contract/playlist.ts';
import { HISTORY, predictNames } from './predict-names.ts';

/** The number of names that a player may skip without a seek: it has them already, or does not need them. */
const LEFT_OUT = 6;
/** The number of requests by which the pace of a player is measured. */
const PACE = 5;
/** A track counts as played until its last request is older than the longer of these two. */
const PLAYED_SECONDS = 10;
const PLAYED_NAMES = 3;

/** The next names of a track: those that its playlist lists, and predicted ones. */
export interface NextNames {
  readonly listed: readonly string[];
  readonly guessed: readonly string[];
}

/** The names of one rendition, and the requests of players for them. */
export class Track {
  list: NameList;
  /** The key of the playlist at its last reload, and whether the reload before had the same one. */
  playlist = '';
  isSameUrl = false;
  /** The lifetime of the tokens, in seconds; `undefined` before there was one. */
  lifetime: number | undefined;
  /** The name that was requested last. */
  last = '';
  /** The number of names that were requested in order since the start or the last seek, and the time of the first. */
  run = 0;
  begunAt: number;
  #lastAt = -Infinity;
  /** The times of the last requests. */
  #times: readonly number[] = [];
  /** The last names of media, also of earlier reloads. */
  #history: readonly string[] = [];
  #guesses: readonly string[] | undefined;

  constructor(list: NameList) {
    this.list = list;
    this.begunAt = -Infinity;
  }

  /** @param playlist the key of the playlist */
  learn(list: NameList, playlist: string): void {
    this.isSameUrl = this.playlist === playlist;
    this.playlist = playlist;
    this.list = list;
    this.#noteHistory();
  }

  has(name: string): boolean {
    return this.list.placeOf(name) >= 0;
  }

  /** The usual seconds between two requests; 0 if they are unknown. */
  get pace(): number {
    const [first] = this.#times;
    if (first === undefined || this.#times.length < PACE) return this.list.seconds;
    return (this.#times[PACE - 1]! - first) / (PACE - 1);
  }

  /** Whether a player has requested a name a moment ago. @param now seconds of the session */
  isPlayed(now: number): boolean {
    return now - this.#lastAt <= Math.max(PLAYED_SECONDS, PLAYED_NAMES * this.list.seconds);
  }

  isRequestedSince(time: number): boolean {
    return this.#lastAt >= time;
  }

  /** @param waits whether the request waits for a token; otherwise a token was attached */
  noteRequest(name: string, now: number, waits: boolean): void {
    const before = this.list.placeOf(this.last);
    const ahead = before < 0 ? Infinity : this.list.placeOf(name) - before;
    // of several requests at a time, a later one may get its token first; a new request for an earlier name is a seek
    if (!waits && ahead < 0 && ahead >= -LEFT_OUT) return;
    if (ahead < 0 || ahead > LEFT_OUT + 1) {
      this.run = 0;
      this.begunAt = now;
      this.#times = [];
    }
    // a pause says nothing about the pace
    if (!this.isPlayed(now)) this.#times = [];
    if (ahead !== 0) {
      this.run++;
      this.#times = [...this.#times, now].slice(-PACE);
    }
    this.last = name;
    this.#lastAt = now;
  }

  /** Returns the next `count` names after the one requested last; the listed ones come first. */
  next(count: number, mayGuess: boolean): NextNames {
    const from = this.list.placeOf(this.last) + 1;
    const left = Math.max(0, Math.min(count, this.list.length - from));
    const listed = Array.from({ length: left }, (_, index) => this.list.at(from + index));
    if (!this.list.isLive || !mayGuess || left === count) return { listed, guessed: [] };
    this.#noteHistory();
    this.#guesses ??= predictNames(this.#history, MAX_URLS_PER_CALL);
    return { listed, guessed: this.#guesses.slice(0, count - left) };
  }

  /** Notes the names that are new in the list, which may have grown with time. */
  #noteHistory(): void {
    const names = this.list.last(HISTORY);
    const known = names.lastIndexOf(this.#history[this.#history.length - 1] ?? '');
    if (known >= 0 && known === names.length - 1) return;
    this.#history = [...(known < 0 ? [] : this.#history), ...names.slice(known + 1)].slice(-HISTORY);
    this.#guesses = undefined;
  }
}
