import { test } from 'vitest';
import { openShaka } from '../support/shaka-player.ts';
import { stageFor } from '../support/stage.ts';

const dash = 'vod/dash/template.mpd';
const hls = 'vod/fmp4/master.m3u8';
const builds = [
  ['5.2', 'ui'],
  ['5.2', 'dash'],
  ['5.2', 'compiled-es2021'],
  ['5.2', 'compiled.debug'],
  ['4.16', 'ui'],
  ['4.11', 'ui'],
] as const;

test.concurrent.for(builds)('Shaka %s, shaka-player.%s.js', async ([version, build], context) => {
  const { expect } = context;
  const stage = await stageFor(context, { edge: { refuseEvery: 5 } });
  const player = await openShaka(stage, 'exact', { path: dash, version, build });
  await player.play(4);
  expect(await player.until(({ ended }) => ended)).toMatchObject({ errors: [], retries: [], leaks: [] });
});

test.concurrent.for(['5.2', '4.16', '4.11'] as const)(
  'two players have sources of their own, a third one has none: Shaka %s',
  async (version, context) => {
    const { expect } = context;
    const stage = await stageFor(context);
    const player = await openShaka(stage, 'exact', { path: dash, version });
    const loaded = await player.page.evaluate(
      async ({ query, open, endpoint }) => {
        const { shaka, SecureTokenShaka } = window;
        const load = async (src: string, isSigned: boolean): Promise<number> => {
          const other = new shaka.Player();
          await other.attach(document.body.appendChild(document.createElement('video')));
          if (isSigned) SecureTokenShaka.secureToken(other, endpoint);
          return other.load(src).then(
            () => 0,
            (error: unknown) => (error as { code: number }).code,
          );
        };
        return Promise.all([load(query, true), load(open, false), load(query, false)]);
      },
      { query: stage.url('query', hls), open: stage.url('open', dash), endpoint: stage.signer.endpoint('query') },
    );
    // without a token the edge refuses, as before
    expect(loaded).toEqual([0, 0, 1001]);
    await player.play(4);
    expect(await player.until(({ ended }) => ended)).toMatchObject({ errors: [], retries: [] });
  },
);

test.concurrent('a preload is signed, and another title follows', async (context) => {
  const { expect } = context;
  const stage = await stageFor(context, { edge: { refuseEvery: 5 } });
  const player = await openShaka(stage, 'exact', { path: dash });
  await player.play();
  await player.page.evaluate(
    async (src) => {
      const preload = await window.shakaPlayer.preload(src);
      await window.shakaPlayer.load(preload);
    },
    stage.url('exact', hls),
  );
  await player.play(4);
  expect(await player.until(({ ended }) => ended)).toMatchObject({ errors: [], retries: [], leaks: [] });
});
