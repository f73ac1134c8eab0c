import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { CliError } from './cli-error.ts';

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
