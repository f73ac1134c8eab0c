import { verifyUrl } from 'secure-token-server';
import type { RefusedVerdict } from 'secure-token-server';
import { CliError } from '../call-arguments.ts';
import { formatOf, formatWith } from './format-options.ts';
import type { FormatOptions } from './format-options.ts';

/** The arguments of the `verify` command that refused a token. */
export interface Judged extends FormatOptions {
  now?: number;
}

/** Options with which a token may be right, each with what that means. Deeper folders are rare. */
const others: readonly (readonly [Pick<FormatOptions, 'maxTtl' | 'pathForm' | 'depth'>, explanation: string])[] = [
  [{ maxTtl: Infinity }, 'The signature is right, but it expires more than {maxTtl} s (--max-ttl) ahead.'],
  ...(['raw', 'decoded'] as const).map(
    (pathForm) => [{ pathForm }, `It is a token of the other path form: --path-form ${pathForm} accepts it.`] as const,
  ),
  ...[1, 2, 3, 4, 5, 6, 7, 8].map(
    (depth) => [{ depth }, `It is a token of a folder: --depth ${depth} accepts it.`] as const,
  ),
];

/**
 * Explains a refusal to a person who looks for its cause. Tells all that can be known from here, and never the secret.
 */
export async function explainRefusal(
  url: string,
  { reason }: RefusedVerdict,
  options: Judged,
  secrets: readonly string[],
): Promise<string> {
  const { now, secretFile = 'SECURE_TOKEN_SECRET' } = options;
  const { name } = formatOf(options);
  if (reason === 'missing')
    return (
      `The URL has no token where ${name} looks for it. Give the --option that says where the CDN does; a token in ` +
      'a cookie or a header is not checked here.'
    );
  if (reason === 'expired') return 'The signature is right. The token has expired: sign the URL again.';
  for (const [changed, explanation] of others) {
    const format = await formatWith(secrets, { ...options, ...changed }).catch((error: unknown) => {
      // not every format has all of these options
      if (error instanceof CliError) return undefined;
      throw error;
    });
    const verdict = format && (await verifyUrl(url, { format, ...(now !== undefined && { now }) }));
    if (!verdict || (!verdict.ok && verdict.reason !== 'expired')) continue;
    const { maxTtl = Infinity } = await formatWith(secrets, options);
    return explanation.replace('{maxTtl}', String(maxTtl));
  }
  return reason === 'malformed'
    ? `The token, or the path, has not the form that ${name} writes. Put the URL in quotes: the shell reads & as an end.`
    : 'The form of the token is right, and no other --path-form or --depth accepts it. It was checked with the ' +
        `secret of ${secretFile}: is that the secret of the CDN, without extra spaces or line breaks? Otherwise the ` +
        'path or the expiry was changed after signing.';
}
