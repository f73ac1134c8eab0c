import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { install, prepare } from '../support/prepare.mjs';

// npm run bench [-- players | server] [--rounds 5] [--write | --add | --render]; the options are for the players, and
// --render measures nothing

/** Benchmarks in Node, against the least that could do the job: ratios of two things measured side by side. */
const server = ['calls', 'loader', 'formats', 'server', 'edge', 'edge-cost', 'sessions'];

const args = process.argv.slice(2);
const measures = !args.includes('--render');
const isChosen = (/** @type {string} */ part) =>
  args.includes(part) || !(args.includes('players') || args.includes('server'));

await (measures ? prepare() : install());
if (isChosen('players')) {
  const typescript = fileURLToPath(new URL('typescript.mjs', import.meta.url));
  const main = fileURLToPath(new URL('players/main.ts', import.meta.url));
  const options = args.filter((arg) => arg !== 'players' && arg !== 'server');
  const { status } = spawnSync(process.execPath, ['--import', typescript, main, ...options], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
}
if (measures && isChosen('server')) {
  for (const name of server) {
    const { run } = await import(`./${name}.bench.mjs`);
    console.log(`\n${name}`);
    console.table(await run());
  }
}
