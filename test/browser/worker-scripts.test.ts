import { setTimeout as delay } from 'node:timers/promises';
import { describe, vi } from 'vitest';
import { registers, registersAndSigns, scriptTest as it } from '../support/script-edge.ts';

/** Ends what hangs. */
const patient = { timeout: 60_000 };

describe.concurrent("what a script requests behind a token worker with requests: 'all' (Chromium)", () => {
  const requested = (received: readonly { method: string; path: string }[]): string[] =>
    received.map(({ method, path }) => `${method} ${path}`);

  it('is signed as it was asked for: its headers, a part, a condition; the page sees no token', async ({
    expect,
    lab,
    run,
  }) => {
    const seen = await run(
      `${registers()}
      const part = await fetch(args.vod + 'a.ts?x=1#t', { headers: { range: 'bytes=2-4' } });
      const unchanged = await fetch(args.vod + 'b.ts', { headers: { 'if-none-match': '"1"' } });
      const head = await fetch(args.vod + 'c.ts', { method: 'HEAD' });
      const xhr = new XMLHttpRequest();
      xhr.open('GET', args.vod + 'd.ts');
      await new Promise((resolve) => { xhr.onloadend = resolve; xhr.send(); });
      return [part.url, part.status, part.headers.get('content-range'), await part.text(), unchanged.status, head.status,
        head.headers.get('x-own'), xhr.responseURL, xhr.status, xhr.responseText, part.redirected];`,
    );
    const vod = `${lab.edge.origin}/vod/`;
    expect(seen).toEqual([
      `${vod}a.ts?x=1`,
      206,
      'bytes 2-4/10',
      '234',
      304,
      200,
      'kept',
      `${vod}d.ts`,
      200,
      '0123456789',
      false,
    ]);
    expect(requested(lab.received.filter(({ method }) => method !== 'OPTIONS'))).toEqual([
      'GET /vod/a.ts?x=1&st=worker1',
      'GET /vod/b.ts?st=worker2',
      'HEAD /vod/c.ts?st=worker3',
      'GET /vod/d.ts?st=worker4',
    ]);
    // of the condition, as without a worker
    expect(requested(lab.received.filter(({ method }) => method === 'OPTIONS'))).toEqual([
      'OPTIONS /vod/b.ts?st=worker2',
    ]);
  });

  it('needs token-worker-all.js: the browser does not register token-worker.js', async ({ expect, run }) => {
    const seen = await run(
      `const options = { endpoint: '/token', protect: args.vod, requests: 'all' };
      const error = await SecureTokenWorker.registerTokenWorker('/token-worker.js', options).catch((it) => it);
      return [error.name, (await navigator.serviceWorker.getRegistrations()).length];`,
    );
    expect(seen).toEqual(['TypeError', 0]);
  });

  it('keeps its mode, and its way with redirects', async ({ expect, lab, run }) => {
    const to = (path: string) => () => new Response(null, { status: 302, headers: { location: path } });
    const serves = (): Response => new Response('here');
    // what the edge has redirected to is asked for with the token of the first URL, and again with one of its own
    const followed = [to('/vod/y.ts?st=worker3&b=2'), serves, serves];
    // outside of `protect` it is answered as it came
    const outside = [to('/other/z.ts?st=worker6'), serves];
    lab.answers.push(serves, to('/vod/x.ts'), ...followed, to('/vod/x.ts'), ...outside);
    const seen = await run(
      `${registers()}
      const opaque = await fetch(args.vod + 'a.ts', { mode: 'no-cors' });
      const manual = await fetch(args.vod + 'b.ts', { redirect: 'manual' });
      const followed = await fetch(args.vod + 'c.ts');
      const error = await fetch(args.vod + 'd.ts', { redirect: 'error' }).catch(({ name }) => name);
      const outside = await fetch(args.vod + 'e.ts');
      return [opaque.type, manual.type, manual.url, followed.url, await followed.text(), error, outside.url,
        await outside.text()];`,
    );
    const vod = `${lab.edge.origin}/vod/`;
    expect(seen).toEqual([
      'opaque',
      'opaqueredirect',
      `${vod}b.ts`,
      `${vod}y.ts?b=2`,
      'here',
      'TypeError',
      `${vod}e.ts`,
      'here',
    ]);
    expect(requested(lab.received).filter((it) => it.includes('z.ts'))).toEqual(['GET /other/z.ts?st=worker6']);
    expect(requested(lab.received).filter((it) => it.includes('y.ts'))).toEqual([
      'GET /vod/y.ts?st=worker3&b=2',
      'GET /vod/y.ts?b=2&st=worker4',
    ]);
  });

  it('streams, and ends when the script gives it up', async ({ expect, lab, run }) => {
    const ended = vi.fn();
    lab.answers.push(() => {
      const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
        await delay(20);
        controller.enqueue(new TextEncoder().encode('first'));
      };
      const body = new ReadableStream<Uint8Array>({ pull, cancel: ended });
      return new Response(body);
    });
    const first = await run(
      `${registers()}
      const giveUp = new AbortController();
      const { body } = await fetch(args.vod + 'a.ts', { signal: giveUp.signal });
      const { value } = await body.getReader().read();
      giveUp.abort();
      return new TextDecoder().decode(value);`,
    );
    // what has come together is read together
    expect(first).toMatch(/^(first)+$/);
    await vi.waitFor(() => expect(ended).toHaveBeenCalled(), patient);
  });

  it('has a refusal replayed, and is told of an outage as 503, of a denial as 403', async ({ expect, lab, run }) => {
    lab.answers.push(() => new Response(null, { status: 410 }));
    expect(await run(`${registers()} return (await fetch(args.vod + 'a.ts')).status`)).toBe(200);
    expect(requested(lab.received)).toEqual(['GET /vod/a.ts?st=worker1', 'GET /vod/a.ts?st=worker2']);
    lab.endpointStatus = 503;
    const ask = `const { status, statusText } = await fetch(args.vod + args.name); return [status, statusText];`;
    expect(await run(ask, { name: 'b.ts' })).toEqual([503, 'ERR_SIGNING_UNAVAILABLE']);
    lab.endpointStatus = 403;
    expect(await run(`await sleep(1500); ${ask}`, { name: 'c.ts' })).toEqual([403, 'ERR_DENIED']);
    expect(lab.received).toHaveLength(2);
  });

  it.for([
    ['query', { query: { tk: 'own' } }, 'GET /vod/a.ts?tk=own'],
    ['headers', { headers: { 'x-token': 'own' } }, 'GET /vod/a.ts'],
    ['cookie', { credentials: true }, 'GET /vod/a.ts'],
  ] as const)(
    'is left alone with a token in the %s that a source of the page has put there',
    async ([, carrier, expected], { expect, lab, run }) => {
      await run(
        `${registers()}
      const token = { prefix: args.vod, expires: Date.now() / 1000 + 60, ...args.carrier };
      // of another package: it has a core of its own
      const source = SecureTokenProgressive.createTokenSource({ endpoint: '/none', protect: args.vod, tokens: [token] });
      const { url, headers, credentials } = await source.sign(args.vod + 'a.ts');
      const { status } = await fetch(url, { headers, credentials: credentials ? 'include' : 'same-origin' });
      if (status !== 200) throw new Error(status);`,
        { carrier },
      );
      const { headers } = lab.received.at(-1)!;
      expect(requested(lab.received).at(-1)).toBe(expected);
      expect(headers.get('x-token')).toBe('headers' in carrier ? 'own' : null);
      expect(lab.asked).toEqual([]);
    },
  );

  it('is signed for a Web Worker of the page, too', async ({ expect, lab, run }) => {
    const status = await run(
      `${registers()}
      const script = "onmessage = async ({ data }) => postMessage((await fetch(data)).status)";
      const worker = new Worker(URL.createObjectURL(new Blob([script])));
      const answered = new Promise((resolve) => (worker.onmessage = ({ data }) => resolve(data)));
      worker.postMessage(args.vod + 'a.ts');
      return answered;`,
    );
    expect(status).toBe(200);
    expect(requested(lab.received)).toEqual(['GET /vod/a.ts?st=worker1']);
  });

  it('is read ahead by a playlist that passes through, in the worker and in the page', async ({ expect, lab, run }) => {
    await run(`${registers()} await (await fetch(args.vod + 'i.m3u8')).text(); await fetch(args.vod + 's0.ts')`);
    await vi.waitFor(() => expect(lab.asked.flat().some((url) => url.endsWith('/s3.ts'))).toBe(true), patient);
    lab.asked.length = 0;
    await run(
      `${registersAndSigns()}
      await (await fetch(args.vod + 'live/i.m3u8')).text();
      await fetch(args.vod + 'live/s0.ts')`,
    );
    await vi.waitFor(() => expect(lab.asked.flat().some((url) => url.endsWith('/live/s3.ts'))).toBe(true), patient);
  });
});
