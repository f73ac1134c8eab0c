import type { SecretOptions } from '../crypto/secret-list.ts';
import { secretList } from '../crypto/secret-list.ts';
import { checkNames } from '../errors/check-names.ts';
import { withAskedSecret } from '../format-parts/asked-secret.ts';
import type { VerifyingTokenFormat } from '../token/token-format.ts';
import { jwt } from './jwt.ts';

export type JwPlayerOptions = SecretOptions & {
  /** @default 86400 seconds */
  maxTtl?: number;
};

/**
 * Signs and verifies JW Player signed JWT URLs: `?token=` with the claim `resource`, for properties with "Secure video
 * URLs" and their API secret.
 *
 * @throws `ERR_OPTIONS`
 */
export function jwPlayer(options: JwPlayerOptions): VerifyingTokenFormat {
  checkNames(options, { secret: true, secrets: true, maxTtl: true });
  const asked = withAskedSecret(options, jwPlayer);
  if (asked) return asked;
  const { maxTtl = 86_400 } = options;
  const keys = secretList(options).map((key) => ({ key }));
  return {
    ...jwt({ keys, algorithm: 'HS256', claims: ({ pathname }) => ({ resource: pathname }), maxTtl }),
    name: 'jw-player',
  };
}
