import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { transform } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { browserPackages } from '../support/packages.ts';

/** Matches what is newer than Chrome 71, Firefox 90 or Safari 15. ESLint knows more of it (`eslint.browsers.mjs`). */
const NEWER =
  /AbortSignal\.(?:any|timeout)|\.throwIfAborted|Object\.(?:fromEntries|hasOwn)|(?<!clients)\.matchAll\(|\.replaceAll\(|Promise\.(?:allSettled|any)\b|structuredClone|randomUUID|TransformStream|\.pipe(?:To|Through)\(|URL\.(?:canParse|parse)\b|Promise\.(?:withResolvers|try)\b|Object\.groupBy|Map\.groupBy|Array\.fromAsync|\.findLast(?:Index)?\(|\.to(?:Sorted|Reversed|Spliced)\(|\.(?:isSubsetOf|isSupersetOf|symmetricDifference)\(|\.(?:toBase64|toHex|setFromBase64)\(|Uint8Array\.from(?:Base64|Hex)|RegExp\.escape|Iterator\.from|\.(?:isWellFormed|toWellFormed)\(|ReadableStream\.from\b|\(\?<[=!]/g;
const floors: Record<string, { targets: string[]; known: string[] }> = {
  others: { targets: ['chrome85', 'firefox90', 'safari15'], known: [] },
  dashjs: { targets: ['chrome120', 'firefox115', 'safari17'], known: ['URL.canParse'] },
};

const files = browserPackages.flatMap(({ folder }) => {
  const dist = `packages/${folder}/dist`;
  const names = existsSync(dist) ? readdirSync(dist).filter((name) => name.endsWith('.js')) : [];
  return names.map((name) => ({ folder, path: `${dist}/${name}` }));
});

/** The script files and modules as they are built: no bundler changes what a script tag loads. */
describe.each(files)('$path', ({ folder, path }) => {
  const { targets, known } = floors[folder] ?? floors.others!;
  const code = readFileSync(path, 'utf8');

  test('has no syntax that the earliest browsers of the README lack', async () => {
    // esbuild counts `?.` from Chrome 91: one call of it was wrong before, which ESLint forbids
    const supported = { 'optional-chain': true };
    const as = async (target: string[]): Promise<string> =>
      (await transform(code, { target, supported, minify: true })).code;
    expect(await as(targets)).toBe(await as(['esnext']));
  });

  test('calls nothing that they lack', () => {
    expect([...new Set(code.match(NEWER) ?? [])]).toEqual(known.filter((name) => code.includes(name)));
  });
});

test('the README names these browsers', () => {
  const readme = readFileSync('README.md', 'utf8');
  expect(readme).toContain('Chrome or Edge 85, Firefox 90 or Safari 15;');
  expect(readme).toContain('`secure-token-dashjs` needs Chrome or Edge 120, Firefox 115 or Safari 17.');
});
