import { prepare } from '../support/prepare.mjs';

// ratios of two things measured side by side in this run: machines differ, and this one may be busy; those named
// `bounds` print milliseconds, of the longest input there is
await prepare();
for (const name of [
  'calls',
  'reloads',
  'player-bounds',
  'loader',
  'formats',
  'server',
  'edge',
  'server-bounds',
  'memory',
]) {
  const { run } = await import(`./${name}.bench.mjs`);
  console.log(`\n${name}`);
  console.table(await run());
}
