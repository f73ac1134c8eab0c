import { parseArgs } from 'node:util';
import type { BenchResults } from './bench-results.ts';
import { readResults, writeResults } from './write-results.ts';
import { runPlayers } from './run-players.ts';
import { renderTables } from './report.ts';

// npm run bench -- players [--rounds 5] [--write]; --add adds rounds to the figures that were written, on the same
// machine; --render makes the page and its pictures anew from them; --scenario live measures that alone, and leaves all
// other figures
const { values } = parseArgs({
  args: process.argv.slice(2),
  options: {
    rounds: { type: 'string', default: '5' },
    scenario: { type: 'string', multiple: true, default: [] },
    write: { type: 'boolean', default: false },
    add: { type: 'boolean', default: false },
    render: { type: 'boolean', default: false },
  },
});
const keep = async (results: BenchResults): Promise<void> => {
  if (values.write || values.add || values.render) await writeResults(results);
};
const { scenario: chosen, add, render } = values;
const before = add || render || chosen.length > 0 ? await readResults() : undefined;
const results =
  before && render ? before : await runPlayers({ rounds: Number(values.rounds), chosen, add, before, onRound: keep });
if (render) await keep(results);
console.log(`\n${renderTables(results)}`);
// the shared browser would keep the process alive
process.exit();
