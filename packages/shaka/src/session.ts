import type { SignedRequest } from 'secure-token-core';
import type { AcquiredTokenSource, AdapterSource } from 'secure-token-core/adapter';
import { PlayerEvents } from 'secure-token-core/adapter';
import type { Engine, Request, RequestFilter, ShakaPlayer } from './shaka-types.ts';

/** A request that the filter has prepared for the scheme plugin, which all players share. */
export interface PreparedRequest {
  /** The session whose source signs it. */
  readonly session: Session;
  /** The signed request, for one attempt: Shaka 4 calls its filters once for all attempts. */
  signed?: SignedRequest | undefined;
  /** The time that the filter took, in ms: Shaka 4 adds it to `timeMs` of the response. */
  waitedMs: number;
}

const preparedRequests = new WeakMap<Request, PreparedRequest>();

/** Returns what the filter has prepared for `request`; `undefined` if its player has no token source. */
export const preparedRequest = (request: Request): PreparedRequest | undefined => preparedRequests.get(request);

/** Returns the URL of the next attempt. Shaka 4 does not count attempts, but filters only before the first one. */
const nextUrl = ({ uris, attempt = 0 }: Partial<Pick<Request, 'attempt'>> & Pick<Request, 'uris'>): string =>
  uris[attempt % uris.length]!;

/** One player and its token source. */
export class Session {
  readonly source: AdapterSource;
  readonly events: PlayerEvents;
  readonly #player: ShakaPlayer;
  readonly #engine: Engine;
  readonly #release: () => void;

  constructor(player: ShakaPlayer, engine: Engine, { source, release }: AcquiredTokenSource) {
    this.source = source;
    this.#player = player;
    this.#engine = engine;
    this.#release = release;
    const { dispatchEvent } = player as ShakaPlayer & Pick<EventTarget, 'dispatchEvent'>;
    // the player writes into an event, which an event of the browser does not allow
    this.events = new PlayerEvents(source, (type, detail) =>
      dispatchEvent.call(player, { ...detail, detail, type } as never),
    );
    engine.registerRequestFilter(this.#filter);
  }

  /** Whether requests wait through an outage of the signing endpoint, because the player plays. */
  get isPatient(): boolean {
    return !!this.#player.getMediaElement()?.readyState;
  }

  end(): void {
    this.#engine.unregisterRequestFilter(this.#filter);
    this.events.stop();
    this.#release();
  }

  /** @throws as `source.sign` */
  async sign(url: string, signal: AbortSignal): Promise<SignedRequest> {
    try {
      return await this.source.sign(url, { signal, patient: this.isPatient });
    } catch (error) {
      this.events.noteFailure(error);
      throw error;
    }
  }

  /**
   * Holds a request until there is a token for it. A filter does that, because the time-outs of Shaka start after its
   * filters. Shaka copies filters to the engines of preloads and of interstitials, so their requests are signed, too.
   * Shaka treats any error of a filter as critical.
   */
  readonly #filter: RequestFilter = (_, request) => {
    const asset = this.#player.getAssetUri();
    if (asset) this.source.allow(asset);
    const prepared: PreparedRequest = { session: this, waitedMs: 0 };
    preparedRequests.set(request, prepared);
    const url = nextUrl(request);
    prepared.signed = this.source.signNow(url);
    if (prepared.signed) return undefined;
    const wait = new AbortController();
    const promise = this.#prepare(prepared, url, wait.signal);
    // Shaka treats an object with these two members as an operation that it can abort. It would wait for any other
    // promise, and so would an app that unloads or destroys the player.
    return Object.assign(promise, {
      promise,
      abort: () => {
        wait.abort();
        return Promise.resolve();
      },
    });
  };

  async #prepare(prepared: PreparedRequest, url: string, signal: AbortSignal): Promise<void> {
    const since = Date.now();
    prepared.signed = await this.sign(url, signal);
    prepared.waitedMs = Date.now() - since;
  }
}
