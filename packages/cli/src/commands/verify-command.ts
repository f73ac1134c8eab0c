import type { Command } from 'commander';
import { verifyUrl } from 'secure-token-server';
import { explainRefusal } from '../format/explain-refusal.ts';
import type { Judged } from '../format/explain-refusal.ts';
import { addFormatOptions, formatWith } from '../format/format-options.ts';
import { readSecrets } from '../format/read-secrets.ts';
import { wholeNumber } from '../whole-number.ts';

export function addVerifyCommand(program: Command, exitWith: (code: number) => void): void {
  addFormatOptions(program.command('verify').argument('<url>', 'absolute URL with its token'))
    .description('Say what an edge would answer: exit code 0 for 200, 1 for 403 and 410.')
    .option('--now <time>', 'judge as of this unix time (default: the clock)', wholeNumber)
    .option('--max-ttl <seconds>', 'refuse tokens that expire further ahead (default: 86400)', wholeNumber)
    .action(async (url: string, options: Judged) => {
      const { now, json } = options;
      // once: a pipe is empty after that
      const secrets = await readSecrets(options);
      const format = await formatWith(secrets, options);
      const verdict = await verifyUrl(url, { format, ...(now !== undefined && { now }) });
      if (!verdict.ok) exitWith(1);
      const line = verdict.ok ? `200 until ${isoTime(verdict.expires)}` : `${verdict.status} ${verdict.reason}`;
      console.log(json ? JSON.stringify(verdict) : line);
      // programs read the line
      if (!verdict.ok && !json) console.error(await explainRefusal(url, verdict, options, secrets));
    });
}

const isoTime = (seconds: number): string => new Date(seconds * 1000).toISOString().replace('.000', '');
