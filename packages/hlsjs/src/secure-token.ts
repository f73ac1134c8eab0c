import type Hls from 'hls.js';
import type { ErrorData, Events, HlsConfig } from 'hls.js';
import type { TokenSource, TokenSourceOptions } from 'secure-token-core';
import { createTokenSource, isSecureTokenError } from 'secure-token-core';
import { createLicenseSetup } from './license-setup.ts';
import { createTokenLoader } from './token-loader.ts';

type Options = TokenSourceOptions | TokenSource | string | URL;
type FpsController = NonNullable<HlsConfig['fpsController']>;

const nothing = (): void => undefined;

// hls.js is imported as types only: the app keeps its one copy
const ERROR = 'hlsError' as unknown as Events.ERROR;
const DESTROYING = 'hlsDestroying' as unknown as Events.DESTROYING;

/** A denial is final, but hls.js would go on trying other variants and then retry for half a minute. */
function endOnDenial(hls: Hls): void {
  hls.on(ERROR, (_, data) => {
    const error: unknown = data.networkDetails;
    if (!isSecureTokenError(error) || error.code !== 'ERR_DENIED') return;
    data.error = error;
    if (data.fatal) return;
    const fatal: ErrorData = { ...data, fatal: true };
    delete fatal.errorAction;
    hls.trigger(ERROR, fatal);
  });
}

/**
 * A playlist or segment loader of the app, or of CMCD. Those of CMCD change the URL and hand it to a `loader` of their
 * own: it is that one which must sign, or CMCD would be appended after the signature.
 */
function wrap(Base: HlsConfig['loader'], source: TokenSource): never {
  const Signing = createTokenLoader(Base, source);
  return function (config: HlsConfig) {
    const outer = new Base(config) as { loader?: { constructor: unknown; load?: unknown } };
    if (!outer.loader?.load) return new Signing(config);
    outer.loader = new (createTokenLoader(outer.loader.constructor as typeof Base, source))(config);
    return outer;
  } as never;
}

function install(hls: Hls, source: TokenSource): void {
  const { config } = hls;
  config.loader = createTokenLoader(config.loader, source);
  if (config.pLoader) config.pLoader = wrap(config.pLoader, source);
  if (config.fLoader) config.fLoader = wrap(config.fLoader, source);
  config.licenseXhrSetup = createLicenseSetup(config.licenseXhrSetup, source);
  endOnDenial(hls);
}

/**
 * A configuration that installs itself into every Hls built from it: hls.js hands `this` to the constructors of its
 * controllers, and a constructor may return another object. The frame-rate controller is made first of those that no
 * request depends on, before CMCD wraps the loaders, so that a signature covers what CMCD adds.
 */
function selfInstalling(source: TokenSource, before: FpsController | undefined): FpsController {
  const Installer = function (hls: Hls) {
    install(hls, source);
    const Original = before ?? (hls.constructor as typeof Hls).DefaultConfig.fpsController;
    // an app may have put this configuration into Hls.DefaultConfig itself
    return Original && Original !== Installer ? new Original(hls) : { setStreamController: nothing, destroy: nothing };
  } as unknown as FpsController;
  return Installer;
}

/**
 * Makes every request of `hls` carry a live token: playlists, segments, parts, init segments, keys, subtitles, content
 * steering, interstitials and their players, DRM licences. Call it any time before `loadSource`, or between sources.
 *
 * @param options `'/token'` is `{ endpoint: '/token' }`; a `TokenSource` is shared, e.g. between players
 * @returns the token source; `hls.destroy()` destroys it unless it was passed in
 * @throws `ERR_OPTIONS` at once, naming the option
 */
export function secureToken(hls: Hls, options: Options): TokenSource {
  const source = createTokenSource(options);
  const { userConfig } = hls as { userConfig: Partial<HlsConfig> };
  const { fpsController } = userConfig;
  install(hls, source);
  // what child players (interstitials, I-frames) are made from
  userConfig.fpsController = selfInstalling(source, fpsController);
  hls.on(DESTROYING, () => {
    // the object is the app's: give it back as it was
    if (fpsController) userConfig.fpsController = fpsController;
    else delete userConfig.fpsController;
    if (source !== options) source.destroy();
  });
  return source;
}

/**
 * The same for players that build Hls themselves: merge this into the configuration that they pass on. The app's own
 * `loader`, `pLoader`, `fLoader`, `xhrSetup` and `fetchSetup` in it keep working.
 *
 * @param options as for {@link secureToken}; pass a `TokenSource` to hear its events
 * @throws `ERR_OPTIONS` at once, naming the option
 */
export function secureTokenConfig(options: Options): Partial<HlsConfig> {
  return { fpsController: selfInstalling(createTokenSource(options), undefined) };
}
