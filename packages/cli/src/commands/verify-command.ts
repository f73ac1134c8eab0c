import type { Command } from 'commander';
import { verifyUrl } from 'secure-token-server';
import type { RefusedVerdict, Verdict } from 'secure-token-server';
import { CliError, wholeNumber } from '../call-arguments.ts';
import {
  addFormatOptions,
  completedBy,
  findSecrets,
  formatOf,
  formatWith,
  recognisedOr,
} from '../format/format-options.ts';
import type { FormatOptions } from '../format/format-options.ts';
import type { Recognised } from '../format/recognise.ts';

/** The options of the command. */
interface VerifyOptions extends FormatOptions {
  now?: number;
  maxTtl?: number;
}

export function addVerifyCommand(program: Command, exitWith: (code: number) => void): void {
  addFormatOptions(program.command('verify').argument('<url>', 'absolute URL with its token'), recognisedOr)
    .description(
      'Say what an edge would answer: exit code 0 for 200, 1 for 403 and 410. Without the secret, say what the token ' +
        'says of itself: exit code 1 if it has expired, otherwise 2, because nobody has checked it.',
    )
    .option('--now <time>', 'check as of this unix time (default: the clock)', wholeNumber)
    .option('--max-ttl <seconds>', 'refuse tokens that end further ahead (default: that of the format)', wholeNumber)
    .action(async (url: string, { maxTtl, ...given }: VerifyOptions) => {
      const { json } = given;
      // read the secrets once: a pipe is empty after that
      const secrets = await findSecrets(given);
      const option = { ...given.option, ...(maxTtl !== undefined && { maxTtl }) };
      const { options, recognised } = await completedBy(url, { ...given, option });
      if (recognised && (secrets.length === 0 || recognised.isOfStore)) {
        exitWith(tellUnchecked(recognised, given));
        return;
      }
      const verdict = await judge(url, secrets, options);
      if (!verdict.ok) exitWith(1);
      // programs parse standard output, so explanations go to standard error
      if (recognised && recognised.format !== 'azion' && !json) console.error(takenFor(recognised));
      const line = verdict.ok ? `200 until ${date(verdict.expires)}` : `${verdict.status} ${verdict.reason}`;
      console.log(json ? JSON.stringify(verdict) : line);
      if (!verdict.ok && !json) console.error(await explainRefusal(url, verdict, options, secrets));
    });
}

const judge = async (url: string, secrets: readonly string[], options: VerifyOptions): Promise<Verdict> =>
  verifyUrl(url, {
    format: await formatWith(secrets, options),
    ...(options.now !== undefined && { now: options.now }),
  });

/** Returns unix seconds as a date for people. */
function date(seconds: number): string {
  const made = new Date(seconds * 1000);
  return Number.isNaN(made.getTime()) ? 'no date' : made.toISOString().replace('.000', '');
}

const takenFor = ({ format }: Recognised): string => `The token was taken for one of --format ${format}.`;

/**
 * Prints what a token says of itself, and that nobody has checked it.
 *
 * @returns the exit code: 1 for a token that has expired, whoever has made it; otherwise 2, for there is no verdict
 */
function tellUnchecked(
  recognised: Recognised,
  { now = Math.floor(Date.now() / 1000), json }: Pick<VerifyOptions, 'now' | 'json'>,
): 1 | 2 {
  const { format, expires, keyId, opens, claims = [], isOfStore } = recognised;
  const hasExpired = expires !== undefined && expires < now;
  const code = hasExpired ? 1 : 2;
  if (json) {
    const reason = hasExpired ? 'expired' : 'unchecked';
    console.log(JSON.stringify({ ok: false, reason, format, expires, keyId, opens, claims }));
    return code;
  }
  const verdict = hasExpired ? 'expired since' : 'unchecked, expires';
  const missing = isOfStore
    ? 'Only the store can do that: secure-token doctor URL asks the store.'
    : 'Set SECURE_TOKEN_SECRET, or give --secret-file.';
  console.log(expires === undefined ? 'unchecked' : `${verdict} ${date(expires)}`);
  const lines = [
    takenFor(recognised),
    ...(opens === undefined ? [] : [`It opens: ${opens}`]),
    ...(keyId === undefined ? [] : [`Its key: ${keyId}`]),
    ...(claims.length === 0 ? [] : [`It says: ${claims.map(({ name, text }) => `${name} ${text}`).join(', ')}`]),
    `Nobody has checked the signature. ${missing}`,
  ];
  console.error(lines.join('\n'));
  return code;
}

/** Options with which a token may be right, each with what that means. Deeper folders are rare. */
const others: readonly (readonly [Partial<FormatOptions>, explanation: string])[] = [
  [{ option: { maxTtl: Infinity } }, 'The signature is right, but it ends further ahead than --max-ttl allows.'],
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
async function explainRefusal(
  url: string,
  { reason }: RefusedVerdict,
  options: VerifyOptions,
  secrets: readonly string[],
): Promise<string> {
  const { secretFile = 'SECURE_TOKEN_SECRET' } = options;
  const { name } = formatOf(options);
  if (reason === 'missing')
    return (
      `The URL has no token where ${name} looks for it. Give the --option that says where the CDN does; a token in ` +
      'a cookie or a header is not checked here.'
    );
  if (reason === 'expired') return 'The signature is right. The token has expired: sign the URL again.';
  for (const [changed, explanation] of others) {
    const option = { ...options.option, ...changed.option };
    const verdict = await judge(url, secrets, { ...options, ...changed, option }).catch((error: unknown) => {
      // not every format has all of these options
      if (error instanceof CliError) return undefined;
      throw error;
    });
    if (verdict && (verdict.ok || verdict.reason === 'expired')) return explanation;
  }
  return reason === 'malformed'
    ? `The token, or the path, has not the form that ${name} writes. Put the URL in quotes: the shell reads & as an end.`
    : 'The form of the token is right, and no other --path-form or --depth accepts it. It was checked with the ' +
        `secret of ${secretFile}: is that the secret of the CDN, without extra spaces or line breaks? Otherwise the ` +
        'path or the expiry was changed after signing.';
}
