import { attributeUris, lineAt, playlistUris, skippedSegments, windowStart } from './media-playlist.ts';

/** In which order one media playlist names its URLs. Of a live one, those in its window. */
export class PlaylistOrder {
  /** The URL that follows each; after the last one, an empty one. Begins with the oldest. */
  readonly #successors = new Map<string, string>();
  #last = '';
  /** The last URI as it stands in the playlist. */
  #lastUri = '';

  /** Empty before anything was learnt. */
  get last(): string {
    return this.#last;
  }

  get size(): number {
    return this.#successors.size;
  }

  has(key: string): boolean {
    return this.#successors.has(key);
  }

  /** At most `count` URLs that follow `key`. */
  after(key: string, count: number): string[] {
    const next: string[] = [];
    for (let url = this.#successors.get(key); url && next.length < count; url = this.#successors.get(url)) {
      next.push(url);
    }
    return next;
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
    const keys = new Set<string>();
    for (const { uri, isAttribute } of playlistUris(text.slice(from))) {
      this.#lastUri = uri;
      const key = keyOf(uri);
      if (key && !(isAttribute && isBefore(uri))) keys.add(key);
    }
    if (keys.size > 0) this.#link([...keys]);
    this.#forgetBefore(text, keyOf);
  }

  #link(keys: readonly string[]): void {
    for (const [index, key] of keys.entries()) this.#successors.set(key, keys[index + 1] ?? '');
    this.#last = keys.at(-1)!;
  }

  /** Forgets what has left the window: a live stream may go on for days. */
  #forgetBefore(text: string, keyOf: (uri: string) => string): void {
    const { head, uri } = windowStart(text);
    const first = uri && keyOf(uri);
    if (!first || !this.#successors.has(first)) return;
    // init segments and keys stay while the first segment needs them
    const needed = new Set([...attributeUris(head)].map(keyOf));
    // a delta update begins behind what it leaves out
    const skipped = skippedSegments(head);
    const before = skipped > 0 ? [...this.#successors.keys()].indexOf(first) : Infinity;
    let count = 0;
    for (const key of this.#successors.keys()) {
      if (key === first || count++ >= before - skipped) return;
      if (!needed.has(key)) this.#successors.delete(key);
    }
  }
}
