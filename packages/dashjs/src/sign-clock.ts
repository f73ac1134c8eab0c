import type { MediaPlayerClass } from 'dashjs';
import { ServerTime } from './server-time.ts';
import type { Session } from './session.ts';

/** A `UTCTiming` element. */
interface TimingSource {
  readonly schemeIdUri: string;
  /** URLs separated by white space, or the time itself. */
  readonly value: string;
}

interface Config {
  readonly baseURLController?: { resolve(): { readonly url: string } | undefined };
}

/** A part of dash.js's `TimeSyncController`. */
interface TimeSync {
  readonly attemptSync: (sources: readonly TimingSource[], isDynamic: boolean) => void;
  readonly setConfig: (config: Config) => void;
  /** Called when the player gets another source. */
  readonly reset: () => void;
}

/** The schemes that request the time over HTTP; with `http-head`, the time is in a header. */
const OVER_HTTP = /^urn:mpeg:dash:utc:http-(head|xsdate|iso):/;
const DIRECT = 'urn:mpeg:dash:utc:direct:2014';

/** Returns the absolute URLs of `source`; none if its scheme does not use HTTP. */
function urlsOf({ schemeIdUri, value }: TimingSource, base: string | undefined): string[] {
  if (!OVER_HTTP.test(schemeIdUri)) return [];
  return (value.match(/\S+/g) ?? []).map((url) => (URL.canParse(url, base) ? new URL(url, base).href : url));
}

/** Returns a timing source that contains the time itself: dash.js reads `value` whenever it needs the time. */
const directSource = (time: ServerTime): TimingSource => ({
  schemeIdUri: DIRECT,
  get value() {
    const now = time.now().toISOString();
    // prepares the next reading
    void time.measure();
    return now;
  },
});

/** The servers that tell one player the time. */
class Clock {
  readonly #sessionNow: () => Session | undefined;
  /** The session whose source signs their requests. */
  #session: Session | undefined;
  /** The servers of the last manifest, by scheme and URLs. */
  #times = new Map<string, ServerTime>();

  constructor(sessionNow: () => Session | undefined) {
    this.#sessionNow = sessionNow;
  }

  /** Returns the sources for dash.js: the answers replace those that need a token, and dash.js asks the others. */
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
    // as dash.js itself: one after the other, until one has answered
    const asked = [...this.#times.values()];
    for (const time of asked) {
      if (asked.some(({ isKnown }) => isKnown)) break;
      await time.measure();
    }
    return sources.flatMap((source, index) => {
      const time = times[index];
      if (!time) return source;
      return time.isKnown ? directSource(time) : [];
    });
  }
}

/**
 * Signs the requests for the time of the server (`UTCTiming`), which dash.js makes without a loader, and replays
 * refused ones.
 */
export function signClock(player: MediaPlayerClass, sessionNow: () => Session | undefined): void {
  function signing(this: { readonly parent: TimeSync }): TimeSync {
    const { attemptSync, setConfig, reset } = this.parent;
    const clock = new Clock(sessionNow);
    let baseUrls: Config['baseURLController'];
    /** Identifies the source of the player: dash.js fails if an answer for an earlier source comes late. */
    let presentation = {};
    return {
      reset() {
        presentation = {};
        reset();
      },
      setConfig(config) {
        baseUrls = config.baseURLController ?? baseUrls;
        setConfig(config);
      },
      attemptSync(sources, isDynamic) {
        if (!isDynamic) {
          attemptSync(sources, isDynamic);
          return;
        }
        const asking = presentation;
        void clock.answered(sources, baseUrls?.resolve()?.url).then((answered) => {
          if (asking === presentation) attemptSync(answered, isDynamic);
        });
      },
    };
  }
  player.extend('TimeSyncController', signing, true);
}
