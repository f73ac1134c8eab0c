import type { Command } from 'commander';
import type { Step } from '../asker.ts';
import { addHeaderOption, webUrl } from '../call-arguments.ts';
import { examine } from '../doctor/doctor.ts';
import type { Diagnosis } from '../doctor/doctor.ts';
import { addFormatOptions, findSecrets, formatLike, recognisedOr } from '../format/format-options.ts';
import type { FormatOptions } from '../format/format-options.ts';

interface DoctorCommandOptions extends FormatOptions {
  endpoint?: string;
  origin?: string;
  header: Headers;
}

export function addDoctorCommand(program: Command, exitWith: (code: number) => void): void {
  const command = program.command('doctor').argument('<url>', 'absolute URL, with its token or without');
  addHeaderOption(
    addFormatOptions(command, recognisedOr),
    'what the player adds to calls of the endpoint, or without one to requests for the content',
  )
    .description('Send the requests of a browser to edge and endpoint, and print what is wrong.')
    .option('--endpoint <url>', 'the signing endpoint')
    .option('--origin <page>', 'the page that plays, or its origin: for CORS (default: the origin of the endpoint)')
    .addHelpText(
      'after',
      `
With a secret it signs what it needs, an expired token too. It sends at most 40 requests in ten seconds, and prints no
token and no secret. docs/doctor.md has all codes.

Exit codes: 0 no finding but notes, 1 an error or a warning, 2 neither edge nor endpoint could be asked.`,
    )
    .action(async (given: string, options: DoctorCommandOptions) => {
      const { endpoint, origin, header, json } = options;
      const url = webUrl('the URL', given).href;
      // read the secrets once: a pipe is empty after that
      const secrets = await findSecrets(options);
      const steps: Step[] = [];
      const diagnosis = await examine({
        url,
        ...(endpoint !== undefined && { endpoint: webUrl('--endpoint', endpoint).href }),
        ...(origin !== undefined && { page: webUrl('--origin', origin).href }),
        ...(secrets.length > 0 && { format: (signed: string) => formatLike(signed, secrets, options) }),
        headers: Object.fromEntries(header),
        onStep: (step) => steps.push(step),
      });
      const { findings, asked, status } = diagnosis;
      console.log(json ? JSON.stringify({ findings, asked }) : report(diagnosis, steps));
      exitWith(status);
    });
}

const stepLine = ({ method, what, result, url }: Step): string =>
  `  ${result.padEnd(4)} ${method.padEnd(7)} ${what.padEnd(36)} ${url}`;

function report({ findings, asked, notTried }: Diagnosis, steps: readonly Step[]): string {
  const found = findings.map(
    ({ code, severity, message, remedy, url }) => `${severity} ${code}\n  ${url}\n  ${message}\n  ${remedy}`,
  );
  return [
    `Sent ${asked} requests:`,
    ...steps.map(stepLine),
    '',
    ...(found.length > 0 ? found : ['The doctor found nothing wrong.']),
    ...(notTried.length > 0 ? ['', 'Not tried:', ...notTried.map((sentence) => `  ${sentence}`)] : []),
  ].join('\n');
}
