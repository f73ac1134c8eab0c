import { test } from 'vitest';
import { openSpf } from '../support/spf-player.ts';
import { stageFor } from '../support/stage.ts';

test.concurrent('try', async (context) => {
  const { expect } = context;
  const stage = await stageFor(context, { signer: { ttl: 4 } });
  const player = await openSpf(stage, 'exact', 'live/master.m3u8');
  const one = await player.playTo(0.5).catch((e) => e.message);
  const seen = await player.playTo(one.currentTime + 15).catch((e) => e.message);
  console.log('LIVE', JSON.stringify(seen).slice(-3000), player.requests.length, stage.signer.calls.map(({ urls, reason }) => [reason, urls.length]), await stage.refusals());
  console.log('LIVE', player.pageErrors, stage.edge.requests.filter(({path}) => /sub|vtt/.test(path)).length);
  expect(1).toBe(1);
});
test.concurrent('refused', async (context) => {
  const { expect } = context;
  const stage = await stageFor(context, { signer: { ttl: 4 }, edge: { refuseEvery: 3 } });
  const player = await openSpf(stage, 'exact', 'live/master.m3u8');
  const one = await player.playTo(0.5).catch((e) => e.message);
  const seen = await player.playTo(one.currentTime + 15).catch((e) => e.message);
  console.log('REF', JSON.stringify(seen.stalls), seen.reported, seen.tokens.filter((t) => /error/.test(t.type)), player.requests.length, stage.signer.calls.map(({ urls, reason }) => [reason, urls.length]), (await stage.refusals()).length);
  expect(1).toBe(1);
});
test.concurrent('outage', async (context) => {
  const { expect } = context;
  const stage = await stageFor(context, { signer: { ttl: 4 } });
  const player = await openSpf(stage, 'exact', 'live/master.m3u8');
  const one = await player.playTo(0.5).catch((e) => e.message);
  stage.signer.failWith = 503;
  await new Promise(r => setTimeout(r, 20_000));
  const two = await player.snapshot();
  stage.signer.failWith = 0;
  const seen = await player.playTo(two.currentTime + 8, 40).catch((e) => e.message);
  console.log('OUT', one.currentTime, two.currentTime, JSON.stringify(seen).slice(-3000), player.requests.length, stage.signer.calls.map(({ urls, reason }) => [reason, urls.length]), (await stage.refusals()).length);
  expect(1).toBe(1);
});
