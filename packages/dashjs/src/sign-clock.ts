import type { MediaPlayerClass } from 'dashjs';
import type { TokenSource } from 'secure-token-core';
import type { Session } from './session.ts';

interface TimingSource {
  readonly schemeIdUri: string;
  /** URLs with white space between them, or the time itself. */
  readonly value: string;
}

interface Config {
  readonly baseURLController?: { resolve(): { readonly url: string } | undefined };
}

/** A part of dash.js's `TimeSyncController`. */
interface TimeSync {
  readonly attemptSync: (sources: readonly TimingSource[], isDynamic: boolean) => void;
  readonly setConfig: (config: Config) => void;
}

const OF_HTTP = 'urn:mpeg:dash:utc:http-';

/** The URLs of `source`, absolute; none if it is not asked over HTTP. */
function urlsOf({ schemeIdUri, value }: TimingSource, base: string | undefined): string[] {
  if (!schemeIdUri.startsWith(OF_HTTP)) return [];
  return (value.match(/\S+/g) ?? []).map((url) => (URL.canParse(url, base) ? new URL(url, base).href : url));
}

/** Each time that dash.js asks for the time, it reads `value`: it gets the tokens of that moment. */
const signedSource = (source: TimingSource, base: string | undefined, tokens: TokenSource): TimingSource => ({
  ...source,
  get value() {
    const urls = urlsOf(source, base);
    return urls.length ? urls.map((url) => tokens.peek(url)?.url ?? url).join(' ') : source.value;
  },
});

/**
 * Signs the requests for the time of the server (`UTCTiming`), which dash.js makes without a loader: once the tokens
 * are there. Without one, dash.js goes on to its next source.
 */
export function signClock(player: MediaPlayerClass, sessionNow: () => Session | undefined): void {
  function signing(this: { readonly parent: TimeSync }): TimeSync {
    const { attemptSync, setConfig } = this.parent;
    let baseUrls: Config['baseURLController'];
    return {
      setConfig(config) {
        baseUrls = config.baseURLController ?? baseUrls;
        setConfig(config);
      },
      attemptSync(sources, isDynamic) {
        const tokens = sessionNow()?.source;
        if (!tokens) {
          attemptSync(sources, isDynamic);
          return;
        }
        const base = baseUrls?.resolve()?.url;
        const urls = isDynamic ? sources.flatMap((source) => urlsOf(source, base)) : [];
        const isSigned = urls.filter((url) => tokens.protects(url)).map((url) => tokens.sign(url));
        const signed = sources.map((source) => signedSource(source, base, tokens));
        void Promise.allSettled(isSigned).then(() => attemptSync(signed, isDynamic));
      },
    };
  }
  player.extend('TimeSyncController', signing, true);
}
