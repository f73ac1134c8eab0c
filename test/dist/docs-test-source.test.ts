import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { TokenSource } from 'secure-token-core';
import { beforeAll, describe, expect, test, vi } from 'vitest';

const film = 'https://cdn.test/film.m3u8';

interface TestSource {
  testSource: (answer: unknown) => TokenSource;
  mayWatch: unknown;
  notLoggedIn: unknown;
}

/** The code for tests of an app, as it stands in docs/options.md. */
describe('docs/options.md: its token source without a network', () => {
  let code: TestSource;
  beforeAll(async () => {
    const [, block] = /^```js\n(\/\/ test-source\.mjs\n[\s\S]*?)^```/m.exec(readFileSync('docs/options.md', 'utf8'))!;
    mkdirSync('node_modules/.cache/docs', { recursive: true });
    const file = resolve('node_modules/.cache/docs/test-source.mjs');
    writeFileSync(file, block!);
    code = (await import(pathToFileURL(file).href)) as TestSource;
  });

  test('signs for a viewer who may watch', async () => {
    const source = code.testSource(code.mayWatch);
    const renewed = vi.fn();
    source.addEventListener('tokenrenewed', renewed);
    expect(await source.sign(film)).toMatchObject({ url: `${film}?st=test` });
    expect(renewed).toHaveBeenCalledOnce();
    source.destroy();
  });

  test('is denied with 401 for a viewer who is not logged in', async () => {
    vi.spyOn(console, 'error').mockReturnValue();
    const source = code.testSource(code.notLoggedIn);
    const denied = vi.fn();
    source.addEventListener('tokendenied', ({ detail }) => denied(detail.error.status));
    await expect(source.sign(film)).rejects.toMatchObject({ code: 'ERR_DENIED', status: 401 });
    expect(denied).toHaveBeenCalledWith(401);
    source.destroy();
  });
});
