import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** The repository's own text: Markdown, sources, examples. */
function textFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory())
      return /^(?:node_modules|dist|coverage|\.git|\.cache|media)$/.test(entry.name) ? [] : textFiles(path);
    return /\.(?:md|m?[jt]s|tsx|html|ya?ml|json|txt)$/.test(entry.name) && entry.name !== 'package-lock.json'
      ? [path]
      : [];
  });
}

/** Matches what installs or runs a package called `secure-token`, up to that name. */
const namedAlone =
  /\b(?:npx|bunx|(?:npm|pnpm|yarn|bun) (?:exec|x|dlx|i|install|add))\b[^\n`]*?(?<![\w/-])secure-token(?![\w:./-])/g;

const misleading = (text: string): string[] =>
  [...text.matchAll(namedAlone)].map(([command]) => command).filter((each) => each !== command);

const command = 'npx -p secure-token-cli secure-token';

test("no page or message runs npm's package secure-token, which belongs to somebody else", () => {
  const files = ['.github', '.changeset', 'docs', 'examples', 'packages'].flatMap(textFiles);
  const pages = readdirSync('.').filter((name) => name.endsWith('.md'));
  const found = [...pages, ...files].flatMap((file) =>
    misleading(readFileSync(file, 'utf8')).map((each) => `${file}: ${each}`),
  );
  expect(files.length).toBeGreaterThan(300);
  expect(found).toEqual([]);
});

test.each([
  ['npx secure-token sign', true],
  ['npx -p secure-token-server secure-token verify', true],
  ['npm install -D secure-token', true],
  ['pnpm dlx secure-token', true],
  [`${command} sign`, false],
  ['npm install secure-token-cli videojs-secure-token', false],
])('"%s" takes the package of somebody else: %s', (text, isMisleading) => {
  expect(misleading(text).length > 0).toBe(isMisleading);
});
