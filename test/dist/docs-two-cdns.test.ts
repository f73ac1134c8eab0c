import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createSigningEndpoint, edgeAuth, azion, verifyUrl } from 'secure-token-server';
import type { TokenFormat } from 'secure-token-server';
import ts from 'typescript';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

const secret = 'of the first CDN';
const key = '0123456789abcdef';

/** An endpoint with the format that docs/cdns.md shows for two CDNs, as it stands. */
let token: (request: Request) => Promise<Response>;
beforeAll(async () => {
  vi.stubEnv('CDN_SECRET', secret);
  vi.stubEnv('AKAMAI_KEY', key);
  const [, code] = /^```ts\n(\/\/ two-cdns\.ts\n[\s\S]*?)^```/m.exec(readFileSync('docs/cdns.md', 'utf8'))!;
  const { outputText } = ts.transpileModule(code!, {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
  });
  mkdirSync('node_modules/.cache/docs', { recursive: true });
  const file = resolve('node_modules/.cache/docs/two-cdns.mjs');
  writeFileSync(file, outputText);
  const { format, allow } = (await import(pathToFileURL(file).href)) as { format: TokenFormat; allow: string[] };
  token = createSigningEndpoint({ format, allow, ttl: 300, authorize: () => true });
});
afterAll(() => vi.unstubAllEnvs());

test('one call for URLs of two CDNs: each gets a token that its own CDN takes, and no other host gets one', async () => {
  const [first, second, third] = ['cdn', 'cdn2', 'cdn3'].map((host) => `https://${host}.example.com/vod/7/s1.m4s`);
  const response = await token(
    new Request('https://app.example.com/token', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ urls: [first, second, third], reason: 'initial' }),
    }),
  );
  const { tokens, denied } = (await response.json()) as {
    tokens: { url?: string; prefix?: string; query: Record<string, string> }[];
    denied: string[];
  };
  const signedBy = (url: string): string => {
    const { query } = tokens.find((each) => each.url === url || (each.prefix && url.startsWith(each.prefix)))!;
    return `${url}?${Object.entries(query)
      .map(([name, value]) => `${name}=${value}`)
      .join('&')}`;
  };
  expect(await verifyUrl(signedBy(first!), { format: azion({ secret }) })).toMatchObject({ ok: true });
  expect(await verifyUrl(signedBy(second!), { format: edgeAuth({ key }) })).toMatchObject({ ok: true });
  expect(denied).toEqual([third]);
});
