import { test, vi } from 'vitest';
import type { Snapshot } from '../support/player.ts';
import { standsStill } from '../support/recorded-page.ts';
import { stageFor } from '../support/stage.ts';

const config = { maxBufferLength: 4, maxMaxBufferLength: 4 };
const clean = { rejections: [], pageErrors: [], mediaError: undefined };

test.concurrent(
  'the signing endpoint is down for less than the token lives: requests go on with it, and there is no error but a tokenerror',
  async (context) => {
    const { expect } = context;
    // due for renewal after five seconds, dead after eighteen
    const stage = await stageFor(context, { signer: { ttl: 20 } });
    const player = await stage.open('query', 'live/master.m3u8', { tokens: { renewBefore: 15, jitter: 0 } });
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
    expect(seen).toMatchObject({ ...clean, faults: [], paused: false });
    const errors = seen.tokens.filter(({ type }) => type === 'tokenerror');
    expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(['ERR_SIGNING_UNAVAILABLE']));
    expect(
      seen.tokens
        .filter(({ type }) => type !== 'tokenerror')
        .map(({ reason }) => reason)
        .slice(0, 2),
    ).toEqual(['initial', 'expiring']);
    expect(await stage.refusals()).toEqual([]);
  },
);

test.concurrent.for(['exact', 'query'] as const)(
  'the signing endpoint is down for longer than the tokens live: buffering, and on it goes when it is back: %s',
  async (carrier, context) => {
    const { expect } = context;
    const stage = await stageFor(context, { signer: { ttl: 4 } });
    const player = await stage.open(carrier, 'film/ts/lo/i.m3u8', {
      config,
      tokens: { retry: { limit: 1, backoffLimit: 1 } },
    });
    await player.play();
    await player.until(({ currentTime }) => currentTime > 1);
    stage.signer.failWith = 503;
    const failures = ({ tokens }: Snapshot): number => tokens.filter(({ type }) => type === 'tokenerror').length;
    const outage = await player.until((state) => state.starved.length > 0 && failures(state) > 4);
    stage.signer.failWith = 0;
    const seen = await player.until(({ currentTime }) => currentTime > outage.currentTime + 6);
    expect(seen).toMatchObject({ ...clean, faults: [] });
    expect(seen.tokens.map(({ code }) => code)).toContain('ERR_SIGNING_UNAVAILABLE');
    expect(await stage.refusals(), 'nothing was sent with a dead token').toEqual([]);
  },
);

test.concurrent(
  'an outage, and a team that lets hls.js retry no segment: requests wait all the same',
  async (context) => {
    const { expect } = context;
    const stage = await stageFor(context, { signer: { ttl: 4 } });
    const timing = { maxTimeToFirstByteMs: 10_000, maxLoadTimeMs: 20_000, timeoutRetry: null, errorRetry: null };
    const player = await stage.open('query', 'film/ts/lo/i.m3u8', {
      config: { ...config, fragLoadPolicy: { default: timing } },
      tokens: { retry: { limit: 1, backoffLimit: 1 } },
    });
    await player.play();
    await player.until(({ currentTime }) => currentTime > 1);
    stage.signer.failWith = 503;
    const outage = await player.until(({ starved }) => starved.length > 0);
    stage.signer.failWith = 0;
    const seen = await player.until(({ currentTime }) => currentTime > outage.currentTime + 6);
    expect(seen).toMatchObject({ ...clean, faults: [] });
  },
);

test.concurrent(
  'live with audio and subtitles, requests for all playlists fail at once: no fatal error, and on it goes by itself',
  async (context) => {
    const { expect } = context;
    const stage = await stageFor(context, { signer: { ttl: 4 } });
    const player = await stage.open('query', 'live/master.m3u8', { tokens: { retry: { limit: 1, backoffLimit: 1 } } });
    await player.play();
    await player.until(({ currentTime, tokens }) => currentTime > 1 && tokens.length > 1);
    await stage.signer.close();
    // playlists are asked for every two seconds: by then they have waited for a token in vain
    const outage = await player.until(
      ({ tokens }) =>
        Date.now() - stage.edge.requests.at(-1)!.at > 3000 &&
        tokens.filter(({ type }) => type === 'tokenerror').length > 2,
    );
    await stage.signer.reopen();
    const seen = await player.until(({ currentTime }) => currentTime > outage.currentTime + 12);
    expect(seen).toMatchObject({ ...clean, paused: false });
    expect(seen.errors.filter(({ fatal }) => fatal)).toEqual([]);
    expect(await stage.refusals(), 'nothing was sent with a dead token').toEqual([]);
  },
);

test.concurrent.for(['exact', 'query'] as const)(
  'the session of the viewer is revoked in mid-stream: one fatal error says so, no more calls, renew() goes on: %s',
  async (carrier, context) => {
    const { expect } = context;
    const stage = await stageFor(context, { signer: { ttl: 4 } });
    const player = await stage.open(carrier, 'film/fmp4/master.m3u8', { config });
    await player.play();
    await player.until(({ currentTime }) => currentTime > 1);
    stage.signer.denies = () => true;
    const denied = await player.until(({ errors }) => errors.some(({ fatal }) => fatal));
    expect(denied.tokens.filter(({ type }) => type === 'tokendenied').map(({ code }) => code)).toContain('ERR_DENIED');
    await standsStill(() => stage.signer.calls.length + stage.edge.requests.length);
    const calls = stage.signer.calls.length;
    const [again] = stage.signer.calls.at(-1)!.urls;
    expect(
      await player.page.evaluate(
        (url) => window.source!.sign(url).catch((error: unknown) => (error as { code: string }).code),
        again!,
      ),
      'without a call',
    ).toBe('ERR_DENIED');
    const seen = await player.snapshot();
    expect(seen).toMatchObject(clean);
    expect(seen.errors.filter(({ fatal }) => fatal).map(({ text, code }) => `${code} ${text}`)).toEqual([
      expect.stringMatching(/^0 SecureTokenError: ERR_DENIED: The signing endpoint /),
    ]);
    expect(stage.signer.calls.slice(calls)).toEqual([]);
    expect(await stage.refusals()).toEqual([]);

    stage.signer.denies = () => false;
    await player.page.evaluate(async () => {
      await window.source!.renew();
      window.hls.startLoad();
      void window.video.play();
    });
    await player.until(({ currentTime }) => currentTime > seen.currentTime + 6);
    expect(await stage.refusals()).toEqual([]);
  },
);
