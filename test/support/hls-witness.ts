import type Hls from 'hls.js';
import type { Fragment, HlsConfig } from 'hls.js';
import { setImmediate } from 'node:timers/promises';
import type { Token } from '../../packages/core/src/index.ts';
import type { Answer, Lab } from './hls-lab.ts';
import type { Labs } from './hls-labs.ts';
import type { Testimony } from './witness-page.ts';
import { installWitness } from './witness-page.ts';

/** hls.js alone, with a token that it has from the start, and with tokens that it asks an endpoint for, one a URL. */
export type Kind = 'alone' | 'token in hand' | 'tokens asked for';
export type LoaderName = 'XhrLoader' | 'FetchLoader';

declare global {
  interface Window {
    hls: Hls;
    configure: NonNullable<PlayerConfig['configure']>;
  }
}

export interface HlsTestimony extends Testimony {
  /** How the server was asked, in every way that there was; what for is in `requests`, for not all of them get there. */
  readonly served: readonly string[];
  readonly state: unknown;
}

/** What is told apart by its values goes as it is; a function goes as text and stands alone. */
export interface PlayerConfig {
  readonly config?: Partial<HlsConfig>;
  readonly configure?: (config: Partial<HlsConfig>) => void;
}

const playlist = (media: string, attributes: string): string =>
  ['#EXTM3U', `#EXT-X-MEDIA:${media}`, `#EXT-X-STREAM-INF:BANDWIDTH=8612,CODECS="avc1.4d4015${attributes}`, 'lo/i.m3u8'].join('\n');
const soundPlaylist = playlist('TYPE=AUDIO,GROUP-ID="a",NAME="English",DEFAULT=YES,URI="en/i.m3u8"', ',mp4a.40.2",AUDIO="a"');
const subtitlePlaylist = playlist('TYPE=SUBTITLES,GROUP-ID="s",NAME="English",URI="sub/i.m3u8"', '",SUBTITLES="s"');
/** Video with sound beside it, or with subtitles: three streams at a time have no order at all. */
export const withSound = '/v/fmp4/sound.m3u8';
export const withSubtitles = '/v/fmp4/subtitles.m3u8';

/** A page in which one kind of player after the other goes through a script. */
export class HlsWitness {
  readonly lab: Lab;
  readonly #kind: Kind;
  readonly #loader: LoaderName;
  #releases: (() => void)[] = [];
  #held: Promise<unknown>[] = [];
  #arrivals = new Map<string, number>();

  private constructor(lab: Lab, kind: Kind, loader: LoaderName) {
    this.lab = lab;
    this.#kind = kind;
    this.#loader = loader;
    // longer than any test, and than its clock
    lab.ttl = 1e6;
    lab.format = kind === 'alone' ? 'none' : kind === 'token in hand' ? 'prefix' : 'path';
  }

  static async open(labs: Labs, kind: Kind, loader: LoaderName): Promise<HlsWitness> {
    const lab = await labs.open('1.7', { clock: true, init: installWitness });
    await lab.page.clock.pauseAt(Date.now() + 60_000);
    return new HlsWitness(lab, kind, loader);
  }

  /** What a new player tells of a script. Its video is paused, and it buffers five seconds. */
  async observe(script: (witness: HlsWitness) => Promise<void>, { config = {}, configure = () => undefined }: PlayerConfig): Promise<HlsTestimony> {
    const { lab } = this;
    lab.routes = { [withSound]: () => soundPlaylist, [withSubtitles]: () => subtitlePlaylist };
    lab.requests.length = 0;
    const tokens = this.#kind === 'alone' ? undefined : this.#kind === 'token in hand' ? [lab.token(`${lab.origin}/v/`)] : [];
    await lab.page.evaluate(`window.configure = ${configure.toString()}`);
    await lab.page.evaluate(createPlayer, { tokens, loader: this.#loader, config } as never);
    try {
      await this.saw('hlsMediaAttached');
      await script(this);
      // given up by the player, but not by the server
      await this.release();
      const served = lab.guarded.map(({ method, status, headers }) =>
        [method, status, headers.range, headers.cookie, headers['x-app']].filter(Boolean).join(' '));
      return { ...(await lab.page.evaluate(takeTestimony)), served: [...new Set(served)].sort() };
    } finally {
      await this.release();
      await this.run(() => window.hls.destroy());
      await this.#until(() => lab.page.evaluate(() => window.witness.underWay === 0 || undefined));
    }
  }

  /** The first `times` requests for `path` are answered so, and those that follow with the file. */
  answer(path: string, answer: Answer, times = Infinity): void {
    let count = 0;
    this.lab.routes[path] = () => (++count <= times ? answer : this.lab.file(path));
  }

  /** Requests for `path` are not answered until `release()`. */
  hold(path: string): void {
    const released = new Promise<void>((resolve) => this.#releases.push(resolve));
    this.#arrivals.delete(path);
    this.lab.routes[path] = async () => {
      this.#arrivals.set(path, (this.#arrivals.get(path) ?? 0) + 1);
      this.#held.push(released);
      await released;
      return this.lab.file(path);
    };
  }

  async release(): Promise<void> {
    for (const release of this.#releases.splice(0)) release();
    await Promise.all(this.#held.splice(0));
    await setImmediate();
  }

  /** Resolves when the server has got a request that it holds. */
  async arrived(path: string): Promise<void> {
    await this.#until(async () => this.#arrivals.has(path) || undefined);
  }

  /** Lets time pass until the player gives up what the server holds, however often it tries again. */
  async outwait(path: string): Promise<void> {
    for (let times = 1; ; times++) {
      const isOver = await this.#until(async () => {
        if (await this.#saw('hlsError')) return true;
        // nothing else is to time out
        const isAlone = await this.lab.page.evaluate(() => window.witness.underWay === 1);
        return isAlone && (this.#arrivals.get(path) ?? 0) >= times ? false : undefined;
      });
      if (isOver) return;
      await this.forward(25);
      // it waits before it tries again
      if (await this.lab.page.evaluate(() => !window.witness.underWay)) await this.forward(5);
    }
  }

  async run<T>(body: (args: T) => unknown, args?: T): Promise<void> {
    await this.lab.page.evaluate(body as (args: unknown) => unknown, args);
  }

  load(path: string): Promise<void> {
    return this.run((url) => window.hls.loadSource(url), path);
  }

  /** Resolves when the player has told this event. */
  async saw(type: string): Promise<void> {
    await this.#until(() => this.#saw(type));
  }

  #saw(type: string): Promise<true | undefined> {
    return this.lab.page.evaluate((wanted) => Object.values(window.witness.events).flat().some((event) => event.type === wanted) || undefined, type);
  }

  /** Moves the clock of the page, which stands still otherwise: every timer that is due until then has run once. */
  forward(seconds: number): Promise<void> {
    return this.lab.page.clock.fastForward(seconds * 1000);
  }

  /** Resolves when the player has nothing more to do, whatever time passes. */
  async settled(): Promise<void> {
    for (let before = -1, now = await this.#rest(); before !== now; ) {
      before = now;
      // a turn of the controllers, and then longer than hls.js waits before it tries something again
      for (const seconds of [0.1, 10]) {
        await this.forward(seconds);
        now = await this.#rest();
        if (now !== before) break;
      }
    }
  }

  /** Resolves when nothing is under way that time alone does not end, to how much has been told until then. */
  #rest(): Promise<number> {
    return this.#until(() => this.lab.page.evaluate(() => {
      const { hls, witness } = window;
      const { mediaSource } = (hls as unknown as { bufferController?: { mediaSource: MediaSource | null } }).bufferController ?? {};
      const isAppending = Array.from(mediaSource?.sourceBuffers ?? []).some(({ updating }) => updating);
      const isOpening = !!hls.media && mediaSource?.readyState === 'closed';
      const { seeking, buffered, currentTime } = document.querySelector('video')!;
      const isArriving = seeking && Array.from({ length: buffered.length }, (_, index) => index)
        .some((index) => buffered.start(index) <= currentTime && currentTime < buffered.end(index));
      return witness.underWay || isAppending || isOpening || isArriving ? undefined : Object.values(witness.events).flat().length;
    }));
  }

  /** Lets time pass, slower than it does, until there is an answer: no time-out ends what takes a busy machine long. */
  async #until<T>(look: () => Promise<T | undefined>): Promise<T> {
    for (const end = Date.now() + 6_000; ; ) {
      const found = await look();
      if (found !== undefined) return found;
      await this.lab.page.clock.runFor(1);
      if (Date.now() > end) throw new Error(`${look.toString()}: not so, ${await this.lab.page.evaluate(takeStock)}`);
    }
  }
}

/** Runs inside the page. */
function takeStock(): string {
  const { networkControllers } = window.hls as unknown as { networkControllers: { state?: string }[] | undefined };
  const last = Object.values(window.witness.events).map((events) => events.at(-1)?.type);
  return JSON.stringify([window.witness.underWay, (networkControllers ?? []).flatMap(({ state }) => state ?? []), last]);
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
  const player = hls.url && [hls.currentLevel, hls.loadLevel, hls.nextLoadLevel, hls.levels.length, hls.audioTrack, hls.subtitleTrack, witness.pathOf(hls.url)];
  return { events, requests, state: { player, ranges, cues, ended, currentTime, duration, error: error?.message } };
}

/** Runs inside the page. */
function createPlayer({ tokens, loader, config }: {
  tokens: Token[] | undefined;
  loader: LoaderName;
  config: Partial<HlsConfig>;
}): void {
  const { Hls, hlsModule, witness, SecureTokenHls } = window;
  Object.assign(witness, { events: {}, requests: {} });
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
  const ofNetwork =
    /^hls(Error|Destroying|(Manifest|Level|AudioTrack|SubtitleTrack|Frag|Key)(Loading|Loaded|Decrypted|LoadEmergencyAborted))$/;
  // what follows the clock of the media
  const beside = /^hls(Interstitials.*|FragChanged|LevelSwitched|BufferAppend.*)$/;
  type Data = Partial<Record<'type' | 'parent' | 'details', string>> & { frag?: Fragment; context?: { type: string }; fatal?: boolean };
  const trigger = hls.trigger.bind(hls) as (...args: unknown[]) => boolean;
  hls.trigger = (event: string, given?: Data) => {
    const data = given ?? {};
    const { frag, type, context, parent, details, fatal } = data;
    const isTold = !beside.test(event) && (fatal !== false || !UNTOLD.test(details!));
    const subject = frag?.type ?? context?.type ?? type ?? parent ?? '';
    // media are parsed and appended beside the requests, and make what is known of a segment more exact
    const known = frag && { type: frag.type, level: frag.level, sn: frag.sn, cc: frag.cc, url: frag.relurl, range: frag.byteRange, data: frag.data };
    const detail = { ...data, frag: known, what: details, ...(event === 'hlsFragLoaded' && { stats: frag!.stats }) };
    if (isTold && ofNetwork.test(event)) witness.tell(`network ${subject}`, event, detail);
    else if (isTold) witness.tell(`${event} ${subject}`, event, frag ? { frag: known } : detail);
    return trigger(event, data);
  };
  hls.attachMedia(video);
}
