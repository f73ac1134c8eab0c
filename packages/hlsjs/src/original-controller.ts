import type Hls from 'hls.js';

export type Controller = 'abrController' | 'fpsController';
export type ControllerClass = new (hls: Hls) => object;
type HlsClass = typeof Hls;

/** Our controller classes: they stand in for one of hls.js. */
const standIns = new WeakSet();
/** The controllers that hls.js has of its own, by its class: a page may load it twice. */
const originals = new WeakMap<HlsClass, Partial<Record<Controller, ControllerClass>>>();

function remember(hlsClass: HlsClass, slot: Controller): void {
  const present = hlsClass.DefaultConfig[slot] as ControllerClass | undefined;
  if (present && !standIns.has(present)) originals.set(hlsClass, { ...originals.get(hlsClass), [slot]: present });
}

/**
 * Takes note that `ours` stands in for what hls.js has for `slot`. It may be about to take its place in
 * `Hls.DefaultConfig`, which is all that refers to it: what a script has loaded is looked up before.
 */
export function noteStandIn(ours: object, slot: Controller): void {
  standIns.add(ours);
  const { Hls: fromScript } = globalThis as { Hls?: Partial<HlsClass> };
  if (fromScript?.DefaultConfig) remember(fromScript as HlsClass, slot);
}

/**
 * The controller that hls.js has of its own for `slot`, also where an app has put ours into `Hls.DefaultConfig`.
 * `undefined` if nothing refers to it any more: hls.js came as a module, and the app has changed its object instead of
 * assigning another one.
 */
export function originalController(hlsClass: HlsClass, slot: Controller): ControllerClass | undefined {
  remember(hlsClass, slot);
  if (!originals.get(hlsClass)?.[slot]) {
    const { DefaultConfig } = hlsClass;
    // without one that was assigned, hls.js has its own
    hlsClass.DefaultConfig = undefined as never;
    remember(hlsClass, slot);
    hlsClass.DefaultConfig = DefaultConfig;
  }
  return originals.get(hlsClass)?.[slot];
}
