import { test, vi } from 'vitest';
import { hasMovableNginx } from '../support/nginx.ts';
import { standsStill } from '../support/recorded-page.ts';
import { stageFor } from '../support/stage.ts';
import { hasPlayed } from '../support/videojs-cues.ts';
import { openVideojs } from '../support/videojs-player.ts';

const path = 'vod/fmp4/master.m3u8';
const fine = { error: null, events: [], pageErrors: [] };

test.concurrent.for([
  ['the clock of DASH', 'vod/dash/template.mpd'],
  ['an index in a file of DASH', 'vod/dash/index.mpd'],
  ['keys', 'vod/aes/i.m3u8'],
] as const)('every request is refused once: %s', async ([, of], context) => {
  const { expect } = context;
  const stage = await stageFor(context, { edge: { refuseEvery: 1 }, nginx: false });
  const player = await openVideojs(stage, 'exact', { path: of });
  await player.play(4);
  expect(await player.until(({ ended }) => ended)).toMatchObject(fine);
  expect(stage.edge.refusals().length).toBeGreaterThan(4);
});

test.concurrent(
  'an edge that refuses every token from now on is an error once there is nothing left to play, told again when the app has cleared it',
  async (context) => {
    const { expect } = context;
    const refused = { code: 2, message: 'The video server refuses access to this video.' };
    const stage = await stageFor(context);
    const player = await openVideojs(stage, 'exact', { path: 'vod/ts/lo/i.m3u8' });
    await player.play();
    await player.until(({ currentTime }) => currentTime > 2);
    stage.edge.secrets = ['a secret that nobody signs with'];
    const first = await player.until(({ error }) => !!error);
    expect(first.error).toEqual(refused);
    await player.page.evaluate(() => {
      window.players[0]!.error(null);
      void window.players[0]!.play();
    });
    const again = await player.until(({ error }) => !!error);
    expect(again.error).toEqual(refused);
  },
);

test.concurrent(
  'a token expires on its way to an edge that sends no CORS headers with its refusals',
  async (context) => {
    const { expect } = context;
    // the first request is held beyond the life of its token; the replay is not
    const stage = await stageFor(context, {
      edge: { corsOnRefusals: false, latency: 3.5 },
      signer: { ttl: 2, transit: 0 },
    });
    const player = await openVideojs(stage, 'query', { path });
    await vi.waitFor(() => expect(stage.edge.requests.length).toBeGreaterThan(0), { timeout: 30_000 });
    stage.edge.latency = 0;
    await player.play();
    const seen = await player.until(hasPlayed(player));
    expect(seen).toMatchObject(fine);
    expect(stage.edge.refusals()[0]).toMatchObject({ status: 410 });
    expect(seen.tokens.filter(({ type }) => type === 'tokenrefused').map(({ status }) => status)).toContain(0);
  },
);

test.concurrent.for([-18000, 18000])('the clock of the viewer is wrong by %s s', async (seconds, context) => {
  const { expect } = context;
  const stage = await stageFor(context, { signer: { ttl: 5 }, movableClock: true, nginx: hasMovableNginx });
  await stage.moveClock(seconds);
  const player = await openVideojs(stage, 'exact', { path });
  await player.play(2);
  expect(await player.until(({ ended }) => ended)).toMatchObject(fine);
  expect(await stage.refusals()).toEqual([]);
});

test.concurrent(
  'the session of the viewer is revoked: an error, no more calls, and renew() goes on',
  async (context) => {
    const { expect } = context;
    const stage = await stageFor(context, { signer: { ttl: 3 } });
    const player = await openVideojs(stage, 'query', { path });
    await player.play();
    await player.until(({ currentTime }) => currentTime > 2);
    stage.signer.denies = () => true;
    const heard = await player.until(({ tokens }) => tokens.some(({ type }) => type === 'tokendenied'));
    expect(heard, 'what is buffered plays out').toMatchObject({ error: null, paused: false });
    const denied = await player.until(({ error }) => !!error);
    expect(denied.currentTime).toBeGreaterThan(heard.currentTime + 0.5);
    expect(denied).toMatchObject({
      error: { code: 2, message: 'You are not allowed to watch this video.' },
      paused: true,
    });
    expect(denied.tokens.at(-1)).toMatchObject({ type: 'tokendenied', code: 'ERR_DENIED' });
    await standsStill(() => stage.signer.calls.length);
    stage.signer.denies = () => false;
    await player.page.evaluate(() => window.players[0]!.secureToken().source.renew());
    expect(await player.until(({ ended }) => ended)).toMatchObject({ error: null, pageErrors: [] });
  },
);

test.concurrent.for(['plugins', 'call'] as const)(
  'a viewer who is denied from the start reads why: %s',
  async (form, context) => {
    const { expect } = context;
    const stage = await stageFor(context, { signer: { denies: () => true } });
    const player = await openVideojs(stage, 'query', { path, form, options: { autoplay: 'muted' } });
    const { error, pageErrors } = await player.until(({ error }) => !!error);
    expect(error).toEqual({ code: 2, message: 'You are not allowed to watch this video.' });
    expect(pageErrors).toEqual([]);
    expect(stage.edge.requests).toEqual([]);
  },
);

test.concurrent.for([
  ['the multivariant playlist', path],
  ['the only media playlist', 'vod/ts/lo/i.m3u8'],
  ['an MPD', 'vod/dash/template.mpd'],
] as const)('an edge that refuses every token is an error, not a spinner: %s', async ([, of], context) => {
  const { expect } = context;
  const stage = await stageFor(context, {
    edge: { secrets: ['a secret that nobody signs with'] },
    signer: { secrets: ['ours'] },
  });
  const player = await openVideojs(stage, 'exact', { path: of, options: { autoplay: 'muted' } });
  const { error, tokens, events } = await player.until(({ error }) => !!error);
  expect(error).toEqual({ code: 2, message: 'The video server refuses access to this video.' });
  const errors = events.filter((event) => event.startsWith('error'));
  expect(errors, 'an app shows the first').toEqual(['error 2 The video server refuses access to this video.']);
  expect(tokens.at(-1)).toMatchObject({ type: 'tokenerror', code: 'ERR_TOKEN_REFUSED' });
  // nginx writes the last line of its log when the answer has gone
  await vi.waitFor(async () => expect(await stage.refusals()).toHaveLength(2), { timeout: 60_000 });
});

test.concurrent('a first media playlist that is refused once does not stop playback', async (context) => {
  const { expect } = context;
  const stage = await stageFor(context);
  const player = await openVideojs(stage, 'exact', { path: 'vod/ts/lo/i.m3u8', tokens: { tokens: [] } });
  stage.edge.refuseEvery = 1;
  await player.until(({ tokens }) => tokens.some(({ type }) => type === 'tokenrefused'));
  stage.edge.refuseEvery = 0;
  await player.play(4);
  expect(await player.until(({ ended }) => ended)).toMatchObject(fine);
});

test.concurrent('an audio group that is refused for good leaves no endless spinner', async (context) => {
  const { expect } = context;
  const stage = await stageFor(context);
  const player = await openVideojs(stage, 'exact', { path });
  await player.play();
  await player.until(({ currentTime }) => currentTime > 2);
  stage.edge.secrets = ['a secret that nobody signs with'];
  await player.until(({ events }) => events.includes('excludeplaylist'));
  stage.edge.secrets = stage.signer.secrets;
  const seen = await player.until(({ error, ended }) => !!error || ended);
  expect(seen.ended || seen.error?.code === 2).toBe(true);
});
