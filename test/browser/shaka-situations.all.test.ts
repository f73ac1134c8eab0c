import { test } from 'vitest';
import type { ShakaVersion } from '../support/shaka-player.ts';
import { openShaka, quiet } from '../support/shaka-player.ts';
import { stageFor } from '../support/stage.ts';
import { expectNoMoreWaits } from '../support/untouched.ts';
import type { Carrier } from '../support/token-formats.ts';

const hls = 'vod/fmp4/master.m3u8';
const dash = 'vod/dash/template.mpd';
const versions: readonly ShakaVersion[] = ['5.2', '4.16', '4.11'];
const CRITICAL = 2;
const fine = { ...quiet, loadError: undefined };

const paths = [hls, dash, 'vod/dash/index.mpd', 'vod/aes/i.m3u8', 'vod/range/i.m3u8'];
const played = versions.flatMap((version) => paths.map((path) => [version, path] as const));
// Shaka 4.11 alone does not play it either
const playable = played.filter(([version, path]) => version !== '4.11' || !path.startsWith('vod/range/'));
test.concurrent.for(playable)('every fifth request is refused: Shaka %s, %s', async ([version, path], context) => {
  const { expect } = context;
  const stage = await stageFor(context, { edge: { refuseEvery: 5 }, signer: { ttl: 5 } });
  const player = await openShaka(stage, 'exact', { path, version });
  await player.play(3);
  expect(await player.until(({ ended }) => ended)).toMatchObject(fine);
  expect(stage.edge.refusals().length).toBeGreaterThan(2);
});

const carriers: readonly Carrier[] = ['query', 'header', 'cookie', 'path'];
test.concurrent.for(versions.flatMap((version) => carriers.map((carrier) => [version, carrier] as const)))(
  'tokens of every kind expire and are refused: Shaka %s, %s',
  async ([version, carrier], context) => {
    const { expect } = context;
    const stage = await stageFor(context, { edge: { refuseEvery: 6 }, signer: { ttl: 4 } });
    const player = await openShaka(stage, carrier, { path: hls, version });
    await player.play(3);
    expect(await player.until(({ ended }) => ended)).toMatchObject(fine);
  },
);

test.concurrent.for(versions)('live: Shaka %s', async (version, context) => {
  const { expect } = context;
  const stage = await stageFor(context, { signer: { ttl: 4 } });
  const player = await openShaka(stage, 'exact', { path: 'live/master.m3u8', version });
  await player.play();
  const { currentTime: from } = await player.snapshot();
  const seen = await player.until(({ currentTime }) => currentTime > from + 14);
  expect(seen).toMatchObject({ ...fine, paused: false });
  expect(await stage.refusals()).toEqual([]);
});

test.concurrent.for(versions)('the secret is rotated in mid-stream: Shaka %s', async (version, context) => {
  const { expect } = context;
  const stage = await stageFor(context, { signer: { ttl: 60 }, nginx: false });
  const [player, untouched] = await Promise.all([
    openShaka(stage, 'query', { path: dash, version }),
    openShaka(stage, 'open', { path: dash, version, tokens: false }),
  ]);
  await Promise.all([player.play(), untouched.play()]);
  await player.until(({ currentTime }) => currentTime > 4);
  await stage.setSecret('another secret');
  const seen = await player.until(({ ended }) => ended);
  expect(seen).toMatchObject(fine);
  expectNoMoreWaits(seen, await untouched.until(({ ended }) => ended));
  expect(seen.tokens.map(({ type, reason }) => reason ?? type)).toContain('refused');
});

test.concurrent.for(versions)(
  'the signing endpoint is down for longer than the tokens live: Shaka %s',
  async (version, context) => {
    const { expect } = context;
    const stage = await stageFor(context, { signer: { ttl: 3 } });
    const player = await openShaka(stage, 'query', {
      path: hls,
      version,
      tokens: { retry: { limit: 0, backoffLimit: 3 } },
    });
    await player.play();
    await player.until(({ currentTime }) => currentTime > 1);
    await stage.signer.close();
    const failures = (codes: readonly { code?: string }[]): number => codes.filter(({ code }) => code).length;
    // of two tries ahead, and then more often than Shaka tries a request
    expect(await player.until(({ tokens }) => failures(tokens) > 6)).toMatchObject(fine);
    await stage.signer.reopen();
    expect(await player.until(({ ended }) => ended)).toMatchObject(fine);
    expect(await stage.refusals()).toEqual([]);
  },
);

test.concurrent.for(versions)('the signing endpoint is down from the start: Shaka %s', async (version, context) => {
  const { expect } = context;
  const stage = await stageFor(context);
  await stage.signer.close();
  const player = await openShaka(stage, 'exact', { path: dash, version, tokens: { retry: { limit: 0 } } });
  const { loadError, tokens } = await player.until(({ loadError: error }) => !!error);
  expect(loadError).toMatchObject({ severity: CRITICAL, code: 1006, token: 'ERR_SIGNING_UNAVAILABLE' });
  // as often as `retry` says
  expect(tokens.filter(({ type }) => type === 'tokenerror')).toHaveLength(1);
});

test.concurrent.for(versions)('the viewer is revoked in mid-stream: Shaka %s', async (version, context) => {
  const { expect } = context;
  const stage = await stageFor(context, { signer: { ttl: 3 } });
  const player = await openShaka(stage, 'query', { path: dash, version });
  await player.play();
  await player.until(({ currentTime }) => currentTime > 1);
  stage.signer.denies = () => true;
  const { errors, leaks } = await player.until(({ errors: all }) => all.some((it) => it.severity === CRITICAL));
  expect(errors.at(-1)).toMatchObject({ code: 1006, token: 'ERR_DENIED' });
  expect(leaks).toEqual([]);

  const stood = await player.snapshot();
  stage.signer.denies = () => false;
  // what docs/shaka-dashjs.md says
  await player.page.evaluate(async () => {
    await window.shakaSource!.renew();
    window.shakaPlayer.retryStreaming();
  });
  await player.until(({ currentTime }) => currentTime > stood.currentTime + 6);
});

test.concurrent.for(versions)('the edge refuses every token: Shaka %s', async (version, context) => {
  const { expect } = context;
  const stage = await stageFor(context, {
    edge: { secrets: ['a secret that nobody signs with'] },
    signer: { secrets: ['ours'] },
  });
  const player = await openShaka(stage, 'exact', { path: dash, version });
  const { loadError, leaks } = await player.until(({ loadError: error }) => !!error);
  expect(loadError).toMatchObject({ severity: CRITICAL, code: 1001, token: 'ERR_TOKEN_REFUSED' });
  expect(leaks).toEqual([]);
});

test.concurrent.for([-18000, 18000])('the clock of the viewer is wrong by %s s', async (seconds, context) => {
  const { expect } = context;
  const stage = await stageFor(context, { signer: { ttl: 5 }, nginx: false });
  await stage.moveClock(seconds);
  const player = await openShaka(stage, 'exact', { path: hls });
  await player.play(3);
  expect(await player.until(({ ended }) => ended)).toMatchObject(fine);
  expect(await stage.refusals()).toEqual([]);
});
