import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startExamples } from '../../../examples/server.mjs';

let examples: Awaited<ReturnType<typeof startExamples>>;
let origin: string;
beforeEach(async () => {
  examples = await startExamples({ pagePort: 0, appPort: 0, edgePort: 0 });
  origin = new URL(examples.url).origin;
});
afterEach(() => examples.close());

const askForTokens = (urls: string[], viewer = 'ann', path = '/token') =>
  fetch(examples.app + path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Viewer': viewer, Origin: origin },
    body: JSON.stringify({ urls, reason: 'initial' }),
  });

/** The URL with a token of this moment. */
async function sign(path: string): Promise<string> {
  const { tokens } = (await (await askForTokens([examples.edge + path])).json()) as {
    tokens: { url: string; query: Record<string, string> }[];
  };
  return `${tokens[0]!.url}?${new URLSearchParams(tokens[0]!.query).toString()}`;
}

const change = (controls: object, viewer = 'ann') =>
  fetch(`${examples.app}/controls`, {
    method: 'PATCH',
    headers: { 'Content-Type': 'application/json', 'X-Viewer': viewer, Origin: origin },
    body: JSON.stringify(controls),
  });

const statusOf = async (url: string) => (await fetch(url, { headers: { Origin: origin } })).status;
const master = '/film/ts/master.m3u8';

describe('the edge', () => {
  it.each([
    '/film/v.mp4',
    '/film/aes/i.m3u8',
    '/live/master.m3u8',
    '/continuous/film/hi/r29/s009.m4s',
    '/low-latency/i.m3u8',
  ])('gives %s away for a token only', async (path) => {
    expect(await statusOf(examples.edge + path)).toBe(403);
    expect(await statusOf(await sign(path))).toBe(200);
  });

  it('answers ranges with a token', async () => {
    const response = await fetch(await sign('/film/v.mp4'), { headers: { Range: 'bytes=4-7' } });
    expect(response.status).toBe(206);
    expect(await response.text()).toBe('ftyp');
  });
});

describe('the signing endpoint', () => {
  it('gives tokens of ten seconds, for the edge only, to the page only', async () => {
    const response = await askForTokens([examples.edge + master, 'http://other.test/a.ts']);
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe(origin);
    const body = (await response.json()) as { now: number; tokens: { expires: number }[]; denied: string[] };
    expect(body.tokens).toHaveLength(1);
    expect(body.tokens[0]!.expires - body.now).toBe(10);
    expect(body.denied).toEqual(['http://other.test/a.ts']);
  });

  it('that expands answers for all that a player starts with', async () => {
    const response = await askForTokens([examples.edge + master], 'ann', '/token/expanded');
    const { tokens } = (await response.json()) as { tokens: { url: string }[] };
    const paths = tokens.map(({ url }) => new URL(url).pathname);
    expect(paths).toEqual(
      expect.arrayContaining([master, '/film/ts/lo/i.m3u8', '/film/ts/hi/i.m3u8', '/film/ts/hi/s000.ts']),
    );
  });
});

describe('the buttons', () => {
  it('rotate the secret: old tokens are refused, new ones are good', async () => {
    const before = await sign(master);
    expect(await statusOf(before)).toBe(200);
    await change({ rotateSecret: true });
    expect(await statusOf(before)).toBe(403);
    expect(await statusOf(await sign(master))).toBe(200);
  });

  it('revoke one viewer, not the others', async () => {
    await change({ revoked: true });
    expect((await askForTokens([examples.edge + master])).status).toBe(403);
    expect((await askForTokens([examples.edge + master], 'bob')).status).toBe(200);
    await change({ revoked: false });
    expect((await askForTokens([examples.edge + master])).status).toBe(200);
  });

  it('stop the signing endpoint with a 503 that the page can read', async () => {
    await change({ stoppedFor: 40 });
    const response = await askForTokens([examples.edge + master]);
    expect(response.status).toBe(503);
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe(origin);
    await change({ stoppedFor: 0 });
    expect((await askForTokens([examples.edge + master])).status).toBe(200);
  });

  it('set the clock of the edge: tokens of ten seconds are then expired', async () => {
    await change({ edgeClock: 30 });
    expect(await statusOf(await sign(master))).toBe(410);
    await change({ edgeClock: -30 });
    expect(await statusOf(await sign(master))).toBe(200);
  });

  it.each([{ stoppedFor: -1 }, { edgeClock: 'x' }, { refusing: 1 }, { revoked: 0 }, { secret: 'x' }, []])(
    'refuse %o',
    async (controls) => {
      const response = await change(controls);
      expect(response.status).toBe(400);
    },
  );
});

describe('the pages', () => {
  it('learn where the other servers are', async () => {
    const script = await (await fetch(`${examples.url}addresses.js`)).text();
    expect(script).toBe(
      [
        `export const app = "${examples.app}";`,
        `export const edge = "${examples.edge}";`,
        `export const doctor = "${examples.app}/doctor";\n`,
      ].join('\n'),
    );
  });

  it.each(['server.mjs', 'backend/demo-state.mjs', 'page/../server.mjs', 'packages/server/index.js', '.git/config'])(
    'never show %s',
    async (path) => {
      expect(await statusOf(examples.url + path)).toBe(404);
    },
  );
});

describe('startExamples', () => {
  it('takes free ports when the wanted ones are taken', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as { port: number };
    const second = await startExamples({ pagePort: port, appPort: port, edgePort: port });
    expect(new Set([port, ...[second.url, second.app, second.edge].map((url) => +new URL(url).port)]).size).toBe(4);
    await second.close();
    taken.close();
  });
});
