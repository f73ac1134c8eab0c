import type { Command } from 'commander';
import { verifyUrl } from 'secure-token-server';
import type { RefusedVerdict } from 'secure-token-server';
import { CliError, wholeNumber } from '../call-arguments.ts';
import {
  addFormatOptions,
  completedBy,
  findSecrets,
  formatOf,
  formatWith,
  readSecrets,
  recognisedOr,
} from '../format/format-options.ts';
import type { FormatOptions } from '../format/format-options.ts';
import type { Recognised } from '../format/recognise.ts';
import { date } from '../format/token-text.ts';

export function addVerifyCommand(program: Command, exitWith: (code: number) => void): void {
  addFormatOptions(program.command('verify').argument('<url>', 'absolute URL with its token'), recognisedOr)
    .description(
      'Say what an edge would answer: exit code 0 for 200, 1 for 403 and 410. Without the secret, say what the token ' +
        'shows: exit code 1 if it has expired, otherwise 2, because the signature was not checked.',
    )
    .option('--now <time>', 'check as of this unix time (default: the clock)', wholeNumber)
    .option('--max-ttl <seconds>', 'refuse tokens that expire further ahead (default: 86400)', wholeNumber)
    .action(async (url: string, given: Judged) => {
      const { now, json } = given;
      // read the secrets once: a pipe is empty after that
      const found = await findSecrets(given);
      const { options, recognised } = await completedBy(url, given);
      if (recognised && (found.length === 0 || recognised.format === undefined)) {
        exitWith(tellWithoutSecret(recognised, { now, json, hasSecret: found.length > 0 }));
        return;
      }
      const secrets = found.length > 0 ? found : await readSecrets(given);
      const format = await formatWith(secrets, options);
      if (recognised && recognised.format !== 'azion' && !json) console.error(takenFor(recognised));
      const verdict = await verifyUrl(url, { format, ...(now !== undefined && { now }) });
      if (!verdict.ok) exitWith(1);
      const line = verdict.ok ? `200 until ${date(verdict.expires)}` : `${verdict.status} ${verdict.reason}`;
      console.log(json ? JSON.stringify(verdict) : line);
      // programs parse standard output, so the explanation goes to standard error
      if (!verdict.ok && !json) console.error(await explainRefusal(url, verdict, options, secrets));
    });
}

const takenFor = ({ cdn, why, format }: Recognised): string =>
  `Taken for ${cdn}: ${why}. ${format === undefined ? '' : `--format ${format} says so.`}`.trimEnd();

/**
 * Prints what the token shows without the secret.
 *
 * @returns the exit code
 */
function tellWithoutSecret(
  recognised: Recognised,
  {
    now = Math.floor(Date.now() / 1000),
    json,
    hasSecret,
  }: { now?: number | undefined; json?: true | undefined; hasSecret: boolean },
): 1 | 2 {
  const { cdn, why, format, expires, keyId, facts } = recognised;
  const hasExpired = expires !== undefined && expires < now;
  if (json) {
    const known = { cdn, format, expires, keyId, facts };
    console.log(JSON.stringify({ ok: false, reason: hasExpired ? 'expired' : 'unchecked', why, ...known }));
    return hasExpired ? 1 : 2;
  }
  const end = expires === undefined ? '' : `${hasExpired ? ' since' : ', expires'} ${date(expires)}`;
  console.log(`${hasExpired ? 'expired' : 'unchecked'}${end}`);
  const lines = [takenFor(recognised), ...facts, missing(hasSecret, format)];
  console.error(lines.join('\n'));
  return hasExpired ? 1 : 2;
}

const missing = (hasSecret: boolean, format: string | undefined): string =>
  hasSecret || format === undefined
    ? 'Only the store can check its signature: secure-token doctor URL asks the store.'
    : 'The signature was not checked: set SECURE_TOKEN_SECRET, or give --secret-file.';

/** The arguments of the `verify` command that refused a token. */
interface Judged extends FormatOptions {
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
async function explainRefusal(
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
