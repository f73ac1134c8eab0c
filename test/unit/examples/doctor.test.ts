import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDemoState } from '../../../examples/backend/demo-state.mjs';
import { createDoctor } from '../../../examples/backend/doctor.mjs';
import { startExamples } from '../../../examples/server.mjs';

let examples: Awaited<ReturnType<typeof startExamples>>;
let origin: string;
/** URLs that this process asks for. */
const asked: string[] = [];
beforeEach(async () => {
  examples = await startExamples({ pagePort: 0, appPort: 0, edgePort: 0 });
  origin = new URL(examples.url).origin;
  asked.length = 0;
  const { fetch } = globalThis;
  vi.spyOn(globalThis, 'fetch').mockImplementation((input, init) => {
    asked.push(input instanceof Request ? input.url : String(input));
    return fetch(input, init);
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await examples.close();
});

const send = (path: string, method: string, body: unknown, from = origin) =>
  fetch(examples.app + path, {
    method,
    headers: { 'Content-Type': 'application/json', 'X-Viewer': 'ann', Origin: from },
    body: JSON.stringify(body),
  });
const askDoctor = (path = '/film/fmp4/master.m3u8') => send('/doctor', 'POST', { url: examples.edge + path });

interface Told {
  readonly findings: readonly { code: string; message: string; remedy: string }[];
  readonly asked: number;
}
const codesIn = async (response: Response) => ((await response.json()) as Told).findings.map(({ code }) => code);

describe('the doctor of the example pages', () => {
  it.each(['/film/fmp4/master.m3u8', '/film/aes/i.m3u8', '/live/master.m3u8', '/mp4/with-worker/film.mp4'])(
    'finds nothing wrong with %s, in at most 40 requests, and the page may read it',
    async (path) => {
      const response = await askDoctor(path);
      expect(response.headers.get('Access-Control-Allow-Origin')).toBe(origin);
      const told = (await response.json()) as Told;
      expect(told).toEqual({ findings: [], asked: asked.length - 1 });
      expect(told.asked).toBeGreaterThan(9);
      expect(told.asked).toBeLessThanOrEqual(40);
    },
  );

  it.each([
    [{ edgeClock: 30 }, 'edge-clock'],
    [{ edgeClock: -30 }, 'edge-clock'],
    [{ stoppedFor: 40 }, 'endpoint-fails'],
    [{ revoked: true }, 'endpoint-denies'],
  ] as const)('names the trouble first that %o makes', async (change, code) => {
    await send('/controls', 'PATCH', change);
    const [first] = await codesIn(await askDoctor());
    expect(first).toBe(code);
  });

  it('asks no server but its own, whichever host a client names, and tells neither tokens nor the secret', async () => {
    await send('/controls', 'PATCH', { edgeClock: 30 });
    const state = createDemoState();
    const doctor = createDoctor(state, { pages: [origin], edge: examples.edge, host: '127.0.0.1' });
    const response = await doctor(
      new Request(`http://evil.test:${new URL(examples.app).port}/doctor`, {
        method: 'POST',
        headers: { Origin: origin },
        body: JSON.stringify({ url: `${examples.edge}/film/ts/master.m3u8` }),
      }),
    );
    const text = await response.text();
    expect(text).toContain('edge-clock');
    const tokens = asked.flatMap((url) => new URL(url).searchParams.get('st') ?? []);
    expect(tokens.length).toBeGreaterThan(2);
    expect([...tokens, state.secret].filter((secret) => text.includes(secret))).toEqual([]);
    expect(asked.filter((url) => new URL(url).hostname !== '127.0.0.1')).toEqual([]);
  });

  it('serves one page at a time: another one is told to come again', async () => {
    const [first, second] = await Promise.all([askDoctor(), askDoctor()]);
    expect([first.status, second.status].sort()).toEqual([200, 429]);
    expect((await askDoctor()).status).toBe(200);
  });

  it.each<[string, number, string, string?]>([
    ['a URL of another host', 400, 'http://other.test/a.m3u8'],
    ['a page of another origin', 403, '/film/ts/master.m3u8', 'http://other.test'],
  ])('asks nobody for %s', async (_, status, url, from = origin) => {
    expect((await send('/doctor', 'POST', { url: new URL(url, examples.edge).href }, from)).status).toBe(status);
    expect(asked).toHaveLength(1);
  });
});
