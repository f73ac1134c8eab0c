import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { mediaTest } from '../support/media-test.ts';

describe('download', { tags: ['nginx'] }, () => {
  mediaTest(
    'keeps the heap flat with 2 GiB through a stream that is slower than the network',
    async ({ context, page, run, stage }) => {
      const file = join(stage.root, 'data.bin');
      writeFileSync(file, '');
      // a file of nothing: no disk is read
      truncateSync(file, 2 ** 31);
      const session = await context.newCDPSession(page);
      const heap = async (): Promise<number> => {
        await session.send('HeapProfiler.collectGarbage');
        const { usedSize, backingStorageSize } = (await session.send('Runtime.getHeapUsage')) as {
          usedSize: number;
          backingStorageSize: number;
        };
        return usedSize + backingStorageSize;
      };
      const start = await heap();
      let isDone = false;
      const job = run<number>(
        `let received = 0, chunks = 0;
      const write = async ({ length }) => {
        received += length;
        if (++chunks % 64 === 0) await sleep(1);
      };
      const stream = new WritableStream({ write });
      await SecureTokenProgressive.download(args, { endpoint: '/token', as: stream });
      return received;`,
        stage.url('data.bin'),
      ).finally(() => (isDone = true));
      let peak = 0;
      for (const isOver = (): boolean => isDone; !isOver();) {
        peak = Math.max(peak, (await heap()) - start);
        await delay(500);
      }
      expect(await job).toBe(2 ** 31);
      console.log(`2 GiB through a stream: the live heap grows by ${(peak / 2 ** 20).toFixed(1)} MiB at most`);
      expect(peak).toBeLessThan(48 * 2 ** 20);
    },
  );
});
