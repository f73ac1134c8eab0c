import { attributeUris, lineAt, playlistUris, skippedSegments, windowStart } from './media-playlist.ts';
import type { PlaylistUri } from './media-playlist.ts';
import type { UrlOrder } from './url-order.ts';

interface Entry {
  readonly kind: PlaylistUri['kind'];
  /** The URL that follows; empty after the last one. */
  readonly next: string;
}

/** Resources kept for the segments that a delta update leaves out: it does not say which init segment and key apply. */
const RESOURCES_IN_FORCE = 2;

/** The maximum number of URLs: more than a day of two-second segments has. Only an untrusted playlist names more. */
const MAX_ENTRIES = 50_000;

/** The order in which one media playlist names its URLs; for a live playlist, only the URLs in its window. */
export class PlaylistOrder implements UrlOrder {
  /** By URL, the oldest first. */
  readonly #entries = new Map<string, Entry>();
  #last = '';
  /** The last URI as written in the playlist. */
  #lastUri = '';

  /** The last URL; empty before a playlist was learnt. */
  get last(): string {
    return this.#last;
  }

  get size(): number {
    return this.#entries.size;
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  kindOf(key: string): PlaylistUri['kind'] | undefined {
    return this.#entries.get(key)?.kind;
  }

  *after(key: string): Iterable<string> {
    for (let url = this.#entries.get(key)?.next; url; url = this.#entries.get(url)?.next) yield url;
  }

  /**
   * Adds the URLs of a playlist; for a reload, only the new ones.
   * @param keyOf returns the key of a URI of this playlist; empty if it has none
   */
  learn(text: string, keyOf: (uri: string) => string): void {
    // Reads from the last known line, because nothing before it is new. A low-latency playlist ends with a URI in an
    // attribute, and no line begins with that. Such a playlist is read completely, because its parts vanish.
    const from = lineAt(text, this.#lastUri);
    let before: Set<string> | undefined;
    const isBefore = (uri: string): boolean => (before ??= attributeUris(text.slice(0, from))).has(uri);
    // each URL once: a playlist may name a file for each of its byte ranges, and a key before each segment
    const kinds = new Map<string, PlaylistUri['kind']>();
    for (const { uri, kind } of playlistUris(text.slice(from))) {
      this.#lastUri = uri;
      const key = keyOf(uri);
      if (key && !(kind !== 'segment' && isBefore(uri)) && !kinds.has(key)) kinds.set(key, kind);
    }
    if (kinds.size > 0) this.#link(kinds);
    this.#forgetText(text, keyOf);
  }

  /**
   * Adds the URLs of a whole playlist; for a reload, only the new ones.
   * @param kinds the kinds by key, in the order of playback; @param first the first segment of the window
   */
  learnList(kinds: ReadonlyMap<string, PlaylistUri['kind']>, first: string): void {
    const keys = [...kinds.keys()];
    const known = Math.max(0, keys.indexOf(this.#last));
    this.#link(new Map([...kinds].slice(known)));
    const place = keys.indexOf(first);
    if (place >= 0) this.#forgetBefore(first, new Set(keys.slice(0, place)));
  }

  #link(kinds: ReadonlyMap<string, PlaylistUri['kind']>): void {
    const keys = [...kinds.keys()];
    for (const [index, key] of keys.entries()) {
      this.#entries.set(key, { kind: kinds.get(key)!, next: keys[index + 1] ?? '' });
    }
    this.#last = keys.at(-1)!;
    this.#forgetOldest();
  }

  /**
   * Forgets the oldest URLs of a playlist whose window does not move. Deletes many at a time, because iterating over a
   * Map steps over all entries that were deleted from its beginning.
   */
  #forgetOldest(): void {
    if (this.#entries.size <= 1.1 * MAX_ENTRIES) return;
    for (const key of this.#entries.keys()) {
      if (this.#entries.size <= MAX_ENTRIES) return;
      this.#entries.delete(key);
    }
  }

  #forgetText(text: string, keyOf: (uri: string) => string): void {
    const { head, uri } = windowStart(text);
    const named = uri && keyOf(uri);
    if (!named || !this.#entries.has(named)) return;
    const skipped = skippedSegments(head);
    const first = skipped > 0 ? this.#segmentsBefore(named, skipped) : named;
    const needed = skipped > 0 ? this.#resourcesInForce(first) : new Set([...attributeUris(head)].map(keyOf));
    this.#forgetBefore(first, needed);
  }

  /** Forgets the URLs that have left the window, except the `needed` ones: a live stream may go on for days. */
  #forgetBefore(first: string, needed: ReadonlySet<string>): void {
    for (const key of this.#entries.keys()) {
      if (key === first) break;
      if (!needed.has(key)) this.#entries.delete(key);
    }
    for (const key of needed) {
      const entry = this.#entries.get(key);
      if (entry && !this.#entries.has(entry.next)) this.#entries.set(key, { ...entry, next: first });
    }
  }

  /** Returns the segment that stands `count` segments before `key`, or else the oldest segment. */
  #segmentsBefore(key: string, count: number): string {
    const keys = [...this.#entries.keys()];
    let index = keys.indexOf(key);
    let oldest = key;
    for (let left = count; left > 0 && index > 0;) {
      const candidate = keys[--index]!;
      if (this.#entries.get(candidate)!.kind !== 'segment') continue;
      oldest = candidate;
      left--;
    }
    return oldest;
  }

  #resourcesInForce(first: string): Set<string> {
    const resources: string[] = [];
    for (const [key, { kind }] of this.#entries) {
      if (key === first) break;
      if (kind === 'resource') resources.push(key);
    }
    return new Set(resources.slice(-RESOURCES_IN_FORCE));
  }
}
