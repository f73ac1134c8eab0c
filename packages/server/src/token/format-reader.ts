import { callHook } from '../errors/call-hook.ts';
import { optionsError } from '../errors/options-error.ts';
import type { FormatSource, TokenFormat } from './token-format.ts';

/**
 * @throws `ERR_OPTIONS` when `source` is no format and no function: without one, nothing may be signed or let through
 */
export function formatReader(source: FormatSource): (request: Request) => TokenFormat | Promise<TokenFormat> {
  if (typeof source === 'function') return (request) => callHook('format', () => source(request));
  if (typeof (source as Partial<TokenFormat> | undefined)?.verify !== 'function') {
    throw optionsError(
      'format',
      'Give a format such as secureToken({ secret }), or a function that returns one.',
      source,
    );
  }
  return () => source;
}
