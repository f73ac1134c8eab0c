import { Option } from 'commander';
import type { Command } from 'commander';
import type { TokenFormat } from 'secure-token-server';
import { CliError, readText, wholeNumber } from '../call-arguments.ts';
import { isObject, parseJson } from '../endpoint-answer.ts';
import { formatNamed, formats, makeFormat } from './formats.ts';
import type { Format, Settings } from './formats.ts';
import { recognise } from './recognise.ts';
import type { Recognised } from './recognise.ts';

export interface FormatOptions {
  secretFile?: string;
  /** @default the format of Azion and nginx */
  format?: Format;
  option: Settings;
  optionsFile?: string;
  keyId: readonly string[];
  pathForm?: 'decoded' | 'raw';
  depth?: number;
  json?: true;
}

/** @param whenLeftOut the format that is used without `--format`, for the help */
export function addFormatOptions(command: Command, whenLeftOut = 'azion'): Command {
  const names = formats.map(({ name }) => name).join(', ');
  return command
    .option(
      '--secret-file <file>',
      'file with the secret, or one a line, or keys in PEM: the first signs, all verify (default: SECURE_TOKEN_SECRET)',
    )
    .option('--format <name>', `how the CDN signs: ${names} (default: ${whenLeftOut})`, formatNamed)
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
      'sign the first so many folders of the URL (default: that of the format; for azion the path alone)',
      wholeNumber,
    )
    .option('--json', 'print JSON');
}

/** The format that is used without `--format`, for the help of commands that recognise it. */
export const recognisedOr = 'the format of the token in the URL, or else azion';

/**
 * Reads `name=value`. Throws a `CliError` for a secret: its message does not repeat the secret, unlike that of
 * commander.
 */
function addSetting(text: string, settings: Settings): Settings {
  const [, name, value = ''] = /^(\w+)=([^]*)$/.exec(text) ?? [];
  if (name === undefined) throw new CliError('--option: Give a name and a value, such as carrier=query.');
  if (/^(?:secrets?|keys?|secretAccessKey|privateKey|accountKey)$/.test(name))
    throw new CliError(
      `--option ${name}: other users of the machine can read command lines. ` +
        'Set SECURE_TOKEN_SECRET, or give --secret-file.',
    );
  return { ...settings, [name]: parseJson(value) ?? value };
}

/** @throws `CliError`, which does not repeat the content of the file */
async function readSettings(file: string): Promise<Settings> {
  const value = parseJson(await readText(file, 'The file of --options-file'));
  if (isObject(value)) return value;
  throw new CliError(`--options-file: ${file} is not a JSON object. Write one, such as { "carrier": "query" }.`);
}

/** Returns the format that is named, or else that of Azion and nginx. */
export const formatOf = ({ format }: Pick<FormatOptions, 'format'>): Format => format ?? formatNamed('azion');

/** @throws `CliError` without a secret, and for options that the format cannot work with */
export async function formatWith(secrets: readonly string[], options: FormatOptions): Promise<TokenFormat> {
  if (secrets.length === 0)
    throw new CliError('The secret is missing. Set SECURE_TOKEN_SECRET, or give --secret-file.');
  const { option, optionsFile, keyId, pathForm, depth } = options;
  const format = formatOf(options);
  const settings = {
    ...(optionsFile !== undefined && (await readSettings(optionsFile))),
    ...option,
    ...(pathForm !== undefined && { pathForm }),
    ...(depth !== undefined && { depth }),
  };
  return makeFormat(format, format.keys(secrets, keyId), settings);
}

/** A key in PEM (RFC 7468), which has several lines. */
const pem = /-----BEGIN [^-]+-----[^-]+-----END [^-]+-----/g;

/** Returns the secrets of the file; without a file, the secret of the environment, or none. */
export async function findSecrets({ secretFile }: { secretFile?: string }): Promise<string[]> {
  if (secretFile === undefined) {
    const { SECURE_TOKEN_SECRET: secret } = process.env;
    return secret ? [secret] : [];
  }
  const text = await readText(secretFile, 'The file of --secret-file');
  const secrets = text.match(pem) ?? text.split(/\r?\n/).filter((line) => line !== '');
  if (secrets.length === 0)
    throw new CliError('The file of --secret-file is empty. Write the secret into it, or several, one a line.');
  return secrets;
}

/**
 * Returns the token of the URL, if no format was named, and the options of a call, completed by what the token shows:
 * its format, its settings, the id of its key. Options of the caller take precedence.
 */
export async function completedBy<Options extends FormatOptions>(
  url: string,
  options: Options,
): Promise<{ options: Options; recognised: Recognised | undefined }> {
  const recognised = options.format ? undefined : await recognise(url);
  if (!recognised) return { options, recognised };
  const { format, settings, keyId } = recognised;
  const ids = options.keyId.length > 0 || keyId === undefined ? options.keyId : [keyId];
  const option = { ...settings, ...options.option };
  return { options: { ...options, format: formatNamed(format), option, keyId: ids }, recognised };
}

/**
 * Returns the format that makes tokens like that of `url`. Returns `undefined` for tokens that no format makes, and if
 * the options do not suffice for a format that the caller has not named.
 *
 * @throws `CliError` for options that the named format cannot work with
 */
export async function formatLike(
  url: string,
  secrets: readonly string[],
  given: FormatOptions,
): Promise<TokenFormat | undefined> {
  const { options, recognised } = await completedBy(url, given);
  if (recognised?.isOfStore) return undefined;
  try {
    return await formatWith(secrets, options);
  } catch (error) {
    if (given.format === undefined && error instanceof CliError) return undefined;
    throw error;
  }
}
