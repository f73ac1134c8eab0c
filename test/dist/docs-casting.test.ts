import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { azion, verifyUrl } from 'secure-token-server';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

type CastUrl = (viewer: string, path: string) => Promise<string | undefined>;

/** Runs the block that asks `mayWatch`, as it stands. */
async function castUrlOf(path: string): Promise<CastUrl> {
  const blocks = [...readFileSync(path, 'utf8').matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code]) => code!);
  const { outputText } = ts.transpileModule(
    blocks.find((block) => block.includes('castUrl('))!,
    {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
    },
  );
  mkdirSync('node_modules/.cache/docs', { recursive: true });
  const file = resolve('node_modules/.cache/docs/casting.mjs');
  writeFileSync(file, outputText);
  return ((await import(pathToFileURL(file).href)) as { castUrl: CastUrl }).castUrl;
}

describe('castUrl of docs/production.md, for a viewer of /vod/free/', () => {
  const secret = 'a secret';
  let castUrl: CastUrl;
  beforeAll(async () => {
    vi.stubEnv('CDN_SECRET', secret);
    vi.stubGlobal('mayWatch', async (_: string, path: string) => path.startsWith('/vod/free/'));
    castUrl = await castUrlOf('docs/production.md');
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    vi.unstubAllGlobals();
  });

  test('signs what the viewer may watch', async () => {
    const signed = await castUrl('a viewer', '/vod/free/a.m3u8');
    expect(signed).toMatch(/^https:\/\/cast\.example\.com\/vod\/free\/a\.m3u8\?/);
    expect(await verifyUrl(signed!, { format: azion({ secret }) })).toMatchObject({ ok: true });
  });

  test.each([
    '/vod/premium/a.m3u8',
    '/vod/free/../premium/a.m3u8',
    '/vod/free/%2e%2e/premium/a.m3u8',
    '/vod/free/.%2E/premium/a.m3u8',
    '/vod/free\\..\\premium/a.m3u8',
    '/vod/free/.\t./premium/a.m3u8',
    '/vod/free/.\n./premium/a.m3u8',
    '//evil.example/vod/free/a.m3u8',
    'https://evil.example/vod/free/a.m3u8',
    '\\\\evil.example/vod/free/a.m3u8',
  ])('signs nothing else: %j', async (path) => expect(await castUrl('a viewer', path)).toBeUndefined());
});
