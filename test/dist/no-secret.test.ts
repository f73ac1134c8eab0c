import { readFileSync, readdirSync } from 'node:fs';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { browserPackages } from '../support/packages.ts';

// what only the side that knows the secret has
const SIGNING = /md5|sha-?(?:1|256)|hmac|createHash|subtle\.|azionHash|@noble|secure-token-server/i;

describe.each(browserPackages)('the browser bundles of $folder', ({ folder }) => {
  const files = readdirSync(`packages/${folder}/dist`).filter((name) => name.endsWith('.js'));

  test.each(files)('%s holds no signing function', (name) => {
    expect(readFileSync(`packages/${folder}/dist/${name}`, 'utf8')).not.toMatch(SIGNING);
  });

  test('nothing they import leads to the server package', async () => {
    const { metafile } = await build({
      entryPoints: [`packages/${folder}/dist/index.js`],
      bundle: true,
      format: 'esm',
      write: false,
      metafile: true,
    });
    const inputs = Object.keys(metafile.inputs);
    expect(inputs.length).toBeGreaterThan(0);
    expect(inputs.filter((path) => !/^packages\/(?!server)/.test(path))).toEqual([]);
  });
});

test('the check would find them', () => {
  expect(readFileSync('packages/server/dist/index.js', 'utf8')).toMatch(SIGNING);
});
