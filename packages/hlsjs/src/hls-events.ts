import type Hls from 'hls.js';
import type { ErrorData } from 'hls.js';

// hls.js is imported as types only: the app keeps its one copy
const ERROR = 'hlsError';
const DESTROYING = 'hlsDestroying';

type Emit = (event: string, name: string, data: unknown) => boolean;

/**
 * Stands in for `emit` of an Hls, which whatever hls.js and its controllers trigger passes. A listener would come after
 * those that the app has added before, would not come if one of these throws, and would be gone where the app removes
 * all listeners before it destroys the player.
 */
class EventHook {
  isTold: (data: ErrorData) => boolean = () => true;
  readonly endings: (() => void)[] = [];

  constructor(hls: Hls) {
    const hooked = hls as unknown as { emit: Emit };
    const isOwn = Object.hasOwn(hooked, 'emit');
    const { emit } = hooked;
    const restore = (): void => {
      // somebody else may have put theirs over it
      if (hooked.emit !== intercepted) return;
      if (isOwn) hooked.emit = emit;
      else Reflect.deleteProperty(hooked, 'emit');
    };
    const intercepted: Emit = (event, name, data) => {
      if (event === ERROR && !this.isTold(data as ErrorData)) return false;
      try {
        return emit.call(hls, event, name, data);
      } finally {
        if (event === DESTROYING) {
          restore();
          for (const end of this.endings.splice(0)) end();
        }
      }
    };
    hooked.emit = intercepted;
  }
}

const hooks = new WeakMap<Hls, EventHook>();

function hookOf(hls: Hls): EventHook {
  const hook = hooks.get(hls) ?? new EventHook(hls);
  hooks.set(hls, hook);
  return hook;
}

/** Lets the listeners of errors of `hls` hear only of those for which `isTold` says so. It may change their data. */
export function filterErrors(hls: Hls, isTold: (data: ErrorData) => boolean): void {
  hookOf(hls).isTold = isTold;
}

/** Calls `end` when `hls` is destroyed, once the listeners of the app have heard of that. */
export function whenDestroyed(hls: Hls, end: () => void): void {
  hookOf(hls).endings.push(end);
}
