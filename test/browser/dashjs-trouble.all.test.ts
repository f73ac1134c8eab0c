import { describe, test } from 'vitest';
import type { DashVersion } from '../support/dashjs-player.ts';
import { fine, openDash } from '../support/dashjs-player.ts';
import { standsStill } from '../support/recorded-page.ts';
import { stageFor } from '../support/stage.ts';
import { expectNoMoreWaits } from '../support/untouched.ts';

const clean = { rejections: [], pageErrors: [], paused: false };
/** Tries of core are short. */
const impatient = { retry: { limit: 1, backoffLimit: 1 } };

describe.each<DashVersion>(['5.2', '5.0'])('dash.js %s', (version) => {
  test.concurrent('the secret is rotated at the edge in mid-stream', async (context) => {
    const { expect } = context;
    const stage = await stageFor(context, { nextSecret: 'another secret' });
    const [player, untouched] = await Promise.all([
      openDash(stage, 'query', { version }),
      openDash(stage, 'open', { version, tokens: false }),
    ]);
    await Promise.all([player.play(), untouched.play()]);
    await player.until(({ currentTime }) => currentTime > 2);
    await stage.setSecret('another secret');
    const seen = await player.until(({ currentTime }) => currentTime > 10);
    expect(seen).toMatchObject({ ...fine, parts: 1 });
    expectNoMoreWaits(seen, await untouched.until(({ currentTime }) => currentTime > 10));
    // video and sound may be refused side by side: one call serves both
    const told = seen.tokens.map(({ type, reason }) => reason ?? type);
    expect(told.slice(0, 2)).toEqual(['initial', 'tokenrefused']);
    expect(told.filter((each) => each !== 'tokenrefused')).toEqual(['initial', 'refused']);
    expect(seen.requests.filter(({ status }) => status !== 200)).toEqual([]);
  });

  test.concurrent('the edge goes on refusing: the error of dash.js, and why', async (context) => {
    const { expect } = context;
    const stage = await stageFor(context);
    const player = await openDash(stage, 'query', { version });
    await player.play();
    stage.edge.secrets = ['another secret'];
    await stage.nginx?.setSecret('another secret');
    const seen = await player.until(({ errors }) => errors.length > 0);
    expect(seen.errors[0]).toMatchObject({ code: 27 });
    expect(seen.tokens.map(({ code }) => code)).toContain('ERR_TOKEN_REFUSED');
    expect(seen).toMatchObject({ rejections: [], pageErrors: [] });
  });

  test.concurrent('the signing endpoint is down for less than the token lives', async (context) => {
    const { expect } = context;
    const stage = await stageFor(context, { signer: { ttl: 20 } });
    const path = 'dashlive/index.mpd';
    const player = await openDash(stage, 'query', { version, path, tokens: { renewBefore: 16, jitter: 0 } });
    await player.play();
    await stage.signer.close();
    const { currentTime } = await player.until(({ tokens }) => tokens.some(({ type }) => type === 'tokenerror'));
    await player.until((now) => now.currentTime > currentTime + 3);
    await stage.signer.reopen();
    const seen = await player.until(({ tokens }) => tokens.at(-1)!.reason === 'expiring');
    expect(seen).toMatchObject(fine);
    expect(new Set(seen.tokens.flatMap(({ code }) => code ?? []))).toEqual(new Set(['ERR_SIGNING_UNAVAILABLE']));
    expect(await stage.refusals()).toEqual([]);
  });

  test.concurrent('the signing endpoint is down for longer: buffering, and on it goes by itself', async (context) => {
    const { expect } = context;
    const stage = await stageFor(context, { signer: { ttl: 4 } });
    const player = await openDash(stage, 'exact', { version, tokens: impatient });
    await player.play();
    await player.until(({ currentTime }) => currentTime > 1);
    stage.signer.failWith = 503;
    const outage = await player.until(({ stalls }) => stalls.some(({ seconds }) => seconds > 8));
    stage.signer.failWith = 0;
    const seen = await player.until(({ currentTime }) => currentTime > outage.currentTime + 6);
    expect(seen).toMatchObject({ ...clean, errors: [], parts: 1 });
    expect(seen.tokens.map(({ code }) => code)).toContain('ERR_SIGNING_UNAVAILABLE');
    expect(await stage.refusals(), 'nothing was sent with a dead token').toEqual([]);
  });

  test.concurrent(
    'the signing endpoint is down from the start: the app hears of it, and it starts by itself',
    async (context) => {
      const { expect } = context;
      const stage = await stageFor(context, { signer: { failWith: 503 } });
      const player = await openDash(stage, 'query', { version, tokens: impatient });
      await player.until(({ tokens }) => tokens.filter(({ code }) => code === 'ERR_SIGNING_UNAVAILABLE').length > 2);
      stage.signer.failWith = 0;
      await player.play();
      expect(await player.until(({ currentTime }) => currentTime > 2)).toMatchObject(fine);
    },
  );

  test.concurrent('the session of the viewer is revoked: one error says so, and renew() goes on', async (context) => {
    const { expect } = context;
    const stage = await stageFor(context, { signer: { ttl: 4 } });
    const player = await openDash(stage, 'query', { version });
    await player.play();
    await player.until(({ currentTime }) => currentTime > 1);
    stage.signer.denies = () => true;
    const denied = await player.until(({ errors }) => errors.length > 0);
    expect(denied.tokens.map(({ type, code }) => `${type} ${code}`)).toContain('tokendenied ERR_DENIED');
    await standsStill(() => stage.signer.calls.length);
    const seen = await player.snapshot();
    expect(seen.errors).toEqual([{ code: 'ERR_DENIED', message: expect.stringContaining('answered 403') }]);
    stage.signer.denies = () => false;
    await player.page.evaluate(() => window.dashSource!.renew());
    await player.until(({ currentTime }) => currentTime > seen.currentTime + 4);
    expect(await stage.refusals()).toEqual([]);
  });

  test.concurrent('offline until the tokens are dead, then online', async (context) => {
    const { expect } = context;
    const stage = await stageFor(context, { signer: { ttl: 3 } });
    const player = await openDash(stage, 'query', { version });
    await player.play();
    await player.until(({ currentTime }) => currentTime > 1);
    await player.page.context().setOffline(true);
    const { currentTime } = await player.until(({ stalls }) => stalls.some(({ seconds }) => seconds > 3));
    await player.page.context().setOffline(false);
    const seen = await player.until((now) => now.currentTime > currentTime + 4);
    expect(seen).toMatchObject(clean);
    expect(await stage.refusals()).toEqual([]);
  });
});
