import { readFile, writeFile } from 'node:fs/promises';
import { format } from 'prettier';
import type { BenchResults } from './bench-results.ts';
import { renderPage } from './page-text.ts';
import { drawPictures } from './pictures.ts';

const file = 'test/bench/results.json';

export const readResults = async (): Promise<BenchResults> => JSON.parse(await readFile(file, 'utf8')) as BenchResults;

/** The figures as they were measured, the page that shows them, and its pictures. */
export async function writeResults(results: BenchResults): Promise<void> {
  const json = await format(JSON.stringify(results), { parser: 'json', printWidth: 120 });
  await writeFile(file, json);
  await writeFile('docs/bench.md', renderPage(results));
  drawPictures(results, 'docs/images');
}
