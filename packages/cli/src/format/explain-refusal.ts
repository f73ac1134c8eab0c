import { verifyUrl } from 'secure-token-server';
import type { RefusedVerdict } from 'secure-token-server';
import { CliError } from '../call-arguments.ts';
import { formatOf, formatWith } from './format-options.ts';
import type { FormatOptions } from './format-options.ts';

/** The arguments of the `verify` command that refused a token. */
export interface Judged extends FormatOptions {
  now?: number;
}

/** The most folders that are tried. Deeper folders are rare, and each costs a hash. */
const MAX_DEPTH = 8;

const MISSING = 'The URL has no token: st and e are not both in its query.';
const MALFORMED =
  'The form of st, e or the path is wrong: st has 22 characters of base64url, e has ten digits, each comes once, and ' +
  'the path has no //, no %2F and no malformed escape. Put the URL in quotes: the shell reads & as an end.';

/**
 * Explains a refusal to a person who looks for its cause. Tells all that can be known from here, and never the secret.
 */
export async function explainRefusal(
  url: string,
  { reason }: RefusedVerdict,
  options: Judged,
  secrets: readonly string[],
): Promise<string> {
  const { now } = options;
  const { name } = formatOf(options);
  const isOfAzion = name === 'secureToken';
  if (reason === 'missing') {
    return isOfAzion
      ? MISSING
      : `The URL has no token where ${name} looks for it. Give the --option that says where the CDN does; a token in ` +
          'a cookie or a header is not checked here.';
  }
  if (reason === 'expired') return 'The signature is right. The token has expired: sign the URL again.';
  const isSignedFor = async (changed: Pick<FormatOptions, 'pathForm' | 'depth' | 'maxTtl'>): Promise<boolean> => {
    try {
      const format = await formatWith(secrets, { ...options, ...changed });
      const verdict = await verifyUrl(url, { format, ...(now !== undefined && { now }) });
      return verdict.ok || verdict.reason === 'expired';
    } catch (error) {
      // not every format has all of these options
      if (error instanceof CliError) return false;
      throw error;
    }
  };

  if (reason === 'malformed') {
    if (await isSignedFor({ maxTtl: Infinity })) {
      const { maxTtl = Infinity } = await formatWith(secrets, options);
      return `The signature is right, but it expires more than ${maxTtl} s (--max-ttl) ahead.`;
    }
    return isOfAzion
      ? MALFORMED
      : `The token, or the path, has not the form that ${name} writes. Put the URL in quotes: the shell reads & as ` +
          'an end.';
  }
  for (const pathForm of ['raw', 'decoded'] as const) {
    if (await isSignedFor({ pathForm }))
      return `It is a token of the other path form: --path-form ${pathForm} accepts it.`;
  }
  for (let depth = 1; depth <= MAX_DEPTH; depth++) {
    if (await isSignedFor({ depth })) return `It is a token of a folder: --depth ${depth} accepts it.`;
  }
  const secret = options.secretFile ?? 'SECURE_TOKEN_SECRET';
  return (
    'The form of the token is right, and no other --path-form or --depth accepts it. It was checked with the ' +
    `secret of ${secret}: is that the secret of the CDN, without extra spaces or line breaks? Otherwise the path ` +
    'or the expiry was changed after signing.'
  );
}
