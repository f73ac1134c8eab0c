import type { DashManifest, Representation } from './dash-manifest.ts';
import { Rendition } from './rendition.ts';
import type { RepresentationOrder } from './representation-order.ts';

/** A Representation of which a player has requested a URL. */
class PlayedRepresentation extends Rendition {
  order: RepresentationOrder;
  readonly #period: string;
  readonly #id: string;

  constructor({ period, id, order }: Representation) {
    super();
    this.order = order;
    this.#period = period;
    this.#id = id;
  }

  get segmentSeconds(): number {
    return this.order.seconds;
  }

  get isLive(): boolean {
    return this.order.isLive;
  }

  /** Always true: the init segment is requested once, and may count as a segment. */
  protected isSegment(): boolean {
    return true;
  }

  /** Returns this Representation as a later version of its manifest describes it. */
  in({ representations }: DashManifest): Representation | undefined {
    return representations.find(({ period, id }) => period === this.#period && id === this.#id);
  }
}

/** A DASH manifest. It names all renditions, but only those that a player has requested count in `renditions`. */
export class KnownManifest {
  readonly kind = 'manifest';
  #manifest: DashManifest;
  #played: readonly PlayedRepresentation[] = [];

  constructor(manifest: DashManifest) {
    this.#manifest = manifest;
  }

  get size(): number {
    return this.#manifest.size;
  }

  get renditions(): readonly Rendition[] {
    return this.#played;
  }

  /** Returns the rendition that names `key`; it counts as played from now on. */
  naming(key: string): Rendition | undefined {
    const known = this.#played.find(({ order }) => order.has(key));
    if (known) return known;
    const found = this.#manifest.representations.find(({ order }) => order.has(key));
    if (!found) return undefined;
    const played = new PlayedRepresentation(found);
    this.#played = [...this.#played, played];
    return played;
  }

  /** Always false: a manifest itself names the next URLs. */
  predicts(): boolean {
    return false;
  }

  /** Tells whether `later` continues this manifest: it names the last requested URL of a played Representation. */
  isContinuedBy(later: DashManifest): boolean {
    return this.#played.some((played) => played.in(later)?.order.has(played.lastAsked));
  }

  /** Replaces the manifest with a later version. Played Representations that the later version has stay played. */
  follow(later: DashManifest): void {
    this.#manifest = later;
    this.#played = this.#played.filter((played) => {
      const now = played.in(later);
      if (now) played.order = now.order;
      return now !== undefined;
    });
  }
}
