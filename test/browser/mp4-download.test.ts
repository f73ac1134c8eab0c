import { createHash, randomBytes } from 'node:crypto';
import { renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchChromium } from '../support/chromium.mjs';
import { startCuttingProxy } from '../support/cutting-proxy.ts';
import type { Tab } from '../support/engines.ts';
import { engines } from '../support/engines.ts';
import { hasNginx } from '../support/media-nginx.ts';
import type { MediaStage } from '../support/media-stage.ts';
import { startMediaStage } from '../support/media-stage.ts';

const SIZE = 12_000_003;
const data = randomBytes(SIZE);
const hash = createHash('sha256').update(data).digest('hex');

/** In the page: the SHA-256 of a blob, in hex. */
const HASH = `const hash = async (blob) => [...new Uint8Array(await crypto.subtle.digest('SHA-256', await blob.arrayBuffer()))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
const { download } = SecureTokenProgressive;
const fails = (promise) => promise.then(() => 'done', (error) => error.code && error.name === 'SecureTokenError' ? error.code : error.name);`;

describe.runIf(hasNginx)('download', () => {
  let stage: MediaStage;
  const file = (): string => join(stage.root, 'data.bin');
  beforeAll(async () => {
    stage = await startMediaStage({ seconds: 20, size: 1e5 });
  });
  afterAll(() => stage.stop());

  for (const engine of engines) {
    describe.runIf(engine.isInstalled)(engine.name, () => {
      let tab: Tab;
      let close: () => Promise<void>;
      beforeAll(async () => {
        ({ tab, close } = await engine.open());
      });
      afterAll(() => close());
      beforeEach(async () => {
        await stage.reset();
        writeFileSync(file(), data);
        await tab.goto(stage.origin);
      });

      it('is cut ten times at random, the token expired each time: every byte is right', async () => {
        Object.assign(stage.signer, { ttl: 1 });
        await stage.nginx.configure({ rate: 900_000 });
        const offsets = Array.from({ length: 10 }, () => 900_000 + Math.floor(Math.random() * 250_000));
        const proxy = await startCuttingProxy(stage.nginx.origin, offsets);
        // signed for nginx, which does not care for the host
        const { value, steps, calls } = await tab.run<{ value: string; steps: number[][]; calls: number }>(
          `${HASH}
          const steps = [];
          const getTokens = async ({ urls, reason }) => {
            const body = JSON.stringify({ urls: urls.map((url) => url.replace(args.proxy, args.origin)), reason });
            const { tokens } = await (await fetch('/token', { method: 'POST', headers: { 'content-type': 'application/json' }, body })).json();
            calls++;
            return tokens.map((token) => ({ ...token, url: token.url.replace(args.origin, args.proxy) }));
          };
          let calls = 0;
          const blob = await download(args.proxy + '/data.bin', { getTokens, onProgress: ({ received, total, rate }) => steps.push([received, total, rate]) });
          return { value: await hash(blob), steps, calls };`,
          { proxy: proxy.origin, origin: stage.nginx.origin },
        );
        await proxy.stop();
        console.log(`${engine.name}: ${proxy.cuts()} cuts, ${calls} tokens, ${stage.refusals()} refusals on the way`);
        expect(value).toBe(hash);
        expect(proxy.cuts()).toBe(10);
        expect(calls).toBeGreaterThan(8);
        const received = steps.map(([bytes]) => bytes!);
        expect(received).toEqual([...received].sort((a, b) => a - b));
        expect(steps.at(-1)!.slice(0, 2)).toEqual([SIZE, SIZE]);
        expect(steps.at(-2)![2]).toBeGreaterThan(100_000);
      });

      it('stops when the page aborts, and goes on from there', async () => {
        await stage.nginx.configure({ rate: 4_000_000 });
        const { reason, value } = await tab.run<{ reason: string; value: string }>(
          `${HASH}
          const pieces = [];
          const stream = () => new WritableStream({ write: (chunk) => void pieces.push(chunk) });
          const abort = new AbortController();
          const first = stream();
          let from;
          const onProgress = (progress) => { from = progress; if (progress.received > 3e6) abort.abort(new Error('enough')); };
          const reason = await download(args, { endpoint: '/token', as: first, signal: abort.signal, onProgress }).then(() => 'done', (error) => error.message);
          const received = pieces.reduce((sum, { length }) => sum + length, 0);
          if (first.locked) throw new Error('locked ' + reason);
          await download(args, { endpoint: '/token', as: first, from: { ...from, received } });
          return { reason, value: await hash(new Blob(pieces)) };`,
          stage.url('data.bin'),
        );
        expect(reason).toBe('enough');
        expect(value).toBe(hash);
      });

      it('notices a file that has changed: starts again, or refuses; never mixes', async () => {
        await stage.nginx.configure({ rate: 2_000_000 });
        const changed = randomBytes(SIZE);
        const proxy = await startCuttingProxy(stage.nginx.origin, [2_000_000]);
        const job = (as: string): Promise<{ value: string; restarted: boolean }> =>
          tab.run(
            `${HASH}
            const getTokens = async ({ urls, reason }) => {
              const body = JSON.stringify({ urls: urls.map((url) => url.replace(args.proxy, args.origin)), reason });
              const { tokens } = await (await fetch('/token', { method: 'POST', headers: { 'content-type': 'application/json' }, body })).json();
              return tokens.map((token) => ({ ...token, url: token.url.replace(args.origin, args.proxy) }));
            };
            let before = 0, restarted = false;
            const onProgress = ({ received }) => { restarted ||= received < before; before = received; };
            const job = download(args.proxy + '/data.bin', { getTokens, onProgress, as: ${as} });
            const value = await job.then((blob) => blob && hash(blob), (error) => error.name);
            return { value, restarted };`,
            { proxy: proxy.origin, origin: stage.nginx.origin },
          );
        // at one stroke, as servers are updated: nginx sends what it has open to its end
        const write = (): void => {
          writeFileSync(`${file()}.new`, changed);
          renameSync(`${file()}.new`, file());
        };
        setTimeout(write, 500);
        const result = await job(`'blob'`);
        await proxy.stop();
        expect(result.value).toBe(createHash('sha256').update(changed).digest('hex'));
        expect(result.restarted).toBe(true);
        const other = await tab.run<string>(
          `${HASH} return fails(download(args, { endpoint: '/token', as: new WritableStream(), from: { received: 1000, validator: '"of-another-file"' } }))`,
          stage.url('data.bin'),
        );
        expect(other).toBe('InvalidStateError');
      });

      it('tells a missing file, a denial and a refusal apart', async () => {
        const job = (path: string): Promise<string> => tab.run(`${HASH} return fails(download(args, { endpoint: '/token' }))`, stage.url(path));
        expect(await job('missing.bin')).toBe('NotFoundError');
        stage.signer.denies = true;
        expect(await job('data.bin')).toBe('ERR_DENIED');
        Object.assign(stage.signer, { denies: false, secret: 'another' });
        expect(await job('data.bin')).toBe('ERR_TOKEN_REFUSED');
      });
    });
  }

  it('keeps the heap flat with 2 GiB through a stream that is slower than the network (Chromium)', async () => {
    await stage.reset();
    writeFileSync(file(), '');
    truncateSync(file(), 2 ** 31);
    const browser = await launchChromium();
    const page = await browser.newPage();
    const session = await page.context().newCDPSession(page);
    await page.goto(stage.origin);
    const heap = async (): Promise<number> => {
      await session.send('HeapProfiler.collectGarbage');
      const { usedSize, backingStorageSize } = (await session.send('Runtime.getHeapUsage')) as { usedSize: number; backingStorageSize: number };
      return usedSize + backingStorageSize;
    };
    const start = await heap();
    let isDone = false;
    const job = page
      .evaluate<number>(
        `(async () => {
          let received = 0, chunks = 0;
          const stream = new WritableStream({ write: async ({ length }) => { received += length; if (++chunks % 64 === 0) await sleep(1); } });
          await SecureTokenProgressive.download(${JSON.stringify(stage.url('data.bin'))}, { endpoint: '/token', as: stream });
          return received;
        })()`,
      )
      .finally(() => (isDone = true));
    let peak = 0;
    for (const isOver = (): boolean => isDone; !isOver(); ) {
      peak = Math.max(peak, (await heap()) - start);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    expect(await job).toBe(2 ** 31);
    await browser.close();
    console.log(`2 GiB through a stream: the live heap grows by ${(peak / 2 ** 20).toFixed(1)} MiB at most`);
    expect(peak).toBeLessThan(48 * 2 ** 20);
  });
});
