import { createRequire } from 'node:module';
import { runCli } from './run-cli.ts';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };
// EPIPE: the program behind the pipe, as in `secure-token doctor … | head`, has read enough
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? 0 : 2));
process.exitCode = await runCli(process.argv, version);
