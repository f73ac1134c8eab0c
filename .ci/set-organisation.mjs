// npm run set-organisation NAME: who publishes the packages, in every package.json, and in the address that the console
// is told of a failure; without a name it says who does
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';

const PLACEHOLDER = 'your-organisation';
/** Has the address of the documentation: a browser cannot read a package.json. */
const ADDRESS = 'packages/core/src/console-lines.ts';

/**
 * @param {string} text of a file that names the organisation
 * @param {string} before what it is called there
 * @param {string} name
 */
export function withOrganisation(text, before, name) {
  if (!/^[a-z\d]+(?:-[a-z\d]+)*$/i.test(name)) throw new Error(`"${name}" is not the name of a GitHub organisation.`);
  return text
    .replaceAll(`github.com/${before}/`, `github.com/${name}/`)
    .replace(`"author": ${JSON.stringify(before)}`, `"author": ${JSON.stringify(name)}`);
}

function main([name] = process.argv.slice(2)) {
  const manifests = ['package.json', ...readdirSync('packages').map((folder) => `packages/${folder}/package.json`)];
  const { author } = JSON.parse(readFileSync('package.json', 'utf8'));
  if (name) {
    for (const file of [...manifests, ADDRESS])
      writeFileSync(file, withOrganisation(readFileSync(file, 'utf8'), author, name));
    return;
  }
  console.log(author);
  // the last check before a release
  if (author === PLACEHOLDER) {
    console.error('No organisation is set: npm run set-organisation NAME');
    process.exitCode = 1;
  }
}

if (import.meta.filename === process.argv[1]) main();
