import type Hls from 'hls.js';
import type { HlsConfig } from 'hls.js';
import type { TokenSource } from 'secure-token-core';
import { reloadUnsigned } from './late-install.ts';
import { createLicenseSetup } from './license-setup.ts';
import type { Controller, ControllerClass } from './original-controller.ts';
import { noteStandIn, originalController } from './original-controller.ts';
import { tellTokenErrors } from './tell-token-errors.ts';
import { createTokenLoader } from './token-loader.ts';
import { configurationWatch, watchUnsignedRequests } from './unsigned-requests.ts';

type LoaderClass = HlsConfig['loader'];

const sources = new WeakMap<Hls, TokenSource>();
const nothing = (): void => undefined;

/**
 * A playlist or segment loader of the app, or of CMCD. Those of CMCD change the URL and hand it to a `loader` of their
 * own: it is that one which must sign, or CMCD would be appended after the signature.
 */
function wrap(Base: LoaderClass, sourceNow: () => TokenSource): never {
  const Signing = createTokenLoader(Base, sourceNow);
  return function (config: HlsConfig) {
    const outer = new Base(config) as { loader?: { constructor: unknown; load?: unknown } };
    if (!outer.loader?.load) return new Signing(config);
    outer.loader = new (createTokenLoader(outer.loader.constructor as LoaderClass, sourceNow))(config);
    return outer;
  } as never;
}

/** Makes `source` sign the requests of `hls`, in place of the one that did before. */
export function install(hls: Hls, source: TokenSource): void {
  const { config } = hls;
  const isFirst = !sources.has(hls);
  sources.set(hls, source);
  // what child players are made from; the object is the app's, so they get one of their own. Those for I-frames have no
  // frame-rate controller
  const userConfig = { ...hls.userConfig, abrController: installing(source, 'abrController', config.abrController) };
  Object.assign(hls, { userConfig });
  if (hls.url) source.allow(hls.url);
  if (!isFirst) return;
  const sourceNow = (): TokenSource => sources.get(hls)!;
  config.loader = createTokenLoader(config.loader, sourceNow);
  if (config.pLoader) config.pLoader = wrap(config.pLoader, sourceNow);
  if (config.fLoader) config.fLoader = wrap(config.fLoader, sourceNow);
  config.licenseXhrSetup = createLicenseSetup(config.licenseXhrSetup, sourceNow);
  tellTokenErrors(hls);
  watchUnsignedRequests(hls, sourceNow);
  reloadUnsigned(hls, source);
}

/**
 * A controller class that installs `source` into every Hls it is made for: hls.js hands `this` to the constructors of
 * its controllers, before CMCD wraps the loaders, and a constructor may return another object.
 */
export function installing<C extends Controller>(source: TokenSource, slot: C, before?: HlsConfig[C]): HlsConfig[C] {
  const Installing = function (hls: Hls): object {
    configurationWatch.end();
    install(hls, source);
    const Original = (before as ControllerClass | undefined) ?? originalController(hls.constructor as typeof Hls, slot);
    return Original ? new Original(hls) : { setStreamController: nothing, destroy: nothing };
  };
  noteStandIn(Installing, slot);
  return Installing as unknown as HlsConfig[C];
}
