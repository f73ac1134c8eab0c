// npm run set-organisation NAME: who publishes the packages. Writes the name and the links to the repository into every
// package.json, the addresses into what the console is told and the README shows, and lets all pages say that the
// packages are published; without a name it says who publishes
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { documentOf, pageOf, siteOf } from './addresses.mjs';
import { sayPublished } from './first-release.mjs';

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
  source.replace(
    /^(const whereIs = .* =>)\s+`.*`;$/m,
    (_, head) => `${head}\n  \`${documentOf(name, '')}\${section.replace('.md', '.html')}\`;`,
  );

/** Returns the source of the doctor's command: npm may fetch it now. @type {(source: string) => string} */
export const withCommand = (source) => source.replace(/^ *\/\/ `--no`: .*\n/m, '').replace('npx --no -p', 'npx -p');

/**
 * Returns the README with its badges and the address of the site, below the title.
 * @param {string} readme
 * @param {string} name
 */
export function withBadges(readme, name) {
  const page = pageOf(name);
  const plugin = 'secure-token-hlsjs';
  const badges = [
    `[![npm](https://img.shields.io/npm/v/${plugin})](https://www.npmjs.com/package/${plugin})`,
    `[![CI](${page}/actions/workflows/ci.yml/badge.svg?branch=main)](${page}/actions/workflows/ci.yml)`,
    `[![gzip](https://img.shields.io/bundlejs/size/${plugin}?label=gzip)](https://bundlejs.com/?q=${plugin})`,
  ];
  const links = `**[Try it in your browser](${siteOf(name)})** · [documentation](${documentOf(name, '')})`;
  return readme.replace(/^(# .*\n\n)(?:\[!\[.*\n\n.*\n\n)?/, `$1${badges.join(' ')}\n\n${links}\n\n`);
}

/** @type {(file: string, change: (text: string) => string) => void} */
const rewrite = (file, change) => writeFileSync(file, change(readFileSync(file, 'utf8')));

/** @param {string} name */
function setOrganisation(name) {
  for (const folder of ['', ...readdirSync('packages').map((each) => `packages/${each}`)])
    rewrite(`${folder || '.'}/package.json`, (text) => withLinks(text, name, folder));
  rewrite('packages/core/src/console-lines.ts', (source) => withDocs(source, name));
  rewrite('packages/core/src/contract/errors.ts', withCommand);
  rewrite('README.md', (readme) => withBadges(readme, name));
  sayPublished('.');
}

function main([name] = process.argv.slice(2)) {
  if (name) {
    setOrganisation(name);
    return;
  }
  const { author, repository } = JSON.parse(readFileSync('package.json', 'utf8'));
  console.log(author);
  // the last check before a release
  if (!repository) {
    console.error('No organisation is set: npm run set-organisation NAME');
    process.exitCode = 1;
  }
}

if (import.meta.filename === process.argv[1]) main();
