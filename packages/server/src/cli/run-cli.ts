import { Command, CommanderError } from 'commander';
import { isOptionsError } from '../errors/options-error.ts';
import { CliError } from './cli-error.ts';
import { addPlaylistCommand } from './playlist-command.ts';
import { addServeCommand } from './serve-command.ts';
import { addSignCommand } from './sign-command.ts';
import { addVerifyCommand } from './verify-command.ts';

/**
 * Runs `secure-token`.
 *
 * @returns the exit code: 0 done, 1 a token that `verify` refuses, 2 a call that cannot work
 */
export async function runCli(argv: readonly string[], version: string): Promise<number> {
  let code = 0;
  const program = new Command('secure-token')
    .description('Signs and verifies URLs with Azion Secure Token, which is nginx secure_link.')
    .version(version)
    .exitOverride()
    .addHelpText(
      'after',
      `
The secret comes from the environment variable SECURE_TOKEN_SECRET, or from --secret-file; never from the command line,
which other users of the machine can read.

Exit codes: 0 done, 1 refused by verify, 2 a call that cannot work.`,
    );
  addSignCommand(program);
  addVerifyCommand(program, (exitCode) => (code = exitCode));
  addPlaylistCommand(program);
  addServeCommand(program);
  try {
    await program.parseAsync(argv);
    return code;
  } catch (error) {
    // it has printed its message itself, or the help that was asked for
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!(error instanceof CliError) && !isOptionsError(error)) throw error;
    console.error(`secure-token: ${(error as Error).message}`);
    return 2;
  }
}
