import { Command, CommanderError } from 'commander';
import { addDoctorCommand } from './commands/doctor-command.ts';
import { addConformCommand } from './commands/conform-command.ts';
import { addCatCommand } from './commands/cat-command.ts';
import { addSignCommand } from './commands/sign-command.ts';
import { addVerifyCommand } from './commands/verify-command.ts';

/**
 * Runs `secure-token`.
 *
 * @returns the exit code: 0 for success; 1 if `verify` refuses a token, `doctor` finds something or a check of
 *   `conform` fails; 2 for a call that cannot work
 */
export async function runCli(argv: readonly string[], version: string): Promise<number> {
  let code = 0;
  const program = new Command('secure-token')
    .description(
      'Signs and verifies URLs with the tokens of your CDN; without --format as Azion and nginx secure_link do.',
    )
    .version(version)
    .exitOverride()
    // commander quotes its arguments, which may be a secret (`--secret=X`) or a URL with its token
    .configureOutput({ outputError: (text, write) => write(text.replace(quoted, "$1'…'")) })
    .addHelpText(
      'after',
      `
The secret comes from the environment variable SECURE_TOKEN_SECRET, or from --secret-file; never from the command line,
which other users of the machine can read.

Exit codes: 0 done, 1 refused by verify, found by doctor or failed in conform, 2 a call that cannot
work, or nobody who could be asked.`,
    );
  addSignCommand(program);
  addVerifyCommand(program, (exitCode) => {
    code = exitCode;
  });
  addDoctorCommand(program, (exitCode) => {
    code = exitCode;
  });
  addConformCommand(program, (exitCode) => {
    code = exitCode;
  });
  addCatCommand(program, (exitCode) => {
    code = exitCode;
  });
  try {
    await program.parseAsync(argv);
    return code;
  } catch (error) {
    // commander has already printed its message, or the help that the user asked for
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    console.error(`secure-token: ${isOptionsError(error) ? error.message : unforeseen(error)}`);
    // 1 would be a verdict of `verify` about a token
    return 2;
  }
}

/**
 * Matches the text that commander quotes from the command line. The text may contain a quotation mark or a line break.
 */
const quoted = /^(error: (?:unknown (?:option|command)|option '.*?' argument) )'.*'/s;

/** Whether the call was wrong: a `CliError`, or an error of `secure-token-server` about an option. */
const isOptionsError = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && error.code === 'ERR_OPTIONS';

/** Describes an unforeseen error without its message: `URL`, `Headers` and others quote their arguments. */
function unforeseen(error: unknown): string {
  if (!(error instanceof Error)) return 'a value that is no error was thrown. Please report it.';
  const { name, message, stack = '' } = error;
  // errors of the operating system, which has only seen a path, an address or a port
  if ('errno' in error && 'syscall' in error) return message;
  const code = 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : '';
  const at = stack.indexOf(message);
  const frames = at < 0 ? '' : stack.slice(at + message.length);
  return (
    `${name}${code}. This is a bug of secure-token. The message is left out, because it may contain a token. ` +
    `Please report these lines:${frames}`
  );
}
