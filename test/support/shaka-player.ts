import type { PlayerPage, Trouble } from './player-page.ts';
import { playerPage, tokensFor, withTrouble } from './player-page.ts';
import type { PlayerTokens } from './player.ts';
import { openRecordedPage } from './recorded-page.ts';
import type { ShakaSnapshot as SeenInPage } from './shaka-player-page.ts';
import { createShaka, takeShakaSnapshot } from './shaka-player-page.ts';
import type { Stage } from './stage.ts';
import type { Carrier } from './token-formats.ts';

/** The newest, the one with long-term support, which `npm run test:all` installs, and the earliest that is supported. */
const folders = {
  '5.2': 'node_modules/shaka-player',
  '4.16': 'test/extra/node_modules/shaka-player-4.16',
  '4.11': 'node_modules/shaka-player-4.11',
};
export type ShakaVersion = keyof typeof folders;

export interface ShakaOptions {
  /** Path of the media, below the carrier. */
  path: string;
  tokens?: Partial<PlayerTokens> | false;
  /** @default '5.2' */
  version?: ShakaVersion;
  /** Name of the build, as in `shaka-player.compiled.js`. @default 'compiled' */
  build?: string;
  /** Configuration of the player, without functions. */
  config?: object;
  startTime?: number;
}

export type ShakaSnapshot = SeenInPage & Trouble;
export type ShakaPage = PlayerPage<ShakaSnapshot>;

/** Members of a snapshot without anything that a viewer or an app would hear of. */
export const quiet = {
  errors: [],
  retries: [],
  failedDownloads: [],
  leaks: [],
  rejections: [],
  pageErrors: [],
};

/** Opens a page with Shaka Player and a player of `path`, with tokens of `carrier`. */
export async function openShaka(stage: Stage, carrier: Carrier, given: ShakaOptions): Promise<ShakaPage> {
  const { path, tokens = {}, version = '5.2', build = 'compiled', config = {}, startTime = null } = given;
  const opened = await openRecordedPage(stage, 'shaka.html');
  const { page } = opened;
  await page.addScriptTag({ url: `/${folders[version]}/dist/shaka-player.${build}.js` });
  await page.addScriptTag({ url: '/packages/shaka/dist/secure-token-shaka.min.js' });
  await page.evaluate(createShaka, {
    src: stage.url(carrier, path),
    tokens: tokensFor(stage, carrier, tokens),
    config,
    startTime,
  });
  return playerPage(opened, {
    look: takeShakaSnapshot,
    complete: withTrouble(opened),
    describe: (seen) => JSON.stringify({ ...seen, responses: seen.responses.slice(-5) }),
  });
}
