import type Hls from 'hls.js';
import type { HlsConfig } from 'hls.js';
import type { TokenSource } from 'secure-token-core';
import type { AcquiredTokenSource } from 'secure-token-core/adapter';
import { acquireTokenSource } from 'secure-token-core/adapter';
import { whenDestroyed } from './hls-events.ts';
import { reloadUnsigned } from './late-install.ts';
import { createLicenseSetup } from './license-setup.ts';
import { isLeftBehindBy } from './live-window.ts';
import type { Controller, ControllerClass } from './original-controller.ts';
import { noteStandIn, originalController } from './original-controller.ts';
import { returnToLive } from './return-to-live.ts';
import { tellTokenErrors } from './tell-token-errors.ts';
import { isRetriedAsShipped } from './retry-policy.ts';
import type { LoaderSession } from './token-loader.ts';
import { createTokenLoader } from './token-loader.ts';
import { configurationWatch, watchUnsignedRequests } from './unsigned-requests.ts';

type LoaderClass = HlsConfig['loader'];

const sources = new WeakMap<Hls, TokenSource>();
const nothing = (): void => undefined;

/**
 * Makes a playlist or segment loader of the app, or of CMCD, sign. A loader of CMCD changes the URL and passes it to an
 * inner `loader`. That inner loader has to sign, because otherwise CMCD data would be appended after the signature.
 */
function wrap(Base: LoaderClass, sessionNow: () => LoaderSession): never {
  const Signing = createTokenLoader(Base, sessionNow);
  return function (config: HlsConfig) {
    const outer = new Base(config) as { loader?: { constructor: unknown; load?: unknown } };
    if (!outer.loader?.load) return new Signing(config);
    outer.loader = new (createTokenLoader(outer.loader.constructor as LoaderClass, sessionNow))(config);
    return outer;
  } as never;
}

/** Makes `source` sign the requests of `hls` until `hls` is destroyed. Replaces the source that signed them before. */
export function install(hls: Hls, { source, release }: AcquiredTokenSource): void {
  const { config } = hls;
  const isFirst = !sources.has(hls);
  sources.set(hls, source);
  // hls.js makes child players from `userConfig`. That object belongs to the app, so `hls` gets a changed copy. The
  // copy uses the slot `abrController`, because child players for I-frames have no frame-rate controller.
  const userConfig = { ...hls.userConfig, abrController: installing(source, 'abrController', config.abrController) };
  Object.assign(hls, { userConfig });
  whenDestroyed(hls, release);
  if (hls.url) source.allow(hls.url);
  if (!isFirst) return;
  const sourceNow = (): TokenSource => sources.get(hls)!;
  const mayOutlast: LoaderSession['mayOutlast'] = (context) =>
    !!hls.media?.readyState && isRetriedAsShipped(context, config, (hls.constructor as typeof Hls).DefaultConfig);
  const sessionNow = (): LoaderSession => ({
    source: sourceNow(),
    mayOutlast,
    hasLeftWindow: (context) => isLeftBehindBy(hls, context),
  });
  config.loader = createTokenLoader(config.loader, sessionNow);
  if (config.pLoader) config.pLoader = wrap(config.pLoader, sessionNow);
  if (config.fLoader) config.fLoader = wrap(config.fLoader, sessionNow);
  const end = new AbortController();
  whenDestroyed(hls, () => end.abort());
  config.licenseXhrSetup = createLicenseSetup(config.licenseXhrSetup, sourceNow, end.signal);
  tellTokenErrors(hls, sourceNow);
  returnToLive(hls);
  watchUnsignedRequests(hls, sourceNow);
  reloadUnsigned(hls, source);
}

/**
 * Returns a controller class that installs `source` into every Hls for which it is made. An Hls passes itself to the
 * constructors of its controllers before CMCD wraps the loaders, and a constructor may return another object.
 */
export function installing<C extends Controller>(source: TokenSource, slot: C, before?: HlsConfig[C]): HlsConfig[C] {
  const Installing = function (hls: Hls): object {
    configurationWatch.end();
    install(hls, acquireTokenSource(source));
    const Original = (before as ControllerClass | undefined) ?? originalController(hls.constructor as typeof Hls, slot);
    return Original ? new Original(hls) : { setStreamController: nothing, destroy: nothing };
  };
  noteStandIn(Installing, slot);
  return Installing as unknown as HlsConfig[C];
}
