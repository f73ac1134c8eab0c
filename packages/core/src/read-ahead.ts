import { isMediaPlaylist, withoutDirectives } from './media-playlist.ts';
import { PlaylistOrder } from './playlist-order.ts';
import { resolveUrl } from './url-text.ts';

/** How many of the next URLs are looked at. */
const SIGHT = 100;
/** How many URLs are known in their order, in all playlists. */
const MAX_URLS = 50_000;

interface ReadAheadOptions {
  /** How many URLs are signed ahead; 0 is none. */
  readonly size: number;
  /** What an absolute URL is known by, without what a server wrote into it. */
  readonly identify: (href: string) => string;
  readonly isReady: (key: string) => boolean;
  readonly sign: (key: string) => void;
}

/** Signs the next URLs of a playlist before the player asks for them, where a token opens one URL. */
export class ReadAhead {
  readonly #options: ReadAheadOptions;
  /** By playlist; what was loaded last is the last one. */
  readonly #orders = new Map<string, PlaylistOrder>();

  constructor(options: ReadAheadOptions) {
    this.#options = options;
  }

  /** @param playlist its identity */
  learn(playlist: string, text: string): void {
    if (!isMediaPlaylist(text)) return;
    const id = withoutDirectives(playlist);
    const order = this.#orders.get(id) ?? new PlaylistOrder();
    this.#orders.delete(id);
    this.#orders.set(id, order);
    const { last } = order;
    order.learn(text, (uri) => this.#options.identify(resolveUrl(uri, playlist)));
    this.#forgetOldest();
    // at the live edge: what this reload has added
    if (last) this.signAfter(last);
  }

  /** Signs the next URLs that lack a token, once fewer than half of the next ones are ready. */
  signAfter(key: string): void {
    const { size, isReady, sign } = this.#options;
    const next = this.#after(key);
    if (next.slice(0, size).filter(isReady).length * 2 >= size) return;
    for (const url of next.filter((it) => !isReady(it)).slice(0, size)) sign(url);
  }

  /** The playlist that was loaded last is kept, however long. */
  #forgetOldest(): void {
    let urls = 0;
    for (const id of [...this.#orders.keys()].reverse()) {
      urls += this.#orders.get(id)!.size;
      if (urls > MAX_URLS && urls > this.#orders.get(id)!.size) this.#orders.delete(id);
    }
  }

  #after(key: string): string[] {
    for (const order of this.#orders.values()) if (order.has(key)) return order.after(key, SIGHT);
    return [];
  }
}
