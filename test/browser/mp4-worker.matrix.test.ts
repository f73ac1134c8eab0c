import { expect } from 'vitest';
import { describeMedia } from '../support/media-test.ts';
import { runsRest } from '../support/parts.ts';
import { TRANSIT } from '../support/signer.ts';

/** Seconds to seek to, back and forth over ten minutes. */
const SEEKS = [100, 300, 150, 450, 50, 500, 200, 580, 10, 350];

interface Result {
  errors: number;
  swaps: unknown[];
  landed: number[];
  via: string;
}

describeMedia('MP4 through the token worker', (engine, it) => {
  const seeks = runsRest ? SEEKS.slice(0, 10) : SEEKS.slice(0, 6);
  it(`seeks ${seeks.length} times, one every 3 s, with tokens of 5 s: no refusal, no error, no swap`, async ({
    stage,
    tab,
  }) => {
    stage.signer.transit = TRANSIT;
    stage.network.rate = 500_000;
    const result = await tab.run<Result>(
      `const settings = { endpoint: '/token', protect: args.edge };
      const worker = follow(await SecureTokenWorker.registerTokenWorker('/token-worker.js', settings));
      await until(() => worker.controls);
      const secure = follow(await SecureTokenProgressive.secureVideo(video, args.url, '/token'));
      await video.play();
      const landed = [];
      for (const time of args.seeks) {
        await sleep(2500);
        landed.push(await seek(time));
      }
      await moves(1);
      return { errors: seen.errors, swaps: seen.swaps, landed, via: secure.via, mediaErrors: seen.mediaErrors };`,
      { url: stage.url('film.mp4'), edge: `${stage.edge}/`, seeks },
    );
    const sorted = result.landed.sort((a, b) => a - b).map(Math.round);
    console.log(
      `${engine.name}, worker: a seek takes ${sorted[sorted.length >> 1]} ms median, ${sorted.at(-1)} ms worst`,
    );
    expect(result).toMatchObject({ errors: 0, mediaErrors: [], swaps: [], via: 'worker' });
    expect(await stage.refusals()).toBe(0);
    // each seek asks the edge again, and most find the last token dead
    expect(stage.signer.calls.length).toBeGreaterThan(seeks.length / 3);
  });
});
