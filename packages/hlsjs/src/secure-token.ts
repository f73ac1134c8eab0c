import type Hls from 'hls.js';
import type { HlsConfig } from 'hls.js';
import type { TokenSource, TokenSourceOptions } from 'secure-token-core';
import { createTokenSource } from 'secure-token-core';
import { acquireTokenSource } from 'secure-token-core/adapter';
import { install, installing } from './install.ts';
import { configurationWatch } from './unsigned-requests.ts';

type Options = TokenSourceOptions | TokenSource | string | URL;

/**
 * Makes every request of `hls` carry a live token: playlists, segments, parts, init segments, keys, subtitles, content
 * steering, interstitials and their players, DRM licences. Call it before `loadSource`, or between sources: called
 * later, it loads again a source whose manifest was asked for without a token, and says so in the console.
 *
 * @param options `'/token'` is `{ endpoint: '/token' }`; a `TokenSource` is shared, e.g. between players
 * @returns the token source; `hls.destroy()` destroys it unless it was passed in
 * @throws `ERR_OPTIONS` at once, naming the option
 */
export function secureToken(hls: Hls, options: Options): TokenSource {
  const acquired = acquireTokenSource(options);
  install(hls, acquired);
  return acquired.source;
}

/**
 * Signs the requests of players that build Hls themselves: merge this into the configuration that they pass on. The
 * app's own `loader`, `pLoader`, `fLoader`, `xhrSetup` and `fetchSetup` in it keep working.
 *
 * @param options as for {@link secureToken}; pass a `TokenSource` to hear its events
 * @throws `ERR_OPTIONS` at once, naming the option
 */
export function secureTokenConfig(options: Options): Partial<HlsConfig> {
  const source = createTokenSource(options);
  configurationWatch.begin(source);
  return { fpsController: installing(source, 'fpsController')! };
}
