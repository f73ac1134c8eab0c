import { readFileSync } from 'node:fs';
import { compileFunction } from 'node:vm';
import ts from 'typescript';
import { expect, test, vi } from 'vitest';
import * as server from '../../../../packages/server/src/index.ts';
import type { SigningEndpointOptions } from '../../../../packages/server/src/index.ts';
import { HOST, endpoint, post } from '../../../support/signing-endpoint.ts';

const readme = readFileSync('packages/server/README.md', 'utf8');
const example = /### Folder tokens\n[\s\S]*?```ts\n([\s\S]*?)```/.exec(readme)![1]!;

/** The options of the example's endpoint, with the sessions of the test. */
function exampleFor(boughtBy: (request: Request) => Promise<string[]>): SigningEndpointOptions {
  const { outputText } = ts.transpileModule(example, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  const createSigningEndpoint = vi.fn();
  const run = compileFunction(outputText, ['require', 'exports', 'boughtBy']);
  run(() => ({ ...server, createSigningEndpoint }), {}, boughtBy);
  return createSigningEndpoint.mock.calls[0]![0] as SigningEndpointOptions;
}

test('the hook that the README shows for folder tokens grants what the session has bought', async () => {
  const { authorize, allow } = exampleFor(async ({ headers }) =>
    headers.get('Cookie') === 'sid=1' ? [`${HOST}/live/7/`, `${HOST}/live/guide.m3u8`] : [],
  );
  const format = server.azion({ secret: 'mysecret', depth: 2 });
  const token = endpoint({ format, authorize, allow });
  const status = async (path: string, cookie = 'sid=1') =>
    (await token(post({ urls: [HOST + path] }, { Cookie: cookie }))).status;
  expect(await status('/live/7/hd/s1.m4s')).toBe(200);
  expect(await status('/live/guide.m3u8')).toBe(200);
  for (const path of ['/live/8/a.m3u8', '/live/70/a.m3u8', '/live/7', '/live/other.m3u8']) {
    expect(await status(path), path).toBe(403);
  }
  expect(await status('/live/7/hd/s1.m4s', 'sid=2')).toBe(403);
});
