import { attributeUris, lineAt, playlistUris, skippedSegments, windowStart } from './media-playlist.ts';
import type { PlaylistUri } from './media-playlist.ts';
import type { UrlOrder } from './url-order.ts';

interface Entry {
  readonly kind: PlaylistUri['kind'];
  /** The URL that follows; empty after the last one. */
  readonly next: string;
}

/** A delta update does not say which init segment and which key hold for what it leaves out: the last ones. */
const RESOURCES_IN_FORCE = 2;

/** More URLs than a day of segments of two seconds has. Only the playlist of a stranger names more. */
const MAX_ENTRIES = 50_000;

/** In which order one media playlist names its URLs. Of a live one, those in its window. */
export class PlaylistOrder implements UrlOrder {
  /** By URL; begins with the oldest. */
  readonly #entries = new Map<string, Entry>();
  #last = '';
  /** The last URI as it stands in the playlist. */
  #lastUri = '';

  /** Empty before anything was learnt. */
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
   * Takes in a playlist; of a reload, what it adds.
   * @param keyOf the identity of a URI of this playlist; empty if it has none
   */
  learn(text: string, keyOf: (uri: string) => string): void {
    // From its last line, for before it nothing is new. A low-latency playlist ends with an attribute, which no line
    // begins with: all of it is read, for its parts vanish.
    const from = lineAt(text, this.#lastUri);
    let before: Set<string> | undefined;
    const isBefore = (uri: string): boolean => (before ??= attributeUris(text.slice(0, from))).has(uri);
    // each once: a file may be named for each of its byte ranges, a key before each segment
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
   * Takes in a whole playlist; of a reload, what it adds.
   * @param kinds by key, in the order in which they are played; @param first the first segment of the window
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

  /** Where nothing leaves the window. Many at a time: a Map steps over all that was deleted from its beginning. */
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

  /** Forgets what has left the window, but for what is `needed` there: a live stream may go on for days. */
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

  /** The segment that stands `count` segments before `key`, or the oldest of all. */
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
