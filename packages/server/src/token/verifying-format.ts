import { optionsError } from '../errors/options-error.ts';
import type { TokenFormat, VerifyingTokenFormat } from './token-format.ts';

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
      'give a format that verifies, such as secureToken({ secret }).',
  );
}

const canVerify = (format: TokenFormat): format is VerifyingTokenFormat => typeof format.verify === 'function';
