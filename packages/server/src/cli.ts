/// <reference types="node" />
import { createRequire } from 'node:module';
import { runCli } from './cli/run-cli.ts';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };
process.exitCode = await runCli(process.argv, version);
