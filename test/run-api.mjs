// npm run api: writes what the built packages export into docs/api-report, where a review sees what has changed
import { compareApi, entries } from './support/api-report.mjs';

for (const entry of entries) {
  const { changed, problems } = compareApi(entry, { write: true });
  console.log(`${entry.report}: ${changed ? 'written' : 'as it was'}`);
  for (const problem of problems) console.error(`  ${problem}`);
  if (problems.length > 0) process.exitCode = 1;
}
