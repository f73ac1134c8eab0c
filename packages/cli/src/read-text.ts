import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { CliError } from './cli-error.ts';

/**
 * The text of a file, or of standard input for `-`.
 *
 * @throws `CliError` when it cannot be read
 */
export async function readText(file: string): Promise<string> {
  try {
    return await (file === '-' ? text(process.stdin) : readFile(file, 'utf8'));
  } catch (error) {
    throw new CliError(
      `${file} cannot be read: ${(error as Error).message}. Give a file that exists, or - for standard input.`,
    );
  }
}
