// npm run set-organisation NAME: who publishes the packages. Writes the name and the links to the repository into every
// package.json, and the address of the documentation into what the console is told; without a name it says who publishes
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';

/** Has the address of the documentation: a browser cannot read a package.json. */
const ADDRESS = 'packages/core/src/console-lines.ts';

/** @param {string} name */
function pageOf(name) {
  if (!/^[a-z\d]+(?:-[a-z\d]+)*$/i.test(name)) throw new Error(`"${name}" is not the name of a GitHub organisation.`);
  return `https://github.com/${name}/secure-token`;
}

/**
 * Returns the text of a package.json with its links. Until an organisation is set it has none: they would lead nowhere.
 * @param {string} text
 * @param {string} name
 * @param {string} folder such as `packages/core`; empty for the root
 */
export function withLinks(text, name, folder) {
  const page = pageOf(name);
  const links = [
    `"homepage": "${page}${folder && `/tree/main/${folder}`}#readme",`,
    `"bugs": "${page}/issues",`,
    '"repository": {',
    '  "type": "git",',
    `  "url": "git+${page}.git"${folder && `,\n    "directory": "${folder}"`}`,
    '},',
  ];
  return text
    .replace(/^ {2}"(?:homepage|bugs)": .*\n/gm, '')
    .replace(/^ {2}"repository": \{[^}]*\},\n/m, '')
    .replace(/^ {2}"author": .*\n/m, `  "author": "${name}",\n${links.map((line) => `  ${line}\n`).join('')}`);
}

/**
 * Returns the source of the console's lines with the address of the documentation.
 * @param {string} source
 * @param {string} name
 */
export const withDocs = (source, name) =>
  source.replace(/^const DOCS = '.*';$/m, `const DOCS = '${pageOf(name)}/blob/main/docs/';`);

function main([name] = process.argv.slice(2)) {
  const folders = readdirSync('packages').map((folder) => `packages/${folder}`);
  const { author, repository } = JSON.parse(readFileSync('package.json', 'utf8'));
  if (name) {
    for (const folder of ['', ...folders]) {
      const file = `${folder || '.'}/package.json`;
      writeFileSync(file, withLinks(readFileSync(file, 'utf8'), name, folder));
    }
    writeFileSync(ADDRESS, withDocs(readFileSync(ADDRESS, 'utf8'), name));
    return;
  }
  console.log(author);
  // the last check before a release
  if (!repository) {
    console.error('No organisation is set: npm run set-organisation NAME');
    process.exitCode = 1;
  }
}

if (import.meta.filename === process.argv[1]) main();
