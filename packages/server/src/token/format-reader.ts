import { optionsError } from '../errors/options-error.ts';
import type { TokenFormat, VerifyingTokenFormat } from './token-format.ts';

/**
 * Returns a function that gives the format for a request.
 *
 * @throws `ERR_OPTIONS` for a value that is not a format: without a format, nothing may be signed or let through. If
 *   `source` is a function, the returned function throws this.
 */
export function formatReader<A extends readonly unknown[]>(
  source: TokenFormat | ((...args: A) => TokenFormat | Promise<TokenFormat>),
): (...args: A) => Promise<TokenFormat> {
  if (typeof source === 'function') return async (...args) => checkedFormat(await source(...args));
  const format = checkedFormat(source);
  return () => Promise.resolve(format);
}

function checkedFormat(format: TokenFormat): TokenFormat {
  if (typeof (format as Partial<TokenFormat> | undefined)?.sign === 'function') return format;
  throw optionsError('format', 'Give a format such as azion({ secret }), or a function that returns one.', format);
}

/**
 * Returns `format`, for code that verifies tokens.
 *
 * @throws `ERR_OPTIONS` for a format that only signs
 */
export function verifyingFormat(format: TokenFormat): VerifyingTokenFormat {
  if (typeof format.verify === 'function') return format as VerifyingTokenFormat;
  throw optionsError(
    'format',
    `${format.name} only signs: only the store or CDN can verify its tokens. Send the request there, or ` +
      'give a format that verifies, such as azion({ secret }).',
  );
}
