import { test, vi } from 'vitest';
import { standsStill } from '../support/recorded-page.ts';
import { stageFor } from '../support/stage.ts';
import { hasPlayed } from '../support/videojs-cues.ts';
import { openVideojs } from '../support/videojs-player.ts';

const path = 'vod/fmp4/master.m3u8';
const fine = { error: null, events: [], pageErrors: [] };

test.concurrent.for([
  ['subtitles', path],
  ['the clock of DASH', 'vod/dash/template.mpd'],
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

test.concurrent('the secret is rotated in mid-stream, and nobody sees it', async (context) => {
  const { expect } = context;
  // the tokens at hand outlive the test: only the edge ends them
  const stage = await stageFor(context, { signer: { ttl: 600 }, nginx: false });
  const player = await openVideojs(stage, 'query', { path });
  await player.play();
  await player.until(({ currentTime }) => currentTime > 4);
  await stage.setSecret('another secret');
  const seen = await player.until(hasPlayed(player));
  expect(seen).toMatchObject(fine);
  expect(seen.tokens.map(({ type }) => type)).toContain('tokenrefused');
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
