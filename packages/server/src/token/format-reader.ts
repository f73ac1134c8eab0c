import { callHook } from '../errors/hooks.ts';
import { optionsError } from '../errors/options-error.ts';
import type { FormatSource, TokenFormat, VerifyingTokenFormat } from './token-format.ts';

/**
 * Returns a function that gives the format for a request.
 *
 * @throws `ERR_OPTIONS` if `source` is neither a format nor a function: without a format, nothing may be signed or let
 *   through
 */
export function formatReader(source: FormatSource): (request: Request) => TokenFormat | Promise<TokenFormat> {
  if (typeof source === 'function') return (request) => callHook('format', () => source(request));
  if (typeof (source as Partial<TokenFormat> | undefined)?.sign !== 'function') {
    throw optionsError('format', 'Give a format such as azion({ secret }), or a function that returns one.', source);
  }
  return () => source;
}

/**
 * Makes a reader like `formatReader`, for code that verifies tokens.
 *
 * @throws `ERR_OPTIONS` as `formatReader` does, and for a format that only signs; if `source` is a function, the reader
 *   throws this at the request
 */
export function verifyingFormatReader(source: FormatSource): (request: Request) => Promise<VerifyingTokenFormat> {
  const read = formatReader(source);
  if (typeof source !== 'function') verifyingFormat(source);
  return async (request) => verifyingFormat(await read(request));
}

/**
 * Returns `format`, for code that verifies tokens.
 *
 * @throws `ERR_OPTIONS` for a format that only signs
 */
export function verifyingFormat(format: TokenFormat): VerifyingTokenFormat {
  if (canVerify(format)) return format;
  throw optionsError(
    'format',
    `${format.name} only signs: only the store or CDN can verify its tokens. Send the request there, or ` +
      'give a format that verifies, such as azion({ secret }).',
  );
}

const canVerify = (format: TokenFormat): format is VerifyingTokenFormat => typeof format.verify === 'function';
