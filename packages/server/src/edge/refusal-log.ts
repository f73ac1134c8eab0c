import type { TokenFormat } from '../token/token-format.ts';
import type { RefusedVerdict } from '../token/verdict.ts';
import type { JudgedUrl } from '../url/judged-url.ts';
import { loggedUrl } from './logged-url.ts';

/** A refused request, for a log. It contains no token, and nothing that a token says. */
export interface EdgeRefusal extends Pick<RefusedVerdict, 'status' | 'reason' | 'claim' | 'detail'> {
  /** The URL without query and token; `…` replaces a token in a place of the path where the format does not read it. */
  readonly url: string;
  readonly method: string;
}

/** Wraps the option `onRefusal`, so that a log that fails changes no answer. */
export function refusalLog(
  onRefusal: ((refusal: EdgeRefusal) => void) | undefined,
  onError: (error: unknown) => void,
): (refused: RefusedVerdict, request: { url: JudgedUrl; format: TokenFormat; method: string }) => void {
  return ({ status, reason, claim, detail }, { url, format, method }) => {
    try {
      // Without types, `onRefusal` may be an async function, whose rejection would end the process.
      const told: unknown = onRefusal?.({
        url: loggedUrl(url, format),
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
