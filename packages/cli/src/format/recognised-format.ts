import type { TokenFormat } from 'secure-token-server';
import { formatWith } from './format-options.ts';
import type { FormatOptions } from './format-options.ts';
import { formatNamed } from './formats.ts';
import { findSecrets } from './read-secrets.ts';
import { recognise } from './recognise.ts';
import type { Recognised } from './recognise.ts';

export interface Completed<Options extends FormatOptions> {
  /** With what the URL shows, where the caller has said nothing. */
  readonly options: Options;
  /** The token of the URL, where no format was named. */
  readonly recognised: Recognised | undefined;
}

/** The options of a call, completed by what the token of the URL shows: its format, its settings, the id of its key. */
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
 * The format with which to make tokens for a URL; `undefined` without a secret, and for tokens that no format makes.
 *
 * @throws `CliError` for options that the format cannot work with
 */
export async function formatToExamine(url: string, given: FormatOptions): Promise<TokenFormat | undefined> {
  const secrets = await findSecrets(given);
  if (secrets.length === 0) return undefined;
  const { options, recognised } = await completedBy(url, given);
  return recognised && recognised.format === undefined ? undefined : formatWith(secrets, options);
}
