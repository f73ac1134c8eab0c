import type { Command } from 'commander';
import { Option } from 'commander';
import type { TokenFormat } from 'secure-token-server';
import { CliError, readText, wholeNumber } from '../call-arguments.ts';
import { formatNamed, formats, makeFormat } from './formats.ts';
import type { Format, Settings } from './formats.ts';
import { addSecretOption, readSecrets } from './read-secrets.ts';
import type { SecretSource } from './read-secrets.ts';

export interface FormatOptions extends SecretSource {
  /** @default the format of Azion and nginx */
  format?: Format;
  option: Settings;
  optionsFile?: string;
  keyId: readonly string[];
  pathForm?: 'decoded' | 'raw';
  depth?: number;
  maxTtl?: number;
  json?: true;
}

/** @param whenLeftOut the format that is used without `--format`, for the help */
export function addFormatOptions(command: Command, whenLeftOut = 'secureToken'): Command {
  const names = formats.map(({ name }) => name).join(', ');
  return addSecretOption(command)
    .addOption(
      new Option('--format <name>', `how the CDN signs: ${names} (default: ${whenLeftOut})`).argParser(formatNamed),
    )
    .addOption(
      new Option('--option <name=value>', 'option of the format, its value JSON or text; may be repeated')
        .argParser(addSetting)
        .default({}, 'none'),
    )
    .option('--options-file <file>', 'file with options of the format, an object of JSON; --option comes first')
    .addOption(
      new Option('--key-id <id>', 'id or name of the key, for formats whose keys have one; once for each key')
        .argParser((id, ids: readonly string[]) => [...ids, id])
        .default([], 'none'),
    )
    .addOption(
      new Option(
        '--path-form <form>',
        'how the path is hashed: percent-decoded as in nginx, or as it stands in the URL (default: that of the format)',
      ).choices(['decoded', 'raw']),
    )
    .option(
      '--depth <folders>',
      'sign the first so many folders of the URL (default: that of the format; for secureToken the path alone)',
      wholeNumber,
    )
    .option('--json', 'print JSON');
}

/**
 * Reads `name=value`. Throws a `CliError` for a secret: its message does not repeat the secret, unlike that of
 * commander.
 */
function addSetting(text: string, settings: Settings): Settings {
  const [, name, value = ''] = /^(\w+)=([^]*)$/.exec(text) ?? [];
  if (name === undefined) throw new CliError('--option: Give a name and a value, such as carrier=query.');
  if (isSecretName(name))
    throw new CliError(
      `--option ${name}: other users of the machine can read command lines. ` +
        'Set SECURE_TOKEN_SECRET, or give --secret-file.',
    );
  return { ...settings, [name]: jsonOrText(value) };
}

const isSecretName = (name: string): boolean => /^(?:secrets?|keys?|secretAccessKey|privateKey|accountKey)$/.test(name);

/** @throws `CliError`, which does not repeat the content of the file */
async function readSettings(file: string): Promise<Settings> {
  const value = jsonOrText(await readText(file, 'The file of --options-file'));
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new CliError(`--options-file: ${file} is not a JSON object. Write one, such as { "carrier": "query" }.`);
  const secret = Object.keys(value).find(isSecretName);
  if (secret !== undefined)
    throw new CliError(`--options-file: ${file} has "${secret}". Set SECURE_TOKEN_SECRET, or give --secret-file.`);
  return value as Settings;
}

function jsonOrText(value: string): unknown {
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

/** Returns the format that is named, or else that of Azion and nginx. */
export const formatOf = ({ format }: Pick<FormatOptions, 'format'>): Format => format ?? formatNamed('secureToken');

/** @throws `CliError` without a secret, and for options that the format cannot work with */
export async function readFormat(options: FormatOptions): Promise<TokenFormat> {
  return formatWith(await readSecrets(options), options);
}

/** @throws `CliError` for options that the format cannot work with */
export async function formatWith(secrets: readonly string[], options: FormatOptions): Promise<TokenFormat> {
  const { option, optionsFile, keyId, pathForm, depth, maxTtl } = options;
  const format = formatOf(options);
  const settings = {
    ...(optionsFile !== undefined && (await readSettings(optionsFile))),
    ...option,
    ...(pathForm !== undefined && { pathForm }),
    ...(depth !== undefined && { depth }),
    ...(maxTtl !== undefined && { maxTtl }),
  };
  return makeFormat(format, format.keys(secrets, keyId), settings);
}

export interface ExpiryOptions {
  expires?: number;
  ttl?: number;
}

export function addExpiryOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--ttl <seconds>', 'lifetime, from now (default: 300)').argParser(wholeNumber).conflicts('expires'),
    )
    .addOption(
      new Option('--expires <time>', 'the last second in which the token is valid, unix time').argParser(wholeNumber),
    );
}

/** Returns unix seconds. */
export function readExpiry({ expires, ttl = 300 }: ExpiryOptions): number {
  return expires ?? Math.floor(Date.now() / 1000) + ttl;
}
