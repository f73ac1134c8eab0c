import type Hls from 'hls.js';
import type { HlsConfig } from 'hls.js';
import type { TokenSource, TokenSourceOptions } from 'secure-token-core';
import { createTokenSource } from 'secure-token-core';
import type { AcquiredTokenSource, AdapterSource } from 'secure-token-core/adapter';
import { acquireFor, writeMistake } from 'secure-token-core/adapter';
import { tellTokenErrors, whenDestroyed } from './hls-events.ts';
import { signLicenses } from './license-setup.ts';
import { hasLeftWindow, returnToLive } from './live-window.ts';
import type { LoaderClass, LoaderSession } from './token-loader.ts';
import { createTokenLoader } from './token-loader.ts';

type Options = TokenSourceOptions | TokenSource | string | URL;
type HlsClass = typeof Hls;
type Controller = 'abrController' | 'fpsController';
type ControllerClass = new (hls: Hls) => object;

const LATE =
  'secure-token-hlsjs: secureToken(hls) was called after hls.loadSource(), so the first request went out without a ' +
  'token. The source is loaded again. To save that request, call secureToken(hls) first.';

/**
 * Makes every request of `hls` carry a valid token: playlists, segments, parts, init segments, keys, subtitles, content
 * steering, interstitials and their players, DRM licences. Call it before `loadSource`, or between sources. A later
 * call loads the source again if its manifest was requested without a token.
 * @param options `'/token'` stands for `{ endpoint: '/token' }`; a `TokenSource` can be shared, e.g. between players
 * @returns the token source, of the first call if there are several; `hls.destroy()` destroys it unless it was passed in
 * @throws `ERR_OPTIONS` at once, naming the option
 */
export function secureToken(hls: Hls, options: Options): TokenSource {
  return acquireFor(hls, options, (acquired) => install(hls, acquired));
}

/**
 * Returns a configuration that signs the requests of players that create Hls themselves: merge it into the
 * configuration that such a player passes on. The app's `loader`, `pLoader`, `fLoader`, `xhrSetup` and `fetchSetup` in
 * that configuration keep working.
 * @param options as for {@link secureToken}; pass a `TokenSource` to listen to its events
 * @throws `ERR_OPTIONS` at once, naming the option
 */
export function secureTokenConfig(options: Options): Partial<HlsConfig> {
  // the app may be about to replace the controller in the only place that refers to it
  const { Hls: fromScript } = globalThis as { Hls?: Partial<HlsClass> };
  const before = fromScript?.DefaultConfig?.fpsController;
  return { fpsController: installing(createTokenSource(options), 'fpsController', before)! };
}

/** The source of each player: another one than at first if the app has destroyed that and has called again. */
const sources = new WeakMap<Hls, AdapterSource>();

/** Makes `source` sign the requests of `hls` until `hls` is destroyed. */
function install(hls: Hls, { source, release }: AcquiredTokenSource): void {
  const { config, url } = hls;
  const isFirst = !sources.has(hls);
  sources.set(hls, source);
  // hls.js makes child players from `userConfig`, which belongs to the app: `hls` gets a changed copy. It uses the slot
  // of the ABR controller, because child players for I-frames have no frame-rate controller.
  const abrController = installing(source, 'abrController', config.abrController);
  Object.assign(hls, { userConfig: { ...hls.userConfig, abrController } });
  whenDestroyed(hls, release);
  if (url) source.allow(url);
  if (!isFirst) return;
  const session: LoaderSession = {
    sourceNow: () => sources.get(hls)!,
    isPatient: () => !!hls.media?.readyState,
    hasLeftWindow: (context) => hasLeftWindow(hls, context),
  };
  config.loader = createTokenLoader(config.loader, session);
  if (config.pLoader) config.pLoader = wrap(config.pLoader, session);
  if (config.fLoader) config.fLoader = wrap(config.fLoader, session);
  signLicenses(hls, session.sourceNow);
  tellTokenErrors(hls);
  returnToLive(hls);
  reloadUnsigned(hls, source);
}

/** Loads the source again if its manifest was requested without a token: the edge refuses that request. */
function reloadUnsigned(hls: Hls, source: TokenSource): void {
  const { url } = hls;
  // if there are levels, the manifest has arrived, and needed no token; without a URL, `hls` may still be under
  // construction
  if (!url || hls.levels.length > 0 || !source.protects(url)) return;
  if (__DEVELOPMENT__) writeMistake(source, LATE);
  const { forceStartLoad } = hls;
  hls.loadSource(url);
  // the app has called startLoad(), with `autoStartLoad: false`: loadSource() forgets that
  if (forceStartLoad) hls.startLoad();
}

/**
 * Makes a playlist or segment loader of the app, or of CMCD, sign. A loader of CMCD changes the URL and passes it to an
 * inner `loader`. That inner loader has to sign, because otherwise CMCD data would be appended after the signature.
 */
function wrap(Base: LoaderClass, session: LoaderSession): never {
  const Signing = createTokenLoader(Base, session);
  return function (config: HlsConfig) {
    const outer = new Base(config) as { loader?: { constructor: unknown; load?: unknown } };
    if (!outer.loader?.load) return new Signing(config);
    outer.loader = new (createTokenLoader(outer.loader.constructor as LoaderClass, session))(config);
    return outer;
  } as never;
}

/** Our controller classes, each of which stands in for one of hls.js. */
const standIns = new WeakSet();

/**
 * Returns a controller class that installs `source` into every Hls for which it is made. An Hls passes itself to the
 * constructors of its controllers before CMCD wraps the loaders, and a constructor may return another object.
 * @param before the controller that it stands in for, if it is known
 */
function installing<C extends Controller>(source: TokenSource, slot: C, before: HlsConfig[C]): HlsConfig[C] {
  const Installing = function (hls: Hls): object {
    secureToken(hls, source);
    const isOurs = !before || standIns.has(before);
    const Original = (isOurs ? originalOf(hls.constructor as HlsClass, slot) : before) as ControllerClass | undefined;
    return Original ? new Original(hls) : { setStreamController: () => undefined, destroy: () => undefined };
  };
  standIns.add(Installing);
  return Installing as unknown as HlsConfig[C];
}

/** Returns the controller of hls.js itself, even if an app has put ours into `Hls.DefaultConfig`. */
function originalOf(hlsClass: HlsClass, slot: Controller): unknown {
  const { DefaultConfig } = hlsClass;
  if (!standIns.has(DefaultConfig[slot] ?? {})) return DefaultConfig[slot];
  // hls.js returns its own configuration as soon as an assigned one is removed
  hlsClass.DefaultConfig = undefined as never;
  const own = hlsClass.DefaultConfig[slot];
  hlsClass.DefaultConfig = DefaultConfig;
  return standIns.has(own ?? {}) ? undefined : own;
}
