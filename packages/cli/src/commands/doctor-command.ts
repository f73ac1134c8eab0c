import type { Command } from 'commander';
import { Option } from 'commander';
import { CliError } from '../cli-error.ts';
import { examine } from '../doctor/doctor.ts';
import { report, stepLine } from '../doctor/report.ts';
import type { Step } from '../doctor/ask/asker.ts';
import { addFormatOptions } from '../format/format-options.ts';
import type { FormatOptions } from '../format/format-options.ts';
import { findSecrets } from '../format/read-secrets.ts';
import { formatLike } from '../format/recognised-format.ts';
import { webUrl } from '../web-url.ts';

interface DoctorCommandOptions extends FormatOptions {
  endpoint?: string;
  origin?: string;
  header: Readonly<Record<string, string>>;
  browser?: true;
}

const recognisedOr = 'the format of the token in the URL, or else secureToken';

export function addDoctorCommand(program: Command, exitWith: (code: number) => void): void {
  addFormatOptions(program.command('doctor').argument('<url>', 'absolute URL, with its token or without'), recognisedOr)
    .description('Send the requests of a browser to edge and endpoint, and print what is wrong.')
    .option('--endpoint <url>', 'the signing endpoint')
    .option('--origin <page>', 'the page that plays, or its origin: for CORS (default: the origin of the endpoint)')
    .addOption(
      new Option(
        '--header <name: value>',
        'what the player adds to calls of the endpoint, or without one to requests for the content; may be repeated',
      )
        .argParser(addHeader)
        .default({}, 'none'),
    )
    .option(
      '--browser',
      'also play the URL with hls.js in a Chromium; needs playwright-core, hls.js, secure-token-hlsjs',
    )
    .addHelpText(
      'after',
      `
With a secret it signs what it needs, an expired token too. It sends at most 40 requests in ten seconds, and prints no
token and no secret. docs/doctor.md has all codes.

Exit codes: 0 no finding but notes, 1 an error or a warning, 2 neither edge nor endpoint could be asked.`,
    )
    .action(async (given: string, options: DoctorCommandOptions) => {
      const url = webUrl('the URL', given).href;
      const endpoint = options.endpoint === undefined ? undefined : webUrl('--endpoint', options.endpoint).href;
      const page = options.origin === undefined ? undefined : webUrl('--origin', options.origin).href;
      // read the secrets once: a pipe is empty after that
      const secrets = await findSecrets(options);
      const steps: Step[] = [];
      const diagnosis = await examine({
        url,
        ...(endpoint !== undefined && { endpoint }),
        ...(page !== undefined && { page }),
        ...(secrets.length > 0 && { format: (signed: string) => formatLike(signed, secrets, options) }),
        headers: options.header,
        browser: options.browser === true,
        onStep(step) {
          steps.push(step);
          if (process.stderr.isTTY) console.error(stepLine(step));
        },
      });
      const { findings, asked, status } = diagnosis;
      console.log(options.json ? JSON.stringify({ findings, asked }) : report(diagnosis, steps));
      exitWith(status);
    });
}

/** Reads `name: value`, as curl accepts it. @throws `CliError`, which does not repeat the value */
function addHeader(text: string, headers: Readonly<Record<string, string>>): Record<string, string> {
  const [, name, value] = /^([\w!#$%&'*+.^`|~-]+):\s*([^\r\n]*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new CliError("--header: Give a name and a value, such as 'authorization: Bearer …'.");
  return { ...headers, [name]: value };
}
