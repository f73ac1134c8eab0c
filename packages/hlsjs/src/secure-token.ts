import type Hls from 'hls.js';
import type { HlsConfig } from 'hls.js';
import type { TokenSource, TokenSourceOptions } from 'secure-token-core';
import { createTokenSource } from 'secure-token-core';
import { acquireTokenSource } from 'secure-token-core/adapter';
import { install, installing } from './install.ts';
import { configurationWatch } from './unsigned-requests.ts';

type Options = TokenSourceOptions | TokenSource | string | URL;

/**
 * Makes every request of `hls` carry a valid token: playlists, segments, parts, init segments, keys, subtitles, content
 * steering, interstitials and their players, DRM licences. Call it before `loadSource`, or between sources. A later
 * call loads the source again if its manifest was requested without a token; a development build says so in the
 * console.
 *
 * @param options `'/token'` stands for `{ endpoint: '/token' }`; a `TokenSource` can be shared, e.g. between players
 * @returns the token source; `hls.destroy()` destroys it unless it was passed in
 * @throws `ERR_OPTIONS` at once, naming the option
 */
export function secureToken(hls: Hls, options: Options): TokenSource {
  const acquired = acquireTokenSource(options);
  install(hls, acquired);
  return acquired.source;
}

/**
 * Returns a configuration that signs the requests of players that create Hls themselves: merge it into the
 * configuration that such a player passes on. The app's `loader`, `pLoader`, `fLoader`, `xhrSetup` and `fetchSetup` in
 * that configuration keep working.
 *
 * @param options as for {@link secureToken}; pass a `TokenSource` to listen to its events
 * @throws `ERR_OPTIONS` at once, naming the option
 */
export function secureTokenConfig(options: Options): Partial<HlsConfig> {
  const source = createTokenSource(options);
  configurationWatch.begin(source);
  return { fpsController: installing(source, 'fpsController')! };
}
