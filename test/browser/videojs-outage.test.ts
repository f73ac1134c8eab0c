import { test, vi } from 'vitest';
import { stageFor } from '../support/stage.ts';
import { hasPlayed } from '../support/videojs-cues.ts';
import type { VideojsSnapshot } from '../support/videojs-player-page.ts';
import { openVideojs } from '../support/videojs-player.ts';

const path = 'vod/fmp4/master.m3u8';
const fine = { error: null, events: [], pageErrors: [] };

test.concurrent('the signing endpoint is down for less than the token lives: nobody sees it', async (context) => {
  const { expect } = context;
  // due for renewal after five seconds, dead after twenty
  const stage = await stageFor(context, { signer: { ttl: 20 } });
  const player = await openVideojs(stage, 'query', {
    path: 'live/master.m3u8',
    tokens: { renewBefore: 15, jitter: 0 },
  });
  await player.play();
  await stage.signer.close();
  await player.until(({ tokens }) => tokens.some(({ type }) => type === 'tokenerror'));
  const asked = stage.edge.requests.length;
  await vi.waitFor(
    () => expect(stage.edge.requests.length, 'requests go on with the old token').toBeGreaterThan(asked + 4),
    { timeout: 60_000 },
  );
  await stage.signer.reopen();
  const renewed = await player.until(({ tokens }) => tokens.at(-1)!.reason === 'expiring');
  const seen = await player.until(({ currentTime }) => currentTime > renewed.currentTime + 4);
  expect(seen).toMatchObject({ ...fine, paused: false, parts: 1 });
  expect(new Set(seen.tokens.flatMap(({ code }) => code ?? []))).toEqual(new Set(['ERR_SIGNING_UNAVAILABLE']));
  expect(await stage.refusals()).toEqual([]);
});

test.concurrent('the signing endpoint is down for longer than the tokens live', async (context) => {
  const { expect } = context;
  const stage = await stageFor(context, { signer: { ttl: 3 } });
  const player = await openVideojs(stage, 'query', { path });
  await player.play();
  await player.until(({ currentTime }) => currentTime > 2);
  await stage.signer.close();
  const isDry = ({ readyState, tokens }: VideojsSnapshot): boolean =>
    readyState < 3 && tokens.some(({ code }) => code === 'ERR_SIGNING_UNAVAILABLE');
  const dry = await player.until(isDry);
  expect(dry).toMatchObject(fine);
  await stage.signer.reopen();
  const seen = await player.until(hasPlayed(player));
  expect(seen).toMatchObject(fine);
  // where VHS drops what is before, no more of it than the audio that it had
  expect(seen.cueStarts[0]).toBeLessThan(dry.currentTime + 4);
});

test.concurrent(
  'the signing endpoint is down from the start: the viewer reads why, and playback begins when it is back',
  async (context) => {
    const { expect } = context;
    const stage = await stageFor(context);
    await stage.signer.close();
    const player = await openVideojs(stage, 'exact', {
      path,
      form: 'plugins',
      tokens: { retry: { limit: 1 } },
      options: { autoplay: 'muted' },
    });
    const outage = await player.until(({ error }) => !!error);
    expect(outage.error).toEqual({ code: 2, message: 'This video cannot be reached at the moment.' });
    await stage.signer.reopen();
    const { error } = await player.until(({ currentTime }) => currentTime > 1);
    expect(error).toBeNull();
  },
);
