import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { drawPictures, picturesOf } from '../../bench/players/pictures.ts';
import { readResults } from '../../bench/players/write-results.ts';

test('the pictures of docs/bench.md are those of test/bench/results.json', { tags: ['plot'] }, async () => {
  const results = await readResults();
  const folder = mkdtempSync(join(tmpdir(), 'pictures-'));
  drawPictures(results, folder);
  const { bars, curves } = picturesOf(results);
  const files = [...bars, ...curves].flatMap(({ file }) => [`${file}-light.svg`, `${file}-dark.svg`]);
  const changed = files.filter(
    (file) => readFileSync(join(folder, file), 'utf8') !== readFileSync(join('docs/images', file), 'utf8'),
  );
  rmSync(folder, { recursive: true });
  expect(files).toHaveLength(10);
  expect(changed, 'npm run bench -- --render').toEqual([]);
});
