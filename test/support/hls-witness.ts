import type Hls from 'hls.js';
import type { Fragment, HlsConfig } from 'hls.js';
import type { Token } from '../../packages/core/src/index.ts';
import type { Lab } from './hls-lab.ts';
import type { Labs } from './hls-labs.ts';
import type { Testimony } from './witness-page.ts';
import type { Kind } from './witness.ts';
import { Witness } from './witness.ts';
import { installWitness } from './witness-page.ts';

export type LoaderName = 'XhrLoader' | 'FetchLoader';

declare global {
  interface Window {
    hls: Hls;
    configure: NonNullable<PlayerConfig['configure']>;
  }
}

export interface HlsTestimony extends Testimony {
  /**
   * Ways in which the server was asked, each once, without the paths. `requests` has the paths, also of requests that
   * never got to the server.
   */
  readonly served: readonly string[];
  readonly state: unknown;
}

/**
 * Options of a player: values in `config`, which go as they are, and a function, which goes as text and stands alone.
 */
export interface PlayerConfig {
  readonly config?: Partial<HlsConfig>;
  readonly configure?: (config: Partial<HlsConfig>) => void;
}

const playlist = (media: string, attributes: string): string =>
  `#EXTM3U\n#EXT-X-MEDIA:${media}\n#EXT-X-STREAM-INF:BANDWIDTH=8612,CODECS="avc1.4d4015${attributes}\nlo/i.m3u8`;
const sound = 'TYPE=AUDIO,GROUP-ID="a",NAME="English",DEFAULT=YES,URI="en/i.m3u8"';
const subtitles = 'TYPE=SUBTITLES,GROUP-ID="s",NAME="English",URI="sub/i.m3u8"';
/** Video with sound beside it, or with subtitles: three streams at a time have no order at all. */
export const withSound = '/v/fmp4/sound.m3u8';
export const withSubtitles = '/v/fmp4/subtitles.m3u8';

/** A page in which one hls.js after the other goes through a script. */
export class HlsWitness extends Witness {
  readonly #loader: LoaderName;

  private constructor(lab: Lab, kind: Kind, loader: LoaderName) {
    super(lab, kind);
    this.#loader = loader;
  }

  static async open(labs: Labs, kind: Kind, loader: LoaderName): Promise<HlsWitness> {
    const lab = await labs.open('1.7', { clock: true, init: installWitness });
    await lab.page.clock.pauseAt(Date.now() + 60_000);
    return new HlsWitness(lab, kind, loader);
  }

  /**
   * Runs a script, and returns what the page tells of a new player. The player's video is paused, and the player
   * buffers five seconds.
   */
  async observe(script: (witness: HlsWitness) => Promise<void>, given: PlayerConfig): Promise<HlsTestimony> {
    const { lab } = this;
    const { config = {}, configure = () => undefined } = given;
    const tokens = this.reset({
      [withSound]: () => playlist(sound, ',mp4a.40.2",AUDIO="a"'),
      [withSubtitles]: () => playlist(subtitles, '",SUBTITLES="s"'),
    });
    await lab.page.evaluate(`window.configure = ${configure.toString()}`);
    await lab.page.evaluate(createPlayer, { tokens, loader: this.#loader, config } as never);
    try {
      await this.saw('hlsMediaAttached');
      await script(this);
      // given up by the player, but not by the server
      await this.release();
      return { ...(await lab.page.evaluate(takeTestimony)), served: this.served };
    } finally {
      await this.release();
      await this.run(() => window.hls.destroy());
    }
  }

  /** Lets time pass until hls.js gives up what the server holds, however often it tries again. */
  outwait(path: string): Promise<void> {
    return this.outwaitUntil(path, 'hlsError');
  }

  load(path: string): Promise<void> {
    return this.run((url) => window.hls.loadSource(url), path);
  }
}

/** Runs inside the page. */
function takeTestimony(): Omit<HlsTestimony, 'served'> {
  const { hls, witness } = window;
  const { events, requests } = witness;
  const video = document.querySelector('video')!;
  const { buffered, ended, error, currentTime, duration } = video;
  const cues = [...video.textTracks].map((track) => [track.label, track.mode, track.cues?.length]);
  const ranges = Array.from({ length: buffered.length }, (_, index) => [buffered.start(index), buffered.end(index)]);
  // a destroyed player has none of these
  const player = hls.url && {
    url: witness.pathOf(hls.url),
    // `currentLevel` follows the clock of the media, as the events do that are not told
    levels: [hls.levels.length, hls.loadLevel, hls.nextLoadLevel],
    tracks: [hls.audioTrack, hls.subtitleTrack],
  };
  return { events, requests, state: { player, ranges, cues, ended, currentTime, duration, error: error?.message } };
}

/** Runs inside the page. */
function createPlayer({
  tokens,
  loader,
  config,
}: {
  tokens: Token[] | undefined;
  loader: LoaderName;
  config: Partial<HlsConfig>;
}): void {
  const { Hls, hlsModule, witness, SecureTokenHls } = window;
  witness.reset();
  for (const video of document.querySelectorAll('video')) video.remove();
  const video = document.body.appendChild(Object.assign(document.createElement('video'), { muted: true }));
  /** Goes where errors send it, and not by the speed of the machine. */
  class Steady extends hlsModule.AbrController {
    #level = 0;
    override get nextAutoLevel(): number {
      return this.#level;
    }
    override set nextAutoLevel(level: number) {
      this.#level = Math.max(0, level);
    }
  }
  const all: Partial<HlsConfig> = {
    enableWorker: false,
    maxBufferLength: 5,
    maxMaxBufferLength: 5,
    startLevel: 0,
    testBandwidth: false,
    abrController: Steady,
    loader: hlsModule[loader],
    ...config,
  };
  window.configure(all);
  const hls = new Hls(all);
  window.hls = hls;
  if (tokens) SecureTokenHls.secureToken(hls, { endpoint: '/token', tokens });
  // what a machine that is busy makes of it
  const UNTOLD = /^(aborted|buffer(Stalled|Nudge|Seek))/;
  const ofNetwork = /^hls(Error|Destroying|(Manifest|Level|(Audio|Subtitle)Track|Frag|Key)(Loading|Loaded|Decrypted))$/;
  // what follows the clock of the media
  const beside = /^hls(Interstitials.*|FragChanged|LevelSwitched|StallResolved|BufferAppend.*)$/;
  type Texts = Partial<Record<'type' | 'parent' | 'details', string>>;
  type Data = Texts & { frag?: Fragment; context?: { type: string }; fatal?: boolean };
  const trigger = hls.trigger.bind(hls) as (...args: unknown[]) => boolean;
  hls.trigger = (event: string, given?: Data) => {
    const data = given ?? {};
    const { frag, type, context, parent, details, fatal } = data;
    // a tick that sees the end before the browser's event tells of it, too: which comes first is up to the machine
    const isToldAgain = event === 'hlsMediaEnded' && 'hlsMediaEnded ' in witness.events;
    const isTold = !beside.test(event) && !isToldAgain && (fatal !== false || !UNTOLD.test(details!));
    const subject = frag?.type ?? context?.type ?? type ?? parent ?? '';
    // media are parsed and appended beside the requests, and make what is known of a segment more exact
    const { level, sn, cc, relurl, byteRange } = frag ?? {};
    const known = frag && { type: frag.type, level, sn, cc, relurl, byteRange, data: frag.data };
    const detail = { ...data, frag: known, what: details, ...(event === 'hlsFragLoaded' && { stats: frag!.stats }) };
    if (isTold && ofNetwork.test(event)) witness.tell(`network ${subject}`, event, detail);
    else if (isTold) witness.tell(`${event} ${subject}`, event, frag ? { frag: known } : detail);
    return trigger(event, data);
  };
  hls.attachMedia(video);
}
