import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';

const film = 'https://cdn.example.com/vod/7/master.m3u8';

type Load = (url: string, init?: RequestInit) => Promise<Response>;

/** Runs the block of a page that begins to use `fetch`, as it stands. */
async function run(path: string): Promise<unknown> {
  const blocks = [...readFileSync(path, 'utf8').matchAll(/^```[jt]s\n([\s\S]*?)^```/gm)].map(([, code]) => code!);
  const code = blocks.find((block) => block.includes('globalThis.fetch'))!;
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
  });
  mkdirSync('node_modules/.cache/docs', { recursive: true });
  const file = resolve(`node_modules/.cache/docs/${path.replace(/\W/g, '-')}.mjs`);
  writeFileSync(file, outputText);
  return import(pathToFileURL(file).href);
}

/** The `load` that docs/players.md shows, as it stands. */
describe('the player of docs/players.md', () => {
  let load: Load;
  let made = 0;
  const requests: [url: string, cache: RequestCache | undefined][] = [];
  const answers: (Response | Error)[] = [];

  beforeAll(async () => {
    vi.stubGlobal('fetch', async (input: string, init: RequestInit = {}) => {
      if (input === '/token') {
        const { urls } = JSON.parse(init.body as string) as { urls: string[] };
        const now = Math.floor(Date.now() / 1000);
        const tokens = urls.map((url) => ({ url, expires: now + 60, query: { t: String(++made) } }));
        return Response.json({ now, tokens });
      }
      requests.push([input, init.cache]);
      const answer = answers.shift()!;
      if (answer instanceof Error) throw answer;
      return answer;
    });
    ({ load } = (await run('docs/players.md')) as { load: Load });
  });
  afterEach(() => void requests.splice(0));

  test('signs a request', async () => {
    answers.push(new Response('#EXTM3U\n'));
    expect(await (await load(film)).text()).toBe('#EXTM3U\n');
    expect(requests).toEqual([[`${film}?t=1`, undefined]]);
  });

  test('replays a refusal once with another token, past the cache', async () => {
    answers.push(new Response('', { status: 410 }), new Response('film'));
    expect(await (await load(film)).text()).toBe('film');
    expect(requests).toEqual([
      [`${film}?t=1`, undefined],
      [`${film}?t=2`, 'reload'],
    ]);
  });

  test('gives the player a failure that is none of tokens', async () => {
    answers.push(new Response('', { status: 404 }), new TypeError('Failed to fetch'));
    expect((await load(film)).status).toBe(404);
    await expect(load(film)).rejects.toThrow('Failed to fetch');
    expect(requests).toHaveLength(2);
  });
});
