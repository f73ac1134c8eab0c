import { readFileSync, readdirSync } from 'node:fs';
import { createContext, runInContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { browserPackages } from '../support/packages.ts';

/** The rows of docs/players.md, by file. */
const rows = readFileSync('docs/players.md', 'utf8')
  .split('\n')
  .map((line) => /^\| `([\w-]+)`[^|]*\| `([\w.-]+)`[^|]*\| (?:`(\w+)`|–)/.exec(line))
  .filter((row) => row !== null)
  .map(([, name, file, global]) => ({ name, file: file!, global }));
const scripts = browserPackages.flatMap(({ folder, json: { name } }) =>
  readdirSync(`packages/${folder}/dist`)
    .filter((file) => file.endsWith('.min.js') && !file.includes('.development.'))
    .map((file) => ({ name, file, path: `packages/${folder}/dist/${file}` })),
);

describe('docs/players.md', () => {
  test('has a row for each script file that the packages bring', () => {
    const known = rows.filter(({ file }) => file.endsWith('.min.js')).map(({ name, file }) => ({ name, file }));
    expect(known.sort((a, b) => a.file.localeCompare(b.file))).toEqual(
      scripts.map(({ name, file }) => ({ name, file })).sort((a, b) => a.file.localeCompare(b.file)),
    );
  });

  test.each(scripts)('$file defines the global of its row, and nothing else', ({ file, path }) => {
    const page = createContext({ ...globals });
    runInContext(readFileSync(path, 'utf8'), page);
    const made = Object.keys(page).filter((name) => !(name in globals));
    expect(made).toEqual([rows.find((row) => row.file === file)!.global]);
    expect(typeof page[made[0]!]).toBe('object');
  });

  test('the package files of an archive lie where the page says', () => {
    for (const { json } of browserPackages) if (json.unpkg) expect(json.unpkg).toMatch(/^\.\/dist\/[\w-]+\.min\.js$/);
  });
});

/** Globals that a page has when a script runs. */
const globals: Readonly<Record<string, unknown>> = {
  EventTarget,
  Event,
  Error,
  URL,
  AbortController,
  addEventListener,
};
function addEventListener(): void {
  // no event comes
}
