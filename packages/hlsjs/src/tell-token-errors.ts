import type Hls from 'hls.js';
import type { ErrorData, Events } from 'hls.js';
import type { SecureTokenError } from 'secure-token-core';
import { tokenErrorOf } from './token-errors.ts';

// hls.js is imported as types only: the app keeps its one copy
const ERROR = 'hlsError' as unknown as Events.ERROR;
export const DESTROYING = 'hlsDestroying' as unknown as Events.DESTROYING;

type Emit = (event: string, name: string, data: unknown) => boolean;

/**
 * Errors of `hls` carry ours before anybody hears of them: a listener would come after those that the app has added
 * before. Whatever hls.js emits passes `emit`, what its controllers `trigger()` too.
 *
 * A denial is final, but hls.js would try other variants and then retry for half a minute: so it is made fatal. Of one
 * that several segments have waited for, such as that of their key, hls.js tells once for each, in one task: it has
 * stopped at the first.
 */
export function tellTokenErrors(hls: Hls): void {
  const hooked = hls as unknown as { emit: Emit };
  const isOwn = Object.hasOwn(hooked, 'emit');
  const { emit } = hooked;
  const told = new Set<SecureTokenError>();

  /** Returns whether `data` is to be told. */
  const prepare = (data: ErrorData): boolean => {
    const error = tokenErrorOf(data.networkDetails);
    if (!error) return true;
    data.error = error;
    if (error.code !== 'ERR_DENIED') return true;
    if (told.has(error)) return false;
    told.add(error);
    // of the next request that ends with it the app hears anew: it may have loaded the source again
    setTimeout(() => told.delete(error));
    data.fatal = true;
    delete data.errorAction;
    return true;
  };
  const telling: Emit = (event, name, data) =>
    event === (ERROR as string) && !prepare(data as ErrorData) ? false : emit.call(hls, event, name, data);

  hooked.emit = telling;
  hls.on(DESTROYING, () => {
    // somebody else may have put theirs over it
    if (hooked.emit !== telling) return;
    if (isOwn) hooked.emit = emit;
    else Reflect.deleteProperty(hooked, 'emit');
  });
}
