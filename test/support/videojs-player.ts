import type { PlayerPage } from './player-page.ts';
import { playerPage, tokensFor } from './player-page.ts';
import type { PlayerTokens } from './player.ts';
import { openRecordedPage } from './recorded-page.ts';
import type { Stage } from './stage.ts';
import type { Carrier } from './token-formats.ts';
import type { VideojsSnapshot } from './videojs-player-page.ts';
import { createPlayer, takeSnapshot } from './videojs-player-page.ts';

const builds = {
  '8.24': ['video.js/dist/video.min.js'],
  '8.17': ['video.js-8.17/dist/video.min.js'],
  /** `video.js/core` and VHS in a file of its own. */
  core: ['video.js/dist/alt/video.core.min.js', '@videojs/http-streaming/dist/videojs-http-streaming.min.js'],
};

export interface VideojsOptions {
  /** Paths below the carrier; the first is played. */
  path: string;
  type?: string;
  tokens?: Partial<PlayerTokens> | false;
  /**
   * Place where the source and the plugin are given: both at creation, in the page, or one after the other.
   * @default 'call'
   */
  form?: 'plugins' | 'element' | 'call';
  /** Options of the player; values only. */
  options?: Record<string, unknown>;
  /** Attributes of the element. */
  attributes?: Record<string, string>;
  /** `<track>` elements in the page: paths of their files, below the carrier, and their attributes. */
  tracks?: ({ path: string } & Record<string, string>)[];
  /** @default '8.24' */
  version?: keyof typeof builds;
  /** The build of the plugin. @default 'min' */
  build?: 'min' | 'development';
  /** Whether the test moves the clock of the page. @default false */
  clock?: boolean;
  /** Runs in the page before the player is made. */
  before?: () => void;
}

export interface VideojsPage extends PlayerPage<VideojsSnapshot> {
  readonly pageErrors: readonly string[];
}

/** Opens a page with Video.js and a player of `path`, with tokens of `carrier`. */
export async function openVideojs(stage: Stage, carrier: Carrier, given: VideojsOptions): Promise<VideojsPage> {
  const {
    path,
    type = typeOf(path),
    tokens = {},
    form = 'call',
    options = {},
    attributes = {},
    tracks = [],
    version = '8.24',
    before,
    clock = false,
    build = 'min',
  } = given;
  const opened = await openRecordedPage(stage, 'videojs.html', async (page) => {
    if (clock) await page.clock.install();
  });
  const { page, pageErrors } = opened;
  for (const url of builds[version]) await page.addScriptTag({ url: `/node_modules/${url}` });
  await page.addScriptTag({ url: `/packages/videojs/dist/videojs-secure-token.${build}.js` });
  if (before) await page.evaluate(before);
  await page.evaluate(createPlayer, {
    source: { src: stage.url(carrier, path), type },
    tokens: tokensFor(stage, carrier, tokens),
    form,
    options,
    attributes,
    tracks: tracks.map(({ path: file, ...rest }) => ({
      kind: 'subtitles',
      srclang: 'en',
      src: stage.url(carrier, file),
      ...rest,
    })),
  });
  const player = playerPage<Omit<VideojsSnapshot, 'pageErrors'>, VideojsSnapshot>(opened, {
    look: takeSnapshot,
    complete: (seen) => ({ ...seen, pageErrors }),
    start(rate) {
      const [started] = window.players;
      started!.defaultPlaybackRate(rate);
      started!.playbackRate(rate);
      void Promise.resolve(started!.play()).catch(() => undefined);
    },
    describe(seen) {
      const logs = seen.logs.filter((line) => !line.includes('DEBUG')).slice(-5);
      return JSON.stringify({ ...seen, logs, events: seen.events.slice(0, 20) });
    },
  });
  return {
    ...player,
    pageErrors,
    async play(rate) {
      // Video.js forgets a play() between the making of its tech and `loadstart`, with or without a plugin
      await page.waitForFunction(() => window.seen.ready && window.seen.loads > 0, undefined, { timeout: 60_000 });
      await player.play(rate);
    },
  };
}

export const typeOf = (path: string): string =>
  path.endsWith('.mpd') ? 'application/dash+xml' : path.endsWith('.mp4') ? 'video/mp4' : 'application/x-mpegURL';
