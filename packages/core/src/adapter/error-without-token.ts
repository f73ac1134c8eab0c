import type { SignedRequest } from '../contract/token-source.ts';
import { NOT_SHOWN, quotesToken } from './hide-tokens.ts';

/** The largest number of errors in a chain of causes that are read: an error may be its own cause. */
const MAX_CAUSES = 8;

/** Returns the text that a console prints of `error` and its causes; `undefined` if it cannot be read. */
function textOf(error: unknown): string | undefined {
  const texts: string[] = [];
  try {
    let it = error;
    do {
      texts.push(String(it));
      it = (it as { cause?: unknown } | null | undefined)?.cause;
    } while (it !== undefined && texts.length < MAX_CAUSES);
  } catch {
    return undefined;
  }
  return texts.join('\n');
}

/**
 * Returns the error that sending `request` has thrown, as an app may see it. Replaces an error if its text, or the text
 * of a cause, quotes the token or cannot be read.
 */
export function errorWithoutToken(error: unknown, request: SignedRequest): unknown {
  const text = textOf(error);
  return text === undefined || quotesToken(text, request) ? new TypeError(NOT_SHOWN) : error;
}
