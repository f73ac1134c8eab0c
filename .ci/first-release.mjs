// What pages say as long as nothing is published. set-organisation and publish.mjs take it away.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What holds until then is between two comments. */
const UNTIL = /<!-- until the first release -->\n[\s\S]*?<!-- from the first release on -->\n+/g;
/** A line of code that holds from then on ends with this remark. */
const FROM = / +# from the first release on$/gm;

/** Returns a page as it reads once the packages are published. @type {(page: string) => string} */
export const asPublished = (page) => page.replace(UNTIL, '').replace(FROM, '');

/** Rewrites the pages of a repository. @type {(repository: string) => string[]} those that have changed */
export function sayPublished(repository) {
  const pagesIn = (/** @type {string} */ folder) =>
    readdirSync(join(repository, folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(folder, name));
  const readmes = readdirSync(join(repository, 'packages')).map((name) => join('packages', name, 'README.md'));
  return [...pagesIn('.'), ...pagesIn('docs'), ...readmes].filter((page) => {
    const file = join(repository, page);
    if (!existsSync(file)) return false;
    const before = readFileSync(file, 'utf8');
    const after = asPublished(before);
    if (after !== before) writeFileSync(file, after);
    return after !== before;
  });
}
