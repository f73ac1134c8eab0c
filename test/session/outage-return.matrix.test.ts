import type { HlsConfig, Loader, LoaderCallbacks, LoaderConfiguration, LoaderContext } from 'hls.js';
import { describe, expect, test, vi } from 'vitest';
import { hlsOrDash } from 'secure-token-core/playlists';
import type { AdapterSource } from '../../packages/core/src/adapter.ts';
import { PlayerEvents } from '../../packages/core/src/adapter.ts';
import type { SignedRequest, TokenSource } from '../../packages/core/src/index.ts';
import { createTokenSource } from '../../packages/core/src/index.ts';
import { SignedLoad } from '../../packages/dashjs/src/signed-load.ts';
import { createTokenLoader } from '../../packages/hlsjs/src/token-loader.ts';
import type { Session as VideojsSession } from '../../packages/videojs/src/session.ts';
import { askPatiently } from '../../packages/videojs/src/session.ts';
import { asViewersHaveIt, dice, fakeTime } from '../unit/core/lab.ts';
import { elapsed, seconds } from '../unit/core/lab-time.ts';
import { FOLDER, MEDIA, segment } from '../unit/core/lab-urls.ts';
import { inPart } from '../support/parts.ts';
import { newStats, policy } from '../unit/hlsjs/loader-lab.ts';

vi.setConfig({ testTimeout: 120_000 });
fakeTime();
asViewersHaveIt();

const VIEWERS = 10;
const LIFETIME = 20;
const SEGMENT_SECONDS = 2;
const LIVE_SEGMENTS = 6;
const BEGINS = 40;

const pause = (time: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, time * 1000));

/** Loads `url` as a player does that has a picture: resolves when it is there, rejects for a failure that is shown. */
type Get = (url: string) => Promise<void>;

const isDead = (request: SignedRequest): boolean => request.token!.expires <= seconds();

/** The edge answers in a tenth of a second. */
async function send(request: SignedRequest): Promise<void> {
  await pause(0.1);
  if (isDead(request)) throw new Error('410');
}

/** Loads through the loader class of hls.js. */
function hlsjs(source: TokenSource): Get {
  class Network implements Loader<LoaderContext> {
    stats = newStats();
    context: LoaderContext | null = null;
    load(context: LoaderContext, _: LoaderConfiguration, { onSuccess }: LoaderCallbacks<LoaderContext>): void {
      this.context = context;
      setTimeout(() => onSuccess({ url: context.url, data: '', code: 200 }, this.stats, context, null), 100);
    }
    abort(): void {}
    destroy(): void {}
  }
  const TokenLoader = createTokenLoader(Network, {
    sourceNow: () => source as AdapterSource,
    isPatient: () => true,
    hasLeftWindow: () => false,
  });
  return (url) =>
    new Promise((resolve, reject) => {
      const loader = new TokenLoader({} as HlsConfig);
      loader.load({ url, responseType: 'text' } as LoaderContext, policy(), {
        onSuccess: () => resolve(),
        onError: ({ text }) => reject(new Error(text)),
        onTimeout: () => reject(new Error('late')),
      });
    });
}

function videojs(source: TokenSource): Get {
  const failure = { show: vi.fn(), withdraw: vi.fn() };
  const events = new PlayerEvents(source, () => undefined);
  const player = { readyState: () => 4 };
  const session = { player, source, failure, events, waits: new Set() } as unknown as VideojsSession;
  return async (url) => send(await askPatiently(session, new AbortController(), (how) => source.sign(url, how)));
}

/** Shaka Player with a picture: its filter waits, however long it takes. */
const shaka =
  (source: TokenSource): Get =>
  async (url) =>
    send(await source.sign(url, { patient: true }));

/** Loads through the loader of dash.js. */
function dashjs(source: TokenSource): Get {
  const events = new PlayerEvents(source, () => undefined);
  const session = { player: {} as never, source: source as AdapterSource, events, loads: new Set<never>() };
  return (url) =>
    new Promise((resolve, reject) => {
      const response = { status: 0 };
      const onloadend = (): void => (response.status === 200 ? resolve() : reject(new Error(String(response.status))));
      const load = new SignedLoad({ url, customData: { onloadend } }, response, session, ({ customData }, answer) =>
        setTimeout(() => {
          Object.assign(answer, { status: 200, url });
          customData.onloadend?.();
        }, 100),
      );
      void load.run();
    });
}

const players = { 'hls.js': hlsjs, 'Video.js': videojs, 'Shaka Player': shaka, 'dash.js': dashjs };

const newest = (): number => Math.floor(elapsed() / SEGMENT_SECONDS) + LIVE_SEGMENTS;
function playlist(isLive: boolean): string {
  const first = isLive ? newest() - LIVE_SEGMENTS + 1 : 0;
  const last = isLive ? newest() : 200;
  const lines = ['#EXTM3U', `#EXT-X-TARGETDURATION:${SEGMENT_SECONDS}`, `#EXT-X-MEDIA-SEQUENCE:${first}`];
  for (let n = first; n <= last; n++) lines.push(`#EXTINF:${SEGMENT_SECONDS},`, `${n}.ts`);
  return [...lines, ...(isLive ? [] : ['#EXT-X-ENDLIST'])].join('\n');
}

/**
 * A viewer, whose player reloads a live playlist and keeps a few segments in its buffer. After a wait that outlasted
 * the live window the player goes on at its live edge.
 */
class Viewer {
  /** Second of the run until which there is a picture. */
  #picturedUntil = 0;
  #isOver = false;
  /** Second of the run at which the picture came back after the outage. */
  backAt: number | undefined;
  /** Second of the run at which the endpoint is back. */
  readonly #returnsAt: number;

  constructor(returnsAt: number) {
    this.#returnsAt = returnsAt;
  }

  stop(): void {
    this.#isOver = true;
  }

  async play(source: TokenSource, get: Get, isLive: boolean): Promise<void> {
    let next = 0;
    while (!this.#isOver) {
      try {
        if (isLive || next === 0) {
          await get(MEDIA);
          source.learn(MEDIA, hlsOrDash(playlist(isLive)));
          if (isLive) next = Math.max(next, newest() - 2);
        }
        for (; (!isLive || next <= newest()) && !this.#isFull(isLive); next++) {
          await get(segment(next));
          this.#show();
        }
      } catch {
        await pause(1);
      }
      await pause(isLive ? SEGMENT_SECONDS : 0.5);
    }
  }

  #isFull(isLive: boolean): boolean {
    return this.#isOver || this.#picturedUntil - elapsed() > (isLive ? 6 : 10);
  }

  #show(): void {
    const now = elapsed();
    const isStalled = this.#picturedUntil < now;
    this.#picturedUntil = Math.max(this.#picturedUntil, now) + SEGMENT_SECONDS;
    if (now >= this.#returnsAt) this.backAt ??= isStalled ? now : this.#returnsAt;
  }
}

/** Returns the seconds from the endpoint's return to the picture, for each viewer. */
async function returnsOf(
  player: keyof typeof players,
  isFolder: boolean,
  isLive: boolean,
  outage: number,
): Promise<number[]> {
  const random = dice(outage + (isFolder ? 7 : 11));
  vi.spyOn(Math, 'random').mockImplementation(random);
  const returnsAt = BEGINS + outage;
  const viewers = Array.from({ length: VIEWERS }, () => new Viewer(returnsAt));
  const sources = viewers.map((viewer) => {
    const source = createTokenSource({
      random,
      protect: FOLDER,
      getTokens: async ({ urls }) => {
        await pause(0.1);
        if (elapsed() >= BEGINS && elapsed() < returnsAt) throw Object.assign(new Error('down'), { status: 503 });
        const token = { query: { st: 'a' }, expires: seconds() + LIFETIME };
        return isFolder ? { ...token, prefix: FOLDER } : urls.map((url) => ({ ...token, url }));
      },
    });
    // they have joined within one lifetime
    setTimeout(() => void viewer.play(source, players[player](source), isLive), random() * LIFETIME * 1000);
    return source;
  });
  await vi.advanceTimersByTimeAsync((returnsAt + 20) * 1000);
  for (const viewer of viewers) viewer.stop();
  for (const source of sources) source.destroy();
  return viewers.map(({ backAt }) => (backAt ?? Infinity) - returnsAt).sort((a, b) => a - b);
}

describe(`${VIEWERS} viewers of each player, an outage of the signing endpoint: seconds from its end to the picture`, () => {
  const rows = Object.keys(players) as (keyof typeof players)[];
  describe.each(rows)('%s', (player) => {
    describe.each([
      ['a token for the folder', true],
      ['a token for each URL', false],
    ])('%s', (_token, isFolder) => {
      test.each([
        ...inPart([10, 40], [120]).map((outage) => ['live', outage, true] as const),
        ...inPart([10, 40], [120]).map((outage) => ['on demand', outage, false] as const),
      ])(
        '%s, away for %i s: five seconds after an outage of a minute, ten after a longer one',
        async (_kind, outage, isLive) => {
          const waits = await returnsOf(player, isFolder, isLive, outage);
          expect(waits.at(-1)).toBeLessThanOrEqual(outage <= 60 ? 5 : 10);
        },
      );
    });
  });
});
