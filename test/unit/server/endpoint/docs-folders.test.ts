import { readFileSync } from 'node:fs';
import { compileFunction } from 'node:vm';
import ts from 'typescript';
import { expect, test } from 'vitest';
import * as server from '../../../../packages/server/src/index.ts';
import type { SigningEndpointOptions } from '../../../../packages/server/src/index.ts';
import { HOST, endpoint, post } from '../../../support/signing-endpoint.ts';

const page = readFileSync('docs/endpoint.md', 'utf8');
const example = /```js\n\/\/ authorize-folders\.mjs\n([\s\S]*?)```/.exec(page)![1]!;

/** The hook of the page, with the sessions of the test. */
function hookFor(boughtBy: (request: Request) => Promise<string[]>): SigningEndpointOptions['authorize'] {
  const { outputText } = ts.transpileModule(example, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  const exported = {} as Pick<SigningEndpointOptions, 'authorize'>;
  compileFunction(outputText, ['require', 'exports'])(() => ({ boughtBy }), exported);
  return exported.authorize;
}

test('the hook that docs/endpoint.md shows for folder tokens grants what the session has bought', async () => {
  const authorize = hookFor(async ({ headers }) =>
    headers.get('Cookie') === 'sid=1' ? [`${HOST}/live/7/`, `${HOST}/live/guide.m3u8`] : [],
  );
  const format = server.azion({ secret: 'mysecret', depth: 2 });
  const token = endpoint({ format, authorize, allow: `${HOST}/live/` });
  const status = async (path: string, cookie = 'sid=1') =>
    (await token(post({ urls: [HOST + path] }, { Cookie: cookie }))).status;
  expect(await status('/live/7/hd/s1.m4s')).toBe(200);
  expect(await status('/live/guide.m3u8')).toBe(200);
  for (const path of ['/live/8/a.m3u8', '/live/70/a.m3u8', '/live/7', '/live/other.m3u8']) {
    expect(await status(path), path).toBe(403);
  }
  expect(await status('/live/7/hd/s1.m4s', 'sid=2')).toBe(403);
});
