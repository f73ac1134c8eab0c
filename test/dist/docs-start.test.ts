import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { whileServed } from '../support/served.ts';

const folder = resolve('node_modules/.cache/docs-start');
const master = 'https://cdn.example.com/vod/7/master.m3u8';
const env = { CDN_SECRET: 'a secret' };
const page = readFileSync('docs/endpoint.md', 'utf8');
const blocksOf = (text: string): string[] => [...text.matchAll(/^```js\n([\s\S]*?)^```/gm)].map(([, code]) => code!);
const blockWith = (words: string): string => blocksOf(page).find((code) => code.includes(words))!;
const endpoint = blockWith('// token.mjs');
const server = blockWith('// server.mjs');

/** The code that the page leaves to its readers. */
const yours = `
const viewers = { one: { id: 'a viewer' } };
const sessionOf = (cookie = '') => /session=(\\w+)/.exec(cookie)?.[1];
export const viewerOf = async (session) => viewers[session];
export const mayWatch = async (viewer, urls) => urls.every((url) => !url.includes('/premium/'));
export function sessions(req, res, next) {
  req.session = { user: viewers[sessionOf(req.headers.cookie)] };
  next();
}`;

const ask = (url: string, headers: Record<string, string> = {}, asked = master): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify({ urls: [asked], reason: 'initial' }),
  });
const expectTokens = async (answer: Promise<Response>): Promise<void> => {
  const response = await answer;
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual(
    expect.objectContaining({ tokens: [expect.objectContaining({ url: master })] }),
  );
};
const write = (name: string, code: string): string => {
  writeFileSync(join(folder, name), code);
  return join(folder, name);
};
const node = (file: string, port: number) => ({ command: process.execPath, args: [file], port, env });

/** The code of docs/endpoint.md, as it stands but for the port. */
describe('docs/endpoint.md', () => {
  beforeAll(() => {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    write('package.json', '{ "type": "module" }');
    write('index.html', '<!doctype html>');
    write('sessions.mjs', yours);
    write('token.mjs', endpoint);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Serves `/token` with a file of a page, moved to another port. */
  const whileEndpoint = async (name: string, code: string, use: (port: number) => Promise<void>): Promise<void> => {
    const port = await freePort();
    await whileServed(node(write(name, code.replace('3000', String(port))), port), () => use(port));
  };
  const expectEndpoint = (name: string, code: string): Promise<void> =>
    whileEndpoint(name, code, (port) => expectTokens(ask(`http://127.0.0.1:${port}/token`)));

  test('its first two files are an endpoint', () => expectEndpoint('server.mjs', server));

  test.each([
    ['README.md', 1],
    ['packages/server/README.md', 0],
  ])('the endpoint of %s answers as that one does', (path, index) =>
    expectEndpoint('readme-server.mjs', blocksOf(readFileSync(path, 'utf8'))[index]!),
  );

  const vite = async (config: string, use: (origin: string) => Promise<void>): Promise<void> => {
    const port = await freePort();
    const file = write(`${port}.config.js`, config);
    const args = [resolve('node_modules/vite/bin/vite.js'), '--config', file, '--host', '127.0.0.1'];
    await whileServed(
      { command: process.execPath, args: [...args, '--port', String(port)], port, env, cwd: folder },
      use,
    );
  };

  test('Vite passes /token on, and nothing that only begins like it', () =>
    whileEndpoint('behind-vite.mjs', server, (port) =>
      vite(blockWith('proxy').replace('3000', String(port)), async (origin) => {
        await expectTokens(ask(`${origin}/token`));
        expect((await fetch(`${origin}/token-worker.js`)).status).not.toBe(405);
      }),
    ));

  test('the endpoint runs within Vite', () =>
    vite(blockWith('configureServer'), (origin) => expectTokens(ask(`${origin}/token`))));

  test('authorize reads one cookie of several', async () => {
    const file = write('authorize.mjs', blockWith('// authorize.mjs'));
    const { authorize } = (await import(pathToFileURL(file).href)) as {
      authorize: (request: Request, urls: string[]) => Promise<unknown>;
    };
    const answer = (cookie: string, asked = master): Promise<unknown> =>
      authorize(new Request('https://app.example.com/token', { headers: { Cookie: cookie } }), [asked]);
    expect(await answer('session=one')).toBe(true);
    expect(await answer('theme=dark; session=one; last=7')).toBe(true);
    expect(await answer('session=one', master.replace('7', 'premium'))).toBe(false);
    for (const cookie of ['', 'session=two', 'xsession=one', 'theme=session=one'])
      expect(await answer(cookie), cookie).toMatchObject({ status: 401 });
  });

  test('Express: who is logged in gets tokens, up to a limit of all calls', async () => {
    write('express-calls.mjs', blockWith('// express-calls.mjs'));
    const limited = endpoint
      .replace('authorize: () => true', 'authorize, rateLimit: { limit: 3, window: 60, key }')
      .replace(/^import/m, "import { authorize, key } from './express-calls.mjs';\nimport");
    write('token-of-express.mjs', limited);
    const code = blockWith('// express.mjs').replace('./token.mjs', './token-of-express.mjs');
    await whileEndpoint('express.mjs', code, async (port) => {
      const url = `http://127.0.0.1:${port}/token`;
      const viewer = { Cookie: 'theme=dark; session=one' };
      expect((await ask(url)).status).toBe(401);
      expect((await fetch(url, { method: 'OPTIONS' })).status).toBe(204);
      await expectTokens(ask(url, viewer));
      expect((await ask(url, viewer, master.replace('7', 'premium'))).status).toBe(403);
      await expectTokens(ask(url, viewer));
      expect((await ask(url, viewer)).status).toBe(429);
    });
  });
});
