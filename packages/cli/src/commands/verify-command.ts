import type { Command } from 'commander';
import { verifyUrl } from 'secure-token-server';
import { explainRefusal } from '../format/explain-refusal.ts';
import type { Judged } from '../format/explain-refusal.ts';
import { addFormatOptions, formatWith } from '../format/format-options.ts';
import { findSecrets, readSecrets } from '../format/read-secrets.ts';
import type { Recognised } from '../format/recognise.ts';
import { completedBy, recognisedOr } from '../format/recognised-format.ts';
import { date } from '../format/token-text.ts';
import { wholeNumber } from '../call-arguments.ts';

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
      if (recognised && recognised.format !== 'secureToken' && !json) console.error(takenFor(recognised));
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
