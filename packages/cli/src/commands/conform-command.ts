import type { Command } from 'commander';
import { addHeaderOption, webUrl, wholeNumber } from '../call-arguments.ts';
import { musts } from '../conform/musts.ts';
import { gatherReplies } from '../conform/replies.ts';
import { outcomeOf } from '../conform/outcome.ts';
import type { Outcome } from '../conform/outcome.ts';

interface ConformOptions {
  header: Headers;
  origin?: string;
  burst: number;
  json?: true;
}

export function addConformCommand(program: Command, exitWith: (code: number) => void): void {
  const command = program
    .command('conform')
    .argument('<endpoint>', 'address of a signing endpoint')
    .argument('<url>', 'a URL that the viewer may have');
  addHeaderOption(command, 'header of each call, such as the log-in of a viewer')
    .description('Test a signing endpoint against the rules of docs/protocol.md: exit code 1 if one fails.')
    .option(
      '--origin <page>',
      'a page on another origin, for CORS (default: https://app.example.com, if the endpoint allows it)',
    )
    .option('--burst <calls>', 'calls to make at the end, until the answer is a 429', wholeNumber, 0)
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
It makes about forty calls in a few seconds, as the viewer of --header and in one session, and ends within 90 seconds.
Exit codes: 0 nothing has failed, 1 a check has failed, 2 the endpoint could not be asked.`,
    )
    .action(async (endpoint: string, url: string, options: ConformOptions) => {
      const { header, origin, burst, json } = options;
      const gathered = await gatherReplies({
        endpoint: webUrl('ENDPOINT', endpoint).href,
        url: webUrl('URL', url).href,
        origin: origin === undefined ? undefined : webUrl('--origin', origin).origin,
        viewer: Object.fromEntries(header),
        burst,
      });
      const checks = musts.map((each) => ({ number: each.number, must: each.must, ...outcomeOf(each, gathered) }));
      const { asked } = gathered;
      console.log(json ? JSON.stringify({ checks, asked }) : report(checks, asked));
      exitWith(gathered.first.status === 0 ? 2 : Number(checks.some(({ result }) => result === 'failed')));
    });
}

function report(checks: readonly (Outcome & { number: string; must: string })[], asked: number): string {
  const lines = checks.flatMap(({ number, must, result, message, remedy }) => [
    `${(result === 'failed' ? 'FAILED' : result).padEnd(9)}  ${number.padEnd(3)}  ${must}`,
    ...(result === 'passed' ? [] : [`${' '.repeat(16)}${message} ${remedy}`.trimEnd()]),
  ]);
  const count = (result: Outcome['result']): number => checks.filter((check) => check.result === result).length;
  const sum = `${count('passed')} passed, ${count('failed')} failed, ${count('not-tried')} not tried, in ${asked} calls.`;
  return [...lines, '', sum].join('\n');
}
