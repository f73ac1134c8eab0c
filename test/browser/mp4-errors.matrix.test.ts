import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Tab } from '../support/engines.ts';
import type { MediaStage } from '../support/media-stage.ts';
import { describeMedia } from '../support/media-test.ts';

describeMedia('what ends playback is told apart', (_, it) => {
  for (const via of ['swap', 'worker'] as const) {
    const worker = `const settings = { endpoint: '/token', protect: args.edge };
      const worker = await SecureTokenWorker.registerTokenWorker('/token-worker.js', settings);
      await until(() => worker.controls);`;
    /** The errors of secureVideo, and how many error events the element told the page of. */
    const outcome = ({ stage, tab }: { stage: MediaStage; tab: Tab }, path: string): Promise<unknown> =>
      tab.run(
        `${via === 'worker' ? worker : ''}
        seen.errors = seen.failures.length = 0;
        const options = { endpoint: '/token', via: '${via}' };
        const secure = await SecureTokenProgressive.secureVideo(video, args.url, options).catch((error) => error);
        if (secure instanceof Error) return [secure.code];
        follow(secure);
        video.play().catch(() => undefined);
        await until(() => seen.failures.length);
        await sleep(50);
        secure.destroy();
        return [...seen.failures, seen.errors];`,
        { url: stage.url(path), edge: `${stage.edge}/` },
      );

    it(`a missing file, a broken one, a refusal and a denial (${via})`, async ({ stage, tab }) => {
      const given = { stage, tab };
      writeFileSync(join(stage.root, 'broken.mp4'), Buffer.alloc(100_000, 7));
      expect(await outcome(given, 'missing.mp4')).toEqual(['NotFoundError', 1]);
      expect(await outcome(given, 'broken.mp4')).toEqual(['EncodingError', 1]);
      stage.signer.secret = 'another';
      expect(await outcome(given, 'film.mp4')).toEqual(['ERR_TOKEN_REFUSED', 1]);
      stage.signer.denies = true;
      expect(await outcome(given, 'film.mp4')).toEqual(['ERR_DENIED']);
    });
  }
});
