import type { HlsVideoAdapter } from '@videojs/spf/hls-video';
import type * as dashjs from 'dashjs';
import type Hls from 'hls.js';
import type Shaka from 'shaka-player';
import type videojs from 'video.js';
import type * as SecureTokenDash from '../../packages/dashjs/src/index.ts';
import type * as SecureTokenFetch from '../../packages/fetch/src/index.ts';
import type * as SecureTokenHls from '../../packages/hlsjs/src/index.ts';
import type * as SecureTokenShaka from '../../packages/shaka/src/index.ts';

/** What the scripts of players and plugins put into pages. */
declare global {
  interface Window {
    Hls: typeof Hls;
    SecureTokenHls: typeof SecureTokenHls;
    videojs: typeof videojs;
    shaka: typeof Shaka;
    SecureTokenShaka: typeof SecureTokenShaka;
    dashjs: typeof dashjs;
    SecureTokenDash: typeof SecureTokenDash;
    Spf: { HlsVideoAdapter: typeof HlsVideoAdapter };
    SecureTokenFetch: typeof SecureTokenFetch;
    /** Of the example pages: seconds that the viewer's clock is set wrong, and those that the machine has slept. */
    viewerClock: { readonly wrong: number; set(seconds: number): void; skip(seconds: number): void };
  }
}
