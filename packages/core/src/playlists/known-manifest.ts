import type { DashManifest, Representation } from './dash-manifest.ts';
import { Rendition } from './rendition.ts';
import type { RepresentationOrder } from './representation-order.ts';

/** A Representation of which a player has asked for a URL. */
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

  /** Its init segment is requested once, and may count as one. */
  protected isSegment(): boolean {
    return true;
  }

  /** This Representation in a later version of its manifest. */
  in({ representations }: DashManifest): Representation | undefined {
    return representations.find(({ period, id }) => period === this.#period && id === this.#id);
  }
}

/** A DASH manifest: it names all renditions, and those that nobody plays are only known. */
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

  /** The rendition that names `key`, which is played from now on. */
  naming(key: string): Rendition | undefined {
    const known = this.#played.find(({ order }) => order.has(key));
    if (known) return known;
    const found = this.#manifest.representations.find(({ order }) => order.has(key));
    if (!found) return undefined;
    const played = new PlayedRepresentation(found);
    this.#played = [...this.#played, played];
    return played;
  }

  /** Never: a manifest names itself what comes. */
  predicts(): boolean {
    return false;
  }

  /** Whether `later` goes on with what is played of this one. */
  isContinuedBy(later: DashManifest): boolean {
    return this.#played.some((played) => played.in(later)?.order.has(played.lastAsked));
  }

  /** Goes on with a later version of the manifest: what is played stays played. */
  follow(later: DashManifest): void {
    this.#manifest = later;
    this.#played = this.#played.filter((played) => {
      const now = played.in(later);
      if (now) played.order = now.order;
      return now !== undefined;
    });
  }
}
