import type { Token } from '../../../packages/core/src/index.ts';
import type * as SecureTokenProgressive from '../../../packages/progressive/src/index.ts';
import type * as SecureTokenWorker from '../../../packages/worker/src/index.ts';
import type { Carrier } from '../../support/token-formats.ts';

declare global {
  interface Window {
    SecureTokenProgressive: typeof SecureTokenProgressive;
    SecureTokenWorker: typeof SecureTokenWorker;
    Recipe: { recipe(...given: unknown[]): unknown };
  }
}

export type PlayerName = 'hls.js' | 'Video.js' | 'Shaka Player' | 'dash.js' | 'SPF' | 'MP4';

/** The values with which a page starts a player. */
export interface Start {
  readonly src: string;
  readonly endpoint: string;
  readonly way: Contender['way'];
  readonly worker: boolean;
  readonly tokens: { readonly tokens?: readonly Token[] };
  /** Configuration of the player, without functions. */
  readonly config: object;
}

/** A row of the tables. */
export interface Contender {
  readonly name: string;
  readonly player: PlayerName;
  readonly way: 'unprotected' | 'ours' | 'recipe';
  readonly carrier: Carrier;
  /** Entry of the module that a page loads beside the player. */
  readonly adds?: string;
  /** Difference from another row in how the player starts. A row with a difference takes part in the start alone. */
  readonly start?: 'expand' | 'tokens in the page';
  /** Whether a token worker is in control of the page. */
  readonly worker?: true;
}

const plain = (player: PlayerName): Contender => ({
  name: `${player}, unprotected`,
  player,
  way: 'unprotected',
  carrier: 'open',
});

const ours = (
  player: PlayerName,
  name: string,
  folder: string,
  more: Partial<Pick<Contender, 'carrier' | 'start' | 'worker'>> = {},
): Contender => ({
  name,
  player,
  way: 'ours',
  carrier: 'exact',
  adds: `packages/${folder}/dist/index.js`,
  ...more,
});

const recipe = (player: PlayerName, name: string, file: string, carrier: Carrier = 'exact'): Contender => ({
  name,
  player,
  way: 'recipe',
  carrier,
  adds: `test/bench/players/recipes/${file}.ts`,
});

/** Rows in the order of the tables: each player unprotected, with our package, and as others do it. */
export const contenders: readonly Contender[] = [
  plain('hls.js'),
  ours('hls.js', 'secure-token-hlsjs', 'hlsjs'),
  ours('hls.js', 'secure-token-hlsjs, `expand`', 'hlsjs', { start: 'expand' }),
  ours('hls.js', 'secure-token-hlsjs, tokens in the page', 'hlsjs', { start: 'tokens in the page' }),
  ours('hls.js', 'secure-token-hlsjs, folder token', 'hlsjs', { carrier: 'query' }),
  recipe('hls.js', '`xhrSetup` fetches a token for each request', 'hlsjs-xhr-setup'),
  recipe('hls.js', 'folder token fetched once, `shouldRetry`', 'hlsjs-should-retry', 'query'),
  plain('Video.js'),
  ours('Video.js', 'videojs-secure-token', 'videojs'),
  ours('Video.js', 'videojs-secure-token, tokens in the page', 'videojs', { start: 'tokens in the page' }),
  plain('Shaka Player'),
  ours('Shaka Player', 'secure-token-shaka', 'shaka'),
  recipe('Shaka Player', 'asynchronous request filter', 'shaka-request-filter'),
  plain('dash.js'),
  ours('dash.js', 'secure-token-dashjs', 'dashjs'),
  recipe('dash.js', 'request interceptor', 'dashjs-interceptor'),
  plain('SPF'),
  ours('SPF', 'secure-token-fetch', 'fetch'),
  plain('MP4'),
  ours('MP4', 'secure-token-progressive', 'progressive'),
  ours('MP4', 'secure-token-progressive, token worker', 'progressive', { worker: true }),
  recipe('MP4', 'signed URL that nobody renews', 'video-src'),
];

/** Returns the contenders of a scenario that is about more than the start. */
export const lasting = (all: readonly Contender[], ...without: readonly PlayerName[]): Contender[] =>
  all.filter(({ player, start }) => !start && !without.includes(player));

/** Rows of our packages with a token for each URL, and with a token for the folder. */
export const withBothTokens: readonly Contender[] = lasting(contenders, 'SPF', 'MP4')
  .filter(({ way, carrier }) => way === 'ours' && carrier === 'exact')
  .flatMap((ofEachUrl) => [ofEachUrl, { ...ofEachUrl, name: `${ofEachUrl.name}, folder token`, carrier: 'query' }]);
