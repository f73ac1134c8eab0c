import type Hls from 'hls.js';

export type Controller = 'abrController' | 'fpsController';
export type ControllerClass = new (hls: Hls) => object;
type HlsClass = typeof Hls;

/** Our controller classes, each of which stands in for one of hls.js. */
const standIns = new WeakSet();
/** The controllers of hls.js itself, by its class: a page may load hls.js twice. */
const originals = new WeakMap<HlsClass, Partial<Record<Controller, ControllerClass>>>();

function remember(hlsClass: HlsClass, slot: Controller): void {
  const present = hlsClass.DefaultConfig[slot] as ControllerClass | undefined;
  if (present && !standIns.has(present)) originals.set(hlsClass, { ...originals.get(hlsClass), [slot]: present });
}

/**
 * Notes that `ours` stands in for the controller of hls.js for `slot`. The app may be about to replace that controller
 * in `Hls.DefaultConfig`, which has the only reference to it: so the controller of an Hls from a script is remembered
 * now.
 */
export function noteStandIn(ours: object, slot: Controller): void {
  standIns.add(ours);
  const { Hls: fromScript } = globalThis as { Hls?: Partial<HlsClass> };
  if (fromScript?.DefaultConfig) remember(fromScript as HlsClass, slot);
}

/**
 * Returns the controller of hls.js itself for `slot`, even if an app has put ours into `Hls.DefaultConfig`. Returns
 * `undefined` if no reference is left: hls.js came as a module, and the app has changed the object `DefaultConfig`
 * instead of assigning another one.
 */
export function originalController(hlsClass: HlsClass, slot: Controller): ControllerClass | undefined {
  remember(hlsClass, slot);
  if (!originals.get(hlsClass)?.[slot]) {
    const { DefaultConfig } = hlsClass;
    // if the app has assigned one, hls.js returns its own as soon as that is removed
    hlsClass.DefaultConfig = undefined as never;
    remember(hlsClass, slot);
    hlsClass.DefaultConfig = DefaultConfig;
  }
  return originals.get(hlsClass)?.[slot];
}
