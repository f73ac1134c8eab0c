import { SecureTokenError } from 'secure-token-core';
import type { EngineClass, SchemePlugin } from './shaka-types.ts';

/** `PluginPriority.APPLICATION` of Shaka. */
const APPLICATION = 3;
const SCHEMES = ['http', 'https'];
/** A scheme that nothing else uses. */
const PROBE = 'secure-token-probe';

type Registering = Pick<EngineClass, 'registerScheme'>;

/** An entry. Its member names are minified: a number, a function, and whether that function reports progress. */
type Entry = Readonly<Record<string, unknown>>;
/** A plain object before Shaka 4.12. */
type Registry = ReadonlyMap<string, Entry> | Readonly<Record<string, Entry>>;

const ours = new WeakSet<SchemePlugin>();

/**
 * Returns the object in which Shaka keeps its scheme plugins. Shaka lets apps add plugins, but not read them: our
 * plugin could not pass requests on to the one that it replaces, be it Shaka's or the app's. If Shaka was imported as a
 * module, no global name leads to the registry either. So this function catches the registry when Shaka looks up a
 * scheme in it, and answers that a plugin of a higher priority has that scheme already. Shaka then registers nothing,
 * and no other code runs meanwhile.
 */
function registryOf(engineClass: Registering): Registry | undefined {
  let registry: Registry | undefined;
  const taken = {};
  const catchRegistry = (caught: object): object => {
    registry = caught as Registry;
    return taken;
  };
  // oxlint-disable-next-line typescript/unbound-method -- called with the map as `this`
  const get: (this: object, key: unknown) => unknown = Map.prototype.get;
  try {
    Map.prototype.get = function (key) {
      return key === PROBE ? catchRegistry(this) : get.call(this, key);
    };
    Object.defineProperty(Object.prototype, PROBE, {
      configurable: true,
      get() {
        return catchRegistry(this as object);
      },
    });
    engineClass.registerScheme(PROBE, () => undefined as never);
  } finally {
    Map.prototype.get = get;
    Reflect.deleteProperty(Object.prototype, PROBE);
  }
  return registry;
}

const entryOf = (registry: Registry | undefined, scheme: string): Entry | undefined =>
  registry instanceof Map
    ? (registry as ReadonlyMap<string, Entry>).get(scheme)
    : (registry as Record<string, Entry> | undefined)?.[scheme];

/**
 * Puts a plugin that `wrap` makes in front of the plugin that Shaka, or the app, has registered for http and https. All
 * players of one copy of Shaka share their schemes, so this is done once for each copy.
 * @throws `ERR_OPTIONS` if there is no such plugin
 */
export function wrapSchemePlugins(engineClass: Registering, wrap: (plugin: SchemePlugin) => SchemePlugin): void {
  const registry = registryOf(engineClass);
  for (const scheme of SCHEMES) {
    const members = Object.values(entryOf(registry, scheme) ?? {});
    const plugin = members.find((it) => typeof it === 'function') as SchemePlugin | undefined;
    if (!plugin) {
      const message = `No plugin for ${scheme} was found in this copy of Shaka Player. Use 4.11 to 5.2.`;
      throw new SecureTokenError('ERR_OPTIONS', message);
    }
    if (ours.has(plugin)) continue;
    const wrapped = wrap(plugin);
    ours.add(wrapped);
    engineClass.registerScheme(scheme, wrapped, APPLICATION, members.includes(true));
  }
}
