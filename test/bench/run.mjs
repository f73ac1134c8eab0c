import { prepare } from '../support/prepare.mjs';

// ratios of two things measured side by side in this run: machines differ, and this one may be busy; `growth` alone prints
// milliseconds, of the longest input there is
await prepare();
for (const name of ['calls', 'reloads', 'loader', 'formats', 'server', 'edge', 'growth', 'memory']) {
  const { run } = await import(`./${name}.bench.mjs`);
  console.log(`\n${name}`);
  console.table(await run());
}
