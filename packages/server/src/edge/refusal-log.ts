import type { RefusedVerdict } from '../token/verdict.ts';

/** A request that was refused, for a log: no token, and nothing that a token says. */
export interface EdgeRefusal extends Pick<RefusedVerdict, 'status' | 'reason' | 'claim' | 'detail'> {
  /** Without query and token. */
  readonly url: string;
  readonly method: string;
}

/** `onRefusal` of the options as it is called: a log that fails changes no answer. */
export function refusalLog(
  onRefusal: ((refusal: EdgeRefusal) => void) | undefined,
  onError: (error: unknown) => void,
): (refused: RefusedVerdict, request: { readonly url: string; readonly method: string }) => void {
  return ({ status, reason, claim, detail }, { url, method }) => {
    try {
      // Without types it may be an async function, whose rejection would end the process.
      const told: unknown = onRefusal?.({
        url,
        method,
        status,
        reason,
        ...(claim !== undefined && { claim }),
        ...(detail !== undefined && { detail }),
      });
      Promise.resolve(told).catch(onError);
    } catch (error) {
      onError(error);
    }
  };
}
