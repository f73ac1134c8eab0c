import type { SignedRequest } from 'secure-token-core';
import type { AdapterSource, SourceUser } from 'secure-token-core/adapter';
import { createSourceUser, hasShownPicture, isOutage, keepAsking, writeEarlyFailure } from 'secure-token-core/adapter';
import type { Request, RequestFilter, ShakaPlayer } from './shaka-types.ts';

/** A request that the filter has prepared for the scheme plugin, which all players share. */
export interface PreparedRequest {
  /** The session whose source signs it; another session if the app has replaced the source during a wait. */
  session: Session;
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
  /** This player, as one of the users that may share the source. */
  readonly user: SourceUser;
  readonly #player: ShakaPlayer;
  readonly #waits = new Set<AbortController>();
  #next: Session | undefined;

  constructor(player: ShakaPlayer, source: AdapterSource) {
    this.#player = player;
    this.source = source;
    this.user = createSourceUser(source);
  }

  /**
   * Holds a request until there is a token for it. A filter does that, because the time-outs of Shaka start after its
   * filters. Shaka copies filters to the engines of preloads and of interstitials, so their requests are signed, too.
   */
  readonly filter: RequestFilter = (_, request) => {
    const asset = this.#player.getAssetUri();
    if (asset) this.source.allow(asset);
    const prepared: PreparedRequest = { session: this, waitedMs: 0 };
    preparedRequests.set(request, prepared);
    const url = nextUrl(request);
    prepared.signed = this.source.signNow(url);
    if (prepared.signed) return undefined;
    const wait = new AbortController();
    const promise = this.#prepare(prepared, url, request, wait.signal);
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

  /** Notes that the app has replaced the source: requests that wait for a token ask the source of `next`. */
  replaceBy(next: Session): void {
    this.#next = next;
    for (const wait of this.#waits) wait.abort();
  }

  get isReplaced(): boolean {
    return this.#next !== undefined;
  }

  async #prepare(prepared: PreparedRequest, url: string, request: Request, signal: AbortSignal): Promise<void> {
    const since = Date.now();
    prepared.signed = await this.sign(prepared, url, request, signal);
    prepared.waitedMs = Date.now() - since;
  }

  /**
   * Waits for a token. Waits through an outage of the signing endpoint while there is a picture on the screen; before
   * that, tries as often as the player tries a request.
   * @throws as `source.sign`; Shaka treats any error of a filter as critical
   */
  async sign(prepared: PreparedRequest, url: string, request: Request, signal: AbortSignal): Promise<SignedRequest> {
    if (this.#next) return this.#next.sign(prepared, url, request, signal);
    prepared.session = this;
    const { maxAttempts } = request.retryParameters;
    const wait = new AbortController();
    const end = (): void => wait.abort(signal.reason);
    this.#waits.add(wait);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
    try {
      return await keepAsking({
        source: this.source,
        signal: wait.signal,
        ask: (options) => this.source.sign(url, options),
        mayWait: (error, count) => isOutage(error) && (count < maxAttempts || this.#hasPicture()),
      });
    } catch (error) {
      if (this.isReplaced && !signal.aborted) return await this.sign(prepared, url, request, signal);
      this.tellConsole(error);
      throw error;
    } finally {
      signal.removeEventListener('abort', end);
      this.#waits.delete(wait);
    }
  }

  /** Writes a failure that ends playback to the console if there has been no picture yet. */
  tellConsole(error: unknown): void {
    writeEarlyFailure(this.source, error, hasShownPicture(this.#player.getMediaElement()));
  }

  /** Tells whether the viewer has a picture: not before the first segment, nor shortly after a change of title. */
  #hasPicture(): boolean {
    return !!this.#player.getMediaElement()?.readyState;
  }
}
