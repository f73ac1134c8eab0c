import { expect, test } from 'vitest';
import { stageFor } from '../support/stage.ts';
import { openVideojs } from '../support/videojs-player.ts';

const hasToken = /st=|\/path\/[\w-]{22}\//;

/** Tests text tracks that are switched on by the viewer, late, or by the browser. */
test.concurrent.for([
  ['element', 'exact', ''],
  ['call', 'query', ''],
  ['call', 'exact', 'default'],
  ['plugins', 'path', 'default'],
] as const)(
  'a <track> in the page that the browser loads is asked for once it is on, with a token that lives: %s, %s, %s',
  async ([form, carrier, isDefault], context) => {
    const stage = await stageFor(context, { signer: { ttl: 3 } });
    const player = await openVideojs(stage, carrier, {
      path: 'vod/v.mp4',
      form,
      options: { preload: 'none', html5: { nativeTextTracks: true } },
      attributes: { crossorigin: 'anonymous', preload: 'none' },
      tracks: [{ path: 'vod/v.vtt', ...(isDefault && { default: '' }) }],
    });
    await player.play();
    const asked = (): string[] => player.requests.filter((url) => url.includes('v.vtt'));
    if (!isDefault) {
      // longer than a token lives, and than the edge takes it
      await player.until(({ currentTime }) => currentTime > 9);
      expect(asked()).toEqual([]);
      await player.page.evaluate(() => Object.assign(window.players[0]!.textTracks()[0 as never], { mode: 'showing' }));
    }
    await player.until(({ cues }) => cues === 10);
    expect(asked()).toEqual([expect.stringMatching(hasToken)]);
    expect(await stage.refusals()).toEqual([]);
    expect(await player.snapshot()).toMatchObject({ error: null, pageErrors: [] });
    await player.close();
  },
);

/** Tests text tracks that the viewer switches on once the first token is dead. */
test.concurrent('text tracks that Video.js loads once they are on go out signed, and only then', async (context) => {
  const stage = await stageFor(context, { signer: { ttl: 3 } });
  const player = await openVideojs(stage, 'exact', {
    path: 'vod/v.mp4',
    options: { html5: { nativeTextTracks: false, preloadTextTracks: false } },
  });
  const asked = (): string[] => player.requests.filter((url) => url.includes('v.vtt'));
  const mode = (to: TextTrackMode): Promise<unknown> =>
    player.page.evaluate((mode) => Object.assign(window.players[0]!.remoteTextTracks()[0 as never], { mode }), to);
  await player.page.evaluate(
    (src) => void window.players[0]!.addRemoteTextTrack({ src, kind: 'subtitles', srclang: 'en' }, true),
    stage.url('exact', 'vod/v.vtt'),
  );
  await player.play();
  await player.until(({ currentTime }) => currentTime > 9);
  expect(asked()).toEqual([]);
  await mode('showing');
  await player.until(({ cues }) => cues === 10);
  await mode('disabled');
  await mode('hidden');
  expect(asked()).toEqual([expect.stringMatching(hasToken)]);
  expect(await stage.refusals()).toEqual([]);
  await player.close();
});

test.concurrent.for([false, true])(
  'a <track> that the edge refuses to the browser is replayed once, and the app hears of it: %s',
  async (forGood, context) => {
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
    const isOver = forGood ? 'tokenerror' : 'tokenrenewed';
    await player.until(
      ({ tokens, cues }) => tokens.some(({ type }) => type === isOver) && (forGood || cues === 10),
      20,
    );
    // the browser's, one to learn what the edge said, the replay, and what the edge said to that
    expect(player.requests.filter((url) => url.includes('v.vtt')).length).toBe(forGood ? 4 : 3);
    await player.close();
  },
);
