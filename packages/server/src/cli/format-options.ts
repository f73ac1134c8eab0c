import type { Command } from 'commander';
import { Option } from 'commander';
import { secureToken } from '../formats/secure-token.ts';
import type { TokenFormat } from '../token/token-format.ts';
import type { PathForm } from '../url/canonical-path.ts';
import { addSecretOption, readSecrets } from './read-secrets.ts';
import type { SecretSource } from './read-secrets.ts';
import { wholeNumber } from './whole-number.ts';

export interface FormatOptions extends SecretSource {
  pathForm: PathForm;
  depth?: number;
  json?: true;
}

export function addFormatOptions(command: Command): Command {
  return addSecretOption(command)
    .addOption(
      new Option(
        '--path-form <form>',
        'how the path is hashed: percent-decoded as in nginx, or as it stands in the URL',
      )
        .choices(['decoded', 'raw'])
        .default('decoded'),
    )
    .option(...depthOption)
    .option('--json', 'print JSON');
}

/** For `option()` of a command. */
export const depthOption: readonly [string, string, typeof wholeNumber] = [
  '--depth <folders>',
  'sign the first so many folders of the URL, for edges that know of it (default: the path alone)',
  wholeNumber,
];

/** @throws `CliError` without a secret */
export async function readFormat(options: FormatOptions): Promise<TokenFormat> {
  return formatWith(await readSecrets(options), options, Infinity);
}

export const formatWith = (
  secrets: readonly string[],
  { pathForm, depth }: Pick<FormatOptions, 'pathForm' | 'depth'>,
  maxTtl: number,
): TokenFormat => secureToken({ secrets, pathForm, maxTtl, ...(depth !== undefined && { depth }) });

export interface ExpiryOptions {
  expires?: number;
  expiresIn?: number;
}

export function addExpiryOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--expires-in <seconds>', 'lifetime, from now (default: 300)')
        .argParser(wholeNumber)
        .conflicts('expires'),
    )
    .addOption(new Option('--expires <time>', 'the last second it is good for, unix time').argParser(wholeNumber));
}

/** Unix seconds. */
export function readExpiry({ expires, expiresIn = 300 }: ExpiryOptions): number {
  return expires ?? Math.floor(Date.now() / 1000) + expiresIn;
}
