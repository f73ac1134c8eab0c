import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';

/**
 * An error for a call that cannot work. The message says what is wrong and what to give instead, and is shown
 * unchanged.
 */
export class CliError extends Error {
  readonly code = 'ERR_OPTIONS';
}

/**
 * Parses an argument or option that is an http or https URL.
 *
 * @param name the name of the argument or option, for the message
 * @throws `CliError`, which does not repeat the text, because it may contain a token
 */
export function webUrl(name: string, given: string): URL {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '') return url;
  throw new CliError(`${name}: Give an absolute http or https URL, such as https://example.com/.`);
}

/** Parses an option that is a whole number, 0 or more, in its one spelling. */
export function wholeNumber(given: string): number {
  if (/^(?:0|[1-9]\d{0,14})$/.test(given)) return Number(given);
  throw new InvalidArgumentError('Give a whole number, without leading zeros.');
}

/** Adds the option `--header`. @param description what the header is for */
export const addHeaderOption = (command: Command, description: string): Command =>
  command.addOption(
    new Option("--header <'name: value'>", `${description}; may be repeated`)
      .argParser(addHeader)
      .default(new Headers(), 'none'),
  );

/**
 * Parses a header as curl accepts it, and adds it to the others.
 *
 * @param given `name: value`
 * @throws `CliError`, which does not repeat the text, because it may be a log-in
 */
function addHeader(given: string, others: Headers): Headers {
  const [, name = '', value = ''] = /^([^:\s]+):\s*(.*?)\s*$/.exec(given) ?? [];
  try {
    const headers = new Headers(others);
    headers.append(name, value);
    return headers;
  } catch {
    throw new CliError("--header: Give a name and a value, such as 'authorization: Bearer …'.");
  }
}

/**
 * Reads the text of a file, or of standard input for `-`.
 *
 * @param shown what the error calls the file: the user may have given a secret, or a URL with its token, instead of a
 *   file
 * @throws `CliError` if the file cannot be read
 */
export async function readText(file: string, shown: string): Promise<string> {
  try {
    return await (file === '-' ? text(process.stdin) : readFile(file, 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CliError(`${shown} cannot be read (${code}). Give a file that exists, or - for standard input.`);
  }
}
