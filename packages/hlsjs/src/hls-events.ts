import type Hls from 'hls.js';
import type { ErrorData } from 'hls.js';
import type { SecureTokenError } from 'secure-token-core';
import { isSecureTokenError } from 'secure-token-core';

type Emit = (event: string, name: string, data: unknown) => boolean;

/** Our errors, by the `networkDetails` that hls.js passes on with an error. */
const errors = new WeakMap<object, SecureTokenError>();

/** Notes that the request which the loader reports to hls.js with `details` ended with `error`. */
export function noteTokenError(details: object | null, error: SecureTokenError): void {
  if (details) errors.set(details, error);
}

/**
 * Makes `hls` call `intercept` in place of the listeners of one event. Replaces `emit`, which hls.js and its controllers
 * call for each event. A listener would not do: it would run after the listeners that the app added before, and would be
 * gone if the app removes all before it destroys the player.
 * @param intercept gets a function that calls the listeners
 */
function interceptEvent(hls: Hls, type: string, intercept: (emit: () => boolean, data: unknown) => boolean): void {
  const target = hls as unknown as { emit: Emit };
  const { emit } = target;
  target.emit = (event, name, data) => {
    const go = (): boolean => emit.call(hls, event, name, data);
    return event === type ? intercept(go, data) : go();
  };
}

/** Calls `end` when `hls` is destroyed, after the listeners of the app have been called. */
export function whenDestroyed(hls: Hls, end: () => void): void {
  interceptEvent(hls, 'hlsDestroying', (emit) => {
    try {
      return emit();
    } finally {
      end();
    }
  });
}

/**
 * Puts our errors into the errors of `hls` before any listener gets them. A denial is made fatal, because hls.js would
 * try other variants and then retry for half a minute.
 */
export function tellTokenErrors(hls: Hls): void {
  const told = new Set<SecureTokenError>();
  interceptEvent(hls, 'hlsError', (emit, event) => {
    const data = event as ErrorData;
    const details: unknown = data.networkDetails;
    const error = isSecureTokenError(details) ? details : errors.get(details as object);
    if (!error) return emit();
    data.error = error;
    if (error.code === 'ERR_DENIED') {
      // several segments may have waited for one token, and fail in one task: hls.js has stopped at the first report
      if (told.has(error)) return false;
      told.add(error);
      setTimeout(() => told.delete(error));
      data.fatal = true;
      delete data.errorAction;
    }
    return emit();
  });
}
