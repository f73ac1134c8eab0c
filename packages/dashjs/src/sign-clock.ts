import type { MediaPlayerClass } from 'dashjs';
import { ServerTime } from './server-time.ts';
import type { Session } from './session.ts';

/** A `UTCTiming` element. */
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

/** The schemes that request the time over HTTP; with `http-head` a header has the time. */
const OVER_HTTP = /^urn:mpeg:dash:utc:http-(head|xsdate|iso):/;
const DIRECT = 'urn:mpeg:dash:utc:direct:2014';

/** The URLs of `source`, absolute; none if it is not asked over HTTP. */
function urlsOf({ schemeIdUri, value }: TimingSource, base: string | undefined): string[] {
  if (!OVER_HTTP.test(schemeIdUri)) return [];
  return (value.match(/\S+/g) ?? []).map((url) => (URL.canParse(url, base) ? new URL(url, base).href : url));
}

/** Makes a timing source that names the time itself: dash.js reads `value` whenever it wants to know. */
const directSource = (time: ServerTime): TimingSource => ({
  schemeIdUri: DIRECT,
  get value() {
    const now = time.now().toISOString();
    // for the next time
    void time.measure();
    return now;
  },
});

/** The servers that tell the time of one player. */
class Clock {
  readonly #sessionNow: () => Session | undefined;
  /** Which they ask by. */
  #session: Session | undefined;
  /** By scheme and URLs: those of the last manifest. */
  #times = new Map<string, ServerTime>();

  constructor(sessionNow: () => Session | undefined) {
    this.#sessionNow = sessionNow;
  }

  /** `sources` as dash.js may ask them: those that need a token are asked here. */
  async answered(sources: readonly TimingSource[], base: string | undefined): Promise<TimingSource[]> {
    const session = this.#sessionNow();
    const before = session === this.#session ? this.#times : undefined;
    this.#session = session;
    this.#times = new Map();
    const times = sources.map((source) => {
      const urls = urlsOf(source, base);
      if (!session || !urls.some((url) => session.source.protects(url))) return undefined;
      const key = [source.schemeIdUri, ...urls].join(' ');
      const time =
        before?.get(key) ?? new ServerTime(session, urls, OVER_HTTP.exec(source.schemeIdUri)?.[1] === 'head');
      this.#times.set(key, time);
      return time;
    });
    await Promise.all([...this.#times.values()].filter(({ isKnown }) => !isKnown).map((time) => time.measure()));
    return sources.flatMap((source, index) => {
      const time = times[index];
      if (!time) return source;
      return time.isKnown ? directSource(time) : [];
    });
  }
}

/**
 * Signs the requests for the time of the server (`UTCTiming`), which dash.js makes without a loader, and replays those
 * that are refused.
 */
export function signClock(player: MediaPlayerClass, sessionNow: () => Session | undefined): void {
  function signing(this: { readonly parent: TimeSync }): TimeSync {
    const { attemptSync, setConfig } = this.parent;
    const clock = new Clock(sessionNow);
    let baseUrls: Config['baseURLController'];
    return {
      setConfig(config) {
        baseUrls = config.baseURLController ?? baseUrls;
        setConfig(config);
      },
      attemptSync(sources, isDynamic) {
        if (!isDynamic) attemptSync(sources, isDynamic);
        else
          void clock.answered(sources, baseUrls?.resolve()?.url).then((answered) => attemptSync(answered, isDynamic));
      },
    };
  }
  player.extend('TimeSyncController', signing, true);
}
