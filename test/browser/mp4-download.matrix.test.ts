import { createHash, randomBytes } from 'node:crypto';
import { renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { describeMedia } from '../support/media-test.ts';

const SIZE = 4_000_003;
const data = randomBytes(SIZE);
const hash = createHash('sha256').update(data).digest('hex');

/** Function in the page that returns the SHA-256 of a blob, in hex. */
const HASH = `const hash = async (blob) => {
  const digest = await crypto.subtle.digest('SHA-256', await blob.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
};
const { download } = SecureTokenProgressive;
const nameOf = (error) => (error.code && error.name === 'SecureTokenError' ? error.code : error.name);
const fails = (promise) => promise.then(() => 'done', nameOf);`;

describeMedia(
  'download',
  (engine, mediaIt) => {
    const it = mediaIt.extend<{ file: string }>({
      file: [
        async ({ stage }, use) => {
          const file = join(stage.root, 'data.bin');
          writeFileSync(file, data);
          await use(file);
        },
        { auto: true },
      ],
    });

    it('is cut three times, the token expired each time: every byte is right', async ({ stage, tab }) => {
      stage.signer.ttl = 1;
      stage.network.rate = 900_000;
      // each piece takes longer than a token lives
      stage.network.cutAfter = Array.from({ length: 3 }, () => 1_000_000 + Math.floor(Math.random() * 100_000));
      const { value, steps } = await tab.run<{ value: string; steps: number[][] }>(
        `${HASH}
      const steps = [];
      const onProgress = ({ received, total }) => steps.push([received, total]);
      const blob = await download(args, { endpoint: '/token', onProgress });
      return { value: await hash(blob), steps };`,
        stage.url('data.bin'),
      );
      expect(value).toBe(hash);
      expect(stage.network.cutAfter).toEqual([]);
      expect(stage.signer.calls.length).toBeGreaterThan(3);
      const received = steps.map(([bytes]) => bytes!);
      expect(received).toEqual([...received].sort((a, b) => a - b));
      expect(steps.at(-1)).toEqual([SIZE, SIZE]);
    });

    it('notices a file that has changed, and never mixes', async ({ file, stage, tab }) => {
      stage.network.rate = 1_000_000;
      stage.network.cutAfter = [1_000_000];
      const job = tab.run<string>(
        `${HASH} return fails(download(args, { endpoint: '/token' }));`,
        stage.url('data.bin'),
      );
      // at one stroke, as servers are updated: nginx sends what it has open to its end
      writeFileSync(`${file}.new`, randomBytes(SIZE));
      // nginx makes its ETag of the size and of the second
      utimesSync(`${file}.new`, 1, 1);
      await vi.waitUntil(() => stage.network.passed > 100_000, 60_000);
      renameSync(`${file}.new`, file);
      expect(await job).toBe('InvalidStateError');
    });

    if (engine.name === 'chromium')
      it('writes a file, cut in the middle', async ({ stage, tab }) => {
        stage.network.cutAfter = [1_000_000];
        const value = await tab.run<string>(
          `${HASH}
          const handle = await (await navigator.storage.getDirectory()).getFileHandle('film', { create: true });
          await download(args, { endpoint: '/token', as: await handle.createWritable() });
          return hash(await handle.getFile());`,
          stage.url('data.bin'),
        );
        expect(value).toBe(hash);
      });
  },
  { film: { seconds: 20, size: 1e5 } },
);
