import { dashPlaylists, isMpd } from './dash-playlists.ts';
import { isMediaPlaylist, windowStart, withoutDirectives } from './media-playlist.ts';
import { PlaylistOrder } from './playlist-order.ts';
import { pathOf, resolveUrl } from './url-text.ts';

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
  /** Unix seconds. */
  readonly now: () => number;
}

/** Signs the next URLs of a playlist before the player asks for them, where a token opens one URL. */
export class ReadAhead {
  readonly #options: ReadAheadOptions;
  /** By playlist, the newest last. */
  readonly #orders = new Map<string, PlaylistOrder>();

  constructor(options: ReadAheadOptions) {
    this.#options = options;
  }

  /** @param playlist its identity */
  learn(playlist: string, text: string): void {
    if (isMpd(text)) this.#learnDash(playlist, text);
    else if (isMediaPlaylist(text)) this.#learnMedia(playlist, text);
  }

  /** A manifest names all renditions: those that nobody plays are only known. */
  #learnDash(manifest: string, text: string): void {
    for (const { id, text: playlist, isAhead } of dashPlaylists(text, manifest, this.#options.now())) {
      this.#learnMedia(`${manifest}#${id}`, playlist, (last) => !isAhead && this.#options.isReady(last));
    }
  }

  /** @param isInUse whether what has been added at the live edge is signed; by the last URL before that */
  #learnMedia(playlist: string, text: string, isInUse: (last: string) => boolean = () => true): void {
    const keyOf = (uri: string): string => this.#options.identify(resolveUrl(uri, playlist));
    const order = this.#takeOrder(withoutDirectives(playlist), keyOf(windowStart(text).uri ?? ''));
    const { last } = order;
    order.learn(text, keyOf);
    this.#forgetOldest();
    // at the live edge: what this reload has added
    if (last && isInUse(last)) this.signAfter(last);
  }

  /** Signs the next URLs that lack a token, once fewer than half of the next ones are ready. */
  signAfter(key: string): void {
    const { size, isReady, sign } = this.#options;
    const next = this.#after(key);
    if (next.slice(0, size).filter(isReady).length * 2 >= size) return;
    for (const url of next.filter((it) => !isReady(it)).slice(0, size)) sign(url);
  }

  /**
   * The order of a playlist, as the newest. A query may change with each reload (a session, a number against caches):
   * then it is the one of the same path that has the first segment.
   */
  #takeOrder(id: string, firstSegment: string): PlaylistOrder {
    const isContinued = ([other, order]: [string, PlaylistOrder]): boolean =>
      pathOf(other) === pathOf(id) && order.has(firstSegment);
    const known = this.#orders.has(id) ? id : ([...this.#orders].reverse().find(isContinued)?.[0] ?? id);
    const order = this.#orders.get(known) ?? new PlaylistOrder();
    this.#orders.delete(known);
    this.#orders.set(id, order);
    return order;
  }

  /** The newest playlist is kept, however long. */
  #forgetOldest(): void {
    let urls = 0;
    for (const [index, [id, { size }]] of [...this.#orders].reverse().entries()) {
      // one that names nothing counts, too
      urls += Math.max(1, size);
      if (urls > MAX_URLS && index > 0) this.#orders.delete(id);
    }
  }

  /** As the newest playlist that names `key` has it. */
  #after(key: string): string[] {
    const order = [...this.#orders.values()].reverse().find((it) => it.has(key));
    return order?.after(key, SIGHT) ?? [];
  }
}
