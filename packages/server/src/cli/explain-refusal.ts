import { verifyUrl } from '../token/verify-url.ts';
import type { RefusedVerdict } from '../token/verdict.ts';
import { formatWith } from './format-options.ts';
import type { FormatOptions } from './format-options.ts';

/** What `verify` was called with. */
export interface Judged extends FormatOptions {
  now?: number;
  maxTtl: number;
}

/** Deeper folders are rare; each costs a hash. */
const MAX_DEPTH = 8;

const MISSING = 'The URL has no token: st and e are not both in its query.';
const MALFORMED =
  'The form of st, e or the path is wrong: st has 22 characters of base64url, e has ten digits, each comes once, and ' +
  'the path has no //, no %2F and no malformed escape. Put the URL in quotes: the shell reads & as an end.';

/** For who looks for what is wrong: all that can be known from here, and never the secret. */
export async function explainRefusal(
  url: string,
  { reason }: RefusedVerdict,
  options: Judged,
  secrets: readonly string[],
): Promise<string> {
  if (reason === 'missing') return MISSING;
  if (reason === 'expired') return 'The signature is right. The URL has outlived its token: sign it anew.';
  const isSignedFor = async (changed: Partial<Pick<Judged, 'pathForm' | 'depth' | 'maxTtl'>>): Promise<boolean> => {
    const judged = { ...options, ...changed };
    const format = formatWith(secrets, judged, judged.maxTtl);
    const verdict = await verifyUrl(url, { format, ...(options.now !== undefined && { now: options.now }) });
    return verdict.ok || verdict.reason === 'expired';
  };

  if (reason === 'malformed') {
    return (await isSignedFor({ maxTtl: Infinity }))
      ? `The signature is right, but e lies more than ${options.maxTtl} s (--max-ttl) ahead.`
      : MALFORMED;
  }
  const otherForm = options.pathForm === 'raw' ? 'decoded' : 'raw';
  if (await isSignedFor({ pathForm: otherForm }))
    return `It is a token of the other path form: --path-form ${otherForm} accepts it.`;
  for (let depth = 1; depth <= MAX_DEPTH; depth++) {
    if (await isSignedFor({ depth })) return `It is a token of a folder: --depth ${depth} accepts it.`;
  }
  const secret = options.secretFile ?? 'SECURE_TOKEN_SECRET';
  return (
    'The form of the token is right, and it is none of the other path form or of a folder. It was checked with the ' +
    `secret of ${secret}: is that the one of the CDN, without a space or a line break too many? Otherwise the path ` +
    'or the expiry was changed after signing.'
  );
}
