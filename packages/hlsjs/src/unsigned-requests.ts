import type Hls from 'hls.js';
import type { SignedRequest, TokenSource } from 'secure-token-core';
import { DEFAULT_REFUSALS, writeMistake } from 'secure-token-core/adapter';
import { whenDestroyed } from './hls-events.ts';

type Refused = Pick<PerformanceResourceTiming, 'name' | 'responseStatus'>;

/** The time that a configuration may take to reach a player that has begun: an earlier refusal has another reason. */
const ON_ITS_WAY_MS = 5000;

/** Returns the origin and the file name of a URL, for messages: the rest may hold a token that is not ours. */
function shown({ name, responseStatus }: Refused): string {
  const { origin, pathname } = new URL(name);
  const file = pathname.replace(/^\/.+(?=\/)/, '/…').replace(/;.*/, '');
  return `${origin}${file} (status ${responseStatus})`;
}

/** Writes to the console. No request of the plugin has failed, so there is no event. */
const warn = (about: object, message: string): void =>
  writeMistake(about, `secure-token-hlsjs: ${message}`, 'players.md');

/**
 * Calls `onRefused` for every refused request of the page, including those that other code makes, until the returned
 * function is called. Leaves out requests that went through a service worker, which may have signed them.
 * @param since leaves out requests that began earlier, in ms of `performance.now()`
 */
function observeRefusals(since: number, onRefused: (request: Refused) => void): () => void {
  // a server also has a PerformanceObserver, but its requests are not those of a page
  if (!('document' in globalThis) || !('PerformanceObserver' in globalThis)) return () => undefined;
  const observer = new PerformanceObserver((list) => {
    for (const request of list.getEntries() as PerformanceResourceTiming[])
      if (request.startTime >= since && DEFAULT_REFUSALS.includes(request.responseStatus) && request.workerStart === 0)
        onRefused(request);
  });
  observer.observe({ type: 'resource', buffered: true });
  return () => observer.disconnect();
}

/** Watches whether a configuration reaches an Hls: if a host player loses it, no code of the plugin runs in hls.js. */
class ConfigurationWatch {
  #isReached = false;
  #stop: (() => void) | undefined;
  readonly #sources = new Set<TokenSource>();
  /** Origins with a warning, one each: without `protect`, a source may take requests of others for its own. */
  readonly #toldOrigins = new Set<string>();

  /** Begins the watch: a configuration was made. */
  begin(source: TokenSource): void {
    if (!__DEVELOPMENT__ || this.#isReached) return;
    this.#sources.add(source);
    // a playlist may have been refused while the configuration was still on its way
    this.#stop ??= observeRefusals(performance.now() - ON_ITS_WAY_MS, (request) => this.#onRefused(request));
  }

  /** Ends the watch: an Hls has received a configuration. */
  end(): void {
    if (!__DEVELOPMENT__) return;
    this.#isReached = true;
    this.#stop?.();
    this.#sources.clear();
  }

  #onRefused(request: Refused): void {
    const { name } = request;
    if (!__DEVELOPMENT__ || this.#isReached || !/\.m3u8(?:\?|$)/.test(name)) return;
    const { origin } = new URL(name);
    if (this.#toldOrigins.has(origin) || ![...this.#sources].some((source) => source.protects(name))) return;
    this.#toldOrigins.add(origin);
    warn(
      this,
      `${shown(request)} was refused, and no player of hls.js has received the configuration of secureTokenConfig(). ` +
        'The player that builds hls.js does not pass it on, or received it after the source, or uses another copy of ' +
        'hls.js. Set it before the source, or assign it before the first player: ' +
        'Hls.DefaultConfig = { ...Hls.DefaultConfig, ...secureTokenConfig(…) }',
    );
  }
}

/** The watch for all configurations: it ends with the first player that receives one. */
export const configurationWatch: ConfigurationWatch = new ConfigurationWatch();

/** Sources with tokens in URLs: a request with a token in a header or cookie would look as if it had none. */
const signUrls = new WeakSet<TokenSource>();
const told = new WeakSet<TokenSource>();

/** Notes that `source` has signed a request of hls.js. */
export function noteSigned(source: TokenSource, { url, unsignedUrl }: SignedRequest): void {
  if (__DEVELOPMENT__ && url !== unsignedUrl) signUrls.add(source);
}

/**
 * Writes to the console, once for each source, that a protected URL was requested without a token and refused: some
 * players make requests outside hls.js, such as Vidstack for playlists of subtitles.
 */
export function watchUnsignedRequests(hls: Hls, sourceNow: () => TokenSource): void {
  if (!__DEVELOPMENT__) return;
  const stop = observeRefusals(performance.now(), (request) => {
    const { name } = request;
    const source = sourceNow();
    if (told.has(source) || !signUrls.has(source) || !source.protects(name) || source.unsign(name) !== name) return;
    told.add(source);
    warn(
      source,
      `${shown(request)} was requested without a token and refused. The request does not come from hls.js: the ` +
        'player around it, or the page, has made it, where it cannot be signed. "Host players" in the documentation ' +
        'says which players do that, and how to prevent it.',
    );
  });
  whenDestroyed(hls, stop);
}
