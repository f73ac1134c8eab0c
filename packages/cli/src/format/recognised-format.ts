import type { TokenFormat } from 'secure-token-server';
import { CliError } from '../call-arguments.ts';
import { formatWith } from './format-options.ts';
import type { FormatOptions } from './format-options.ts';
import { formatNamed } from './formats.ts';
import { recognise } from './recognise.ts';
import type { Recognised } from './recognise.ts';

export interface Completed<Options extends FormatOptions> {
  /** The options, completed by what the URL shows; options of the caller take precedence. */
  readonly options: Options;
  /** The token of the URL, if no format was named. */
  readonly recognised: Recognised | undefined;
}

/**
 * Returns the options of a call, completed by what the token of the URL shows: its format, its settings, the id of its
 * key.
 */
export async function completedBy<Options extends FormatOptions>(
  url: string,
  options: Options,
): Promise<Completed<Options>> {
  const recognised = options.format ? undefined : await recognise(url);
  if (recognised?.format === undefined) return { options, recognised };
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
  if (recognised && recognised.format === undefined) return undefined;
  try {
    return await formatWith(secrets, options);
  } catch (error) {
    if (given.format === undefined && error instanceof CliError) return undefined;
    throw error;
  }
}

/** The format that is used without `--format`, for the help of commands that recognise it. */
export const recognisedOr = 'the format of the token in the URL, or else secureToken';
