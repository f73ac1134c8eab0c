import type Hls from 'hls.js';
import type { ErrorData } from 'hls.js';

// imports only types of hls.js: the app keeps its one copy
const ERROR = 'hlsError';
const DESTROYING = 'hlsDestroying';

type Emit = (event: string, name: string, data: unknown) => boolean;

/**
 * Replaces `emit` of an Hls, which hls.js and its controllers call for each event. A listener would not do: it would
 * run after the listeners that the app added before, it would not run if one of these throws, and it would be gone if
 * the app removes all listeners before it destroys the player.
 */
class EventHook {
  isTold: (data: ErrorData) => boolean = () => true;
  readonly endings: (() => void)[] = [];

  constructor(hls: Hls) {
    const hooked = hls as unknown as { emit: Emit };
    const isOwn = Object.hasOwn(hooked, 'emit');
    const { emit } = hooked;
    const restore = (): void => {
      // other code may have replaced `emit` since then
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

/** Passes on only the errors of `hls` for which `isTold` returns true. `isTold` may change the data of an error. */
export function filterErrors(hls: Hls, isTold: (data: ErrorData) => boolean): void {
  hookOf(hls).isTold = isTold;
}

/** Calls `end` when `hls` is destroyed, after the listeners of the app have been called. */
export function whenDestroyed(hls: Hls, end: () => void): void {
  hookOf(hls).endings.push(end);
}
