import { test } from 'vitest';
import { createOrigins } from '../support/origins.ts';
import { stageFor } from '../support/stage.ts';
import { hasPlayed } from '../support/videojs-cues.ts';
import { openVideojs } from '../support/videojs-player.ts';

const path = 'vod/fmp4/master.m3u8';
const fine = { error: null, events: [], pageErrors: [] };

test.concurrent(
  'segments of subtitles that are refused with 410 are replayed, and their cues arrive',
  async (context) => {
    const { expect } = context;
    const others = createOrigins();
    const refused = new Set<string>();
    const origin = (request: Request): Promise<Response> => {
      const { pathname } = new URL(request.url);
      if (!pathname.endsWith('.vtt') || refused.has(pathname)) return others(request);
      refused.add(pathname);
      return Promise.resolve(new Response(null, { status: 410 }));
    };
    const stage = await stageFor(context, { origin });
    const player = await openVideojs(stage, 'exact', { path });
    await player.play(2);
    const seen = await player.until(hasPlayed(player));
    expect(seen).toMatchObject(fine);
    expect(refused.size).toBeGreaterThan(1);
    for (const file of refused) {
      const statuses = stage.edge.requests.filter(({ path }) => path === file).map(({ status }) => status);
      // VHS asks again for what it drops where it seeks by itself
      expect(seen.underflows ? statuses.slice(0, 2) : statuses).toEqual([410, 200]);
    }
  },
);

test.concurrent.for([false, true])(
  'a <track> that the edge refuses to the browser is replayed once, and the app hears of it: %s',
  async (forGood, context) => {
    const { expect } = context;
    const stage = await stageFor(context, { nginx: false });
    const player = await openVideojs(stage, 'query', {
      path: 'vod/v.mp4',
      form: 'plugins',
      options: { html5: { nativeTextTracks: true } },
      attributes: { crossorigin: 'anonymous' },
      tracks: [{ path: 'vod/v.vtt' }],
    });
    await player.play();
    stage.edge.secrets = ['another secret'];
    if (!forGood) stage.signer.secrets = stage.edge.secrets;
    await player.page.evaluate(() => Object.assign(window.players[0]!.textTracks()[0 as never], { mode: 'showing' }));
    const asked = (): number => player.requests.filter((url) => url.includes('v.vtt')).length;
    await player.until(
      (seen) =>
        seen.tokens.some(({ type }) => type === (forGood ? 'tokenerror' : 'tokenrenewed')) &&
        (forGood || seen.cues === 10),
      20,
    );
    // the browser's, one to learn what the edge said, the replay, and what the edge said to that
    expect(asked()).toBe(forGood ? 4 : 3);
    await player.close();
  },
);

test.concurrent('a <track> whose token the browser cannot send is an error that the app hears of', async (context) => {
  const { expect } = context;
  const stage = await stageFor(context);
  const player = await openVideojs(stage, 'header', {
    path: 'vod/ts/lo/i.m3u8',
    form: 'plugins',
    options: { html5: { nativeTextTracks: true } },
    tracks: [{ path: 'vod/v.vtt' }],
  });
  await player.play();
  await player.page.evaluate(() => {
    const [player] = window.players;
    interface Heard {
      error: { code: string };
    }
    player!.on('tokenerror', ({ error, detail }: Heard & { detail: Heard }) =>
      Object.assign(window, { heard: [error.code, detail.error === error] }),
    );
    const tracks = Array.from(player!.remoteTextTracks() as unknown as ArrayLike<TextTrack>);
    for (const track of tracks) if (track.kind === 'subtitles') track.mode = 'showing';
  });
  await player.page.waitForFunction(() => 'heard' in window);
  expect(await player.page.evaluate(() => (window as { heard?: unknown }).heard)).toEqual([
    'ERR_SIGNING_RESPONSE',
    true,
  ]);
  expect(player.requests.filter((url) => url.includes('v.vtt'))).toEqual([]);
  await player.close();
});
