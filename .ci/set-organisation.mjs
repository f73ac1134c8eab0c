// npm run set-organisation NAME: who publishes the packages, in every package.json; without a name it says who does
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';

const PLACEHOLDER = 'your-organisation';

/** @type {(text: string, name: string) => string} the text of a package.json, with another organisation */
export function withOrganisation(text, name) {
  if (!/^[a-z\d]+(?:-[a-z\d]+)*$/i.test(name)) throw new Error(`"${name}" is not the name of a GitHub organisation.`);
  const { author } = JSON.parse(text);
  return text
    .replaceAll(`github.com/${author}/`, `github.com/${name}/`)
    .replace(`"author": ${JSON.stringify(author)}`, `"author": ${JSON.stringify(name)}`);
}

function main([name] = process.argv.slice(2)) {
  const files = ['package.json', ...readdirSync('packages').map((folder) => `packages/${folder}/package.json`)];
  if (name) {
    for (const file of files) writeFileSync(file, withOrganisation(readFileSync(file, 'utf8'), name));
    return;
  }
  const { author } = JSON.parse(readFileSync('package.json', 'utf8'));
  console.log(author);
  // the last check before a release
  if (author === PLACEHOLDER) {
    console.error('No organisation is set: npm run set-organisation NAME');
    process.exitCode = 1;
  }
}

if (import.meta.filename === process.argv[1]) main();
