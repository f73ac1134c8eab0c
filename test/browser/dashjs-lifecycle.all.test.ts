import { describe, test } from 'vitest';
import type { DashVersion } from '../support/dashjs-player.ts';
import { fine, openDash } from '../support/dashjs-player.ts';
import { stageFor } from '../support/stage.ts';

describe.each<DashVersion>(['5.2', '5.0'])('dash.js %s', (version) => {
  test.concurrent.for(['reset', 'destroy'] as const)('%s releases everything', async (end, context) => {
    const { expect } = context;
    const stage = await stageFor(context, { signer: { ttl: 3 } });
    const player = await openDash(stage, 'query', { version });
    await player.play();
    await player.until(({ tokens }) => tokens.some(({ reason }) => reason === 'expiring'));
    await player.page.evaluate((name) => window.dashPlayer[name](), end);
    const calls = stage.signer.calls.length;
    await player.page.waitForTimeout(4000);
    expect(stage.signer.calls).toHaveLength(calls);
    const ours = await player.page.evaluate(() =>
      [...window.recording.timers.values(), ...window.recording.listeners.values()].filter((it) =>
        it.includes('secure-token'),
      ),
    );
    expect(ours).toEqual([]);
    const error = await player.page.evaluate(
      (url) => window.dashSource!.sign(url).catch((it: unknown) => (it as { code: string }).code),
      stage.url('query', 'other/film.mpd'),
    );
    expect(error).toBe('ERR_DESTROYED');
  });

  test.concurrent('one source after the other, and a source that is shared outlives the player', async (context) => {
    const { expect } = context;
    const stage = await stageFor(context);
    const player = await openDash(stage, 'query', { version });
    await player.play();
    await player.page.evaluate((src) => window.dashPlayer.attachSource(src), stage.url('query', 'vod/dash/index.mpd'));
    await player.until(({ requests }) => requests.some(({ url }) => url.endsWith('sound.mp4')));
    // that endpoint signs folders: this path needs another one
    const endpoint = stage.signer.endpoint('exact');
    await player.page.evaluate(
      ([src, tokens]) => {
        const { dashPlayer, SecureTokenDash } = window;
        const shared = SecureTokenDash.createTokenSource(tokens);
        Object.assign(window, { shared });
        SecureTokenDash.secureToken(dashPlayer, shared);
        dashPlayer.attachSource(src);
        dashPlayer.play();
      },
      [stage.url('exact', 'vod/dash/template.mpd'), endpoint] as const,
    );
    await player.until(({ currentTime }) => currentTime > 3);
    await player.page.evaluate(() => window.dashPlayer.reset());
    const isAlive = await player.page.evaluate(
      (url) =>
        (window as unknown as { shared: typeof window.dashSource }).shared!.sign(url).then(({ token }) => !!token),
      stage.url('exact', 'vod/dash/init-0.m4s'),
    );
    expect(isAlive).toBe(true);
    expect(await stage.refusals()).toEqual([]);
  });

  test.concurrent('requests to other hosts are left alone', async (context) => {
    const { expect } = context;
    const stage = await stageFor(context);
    const other = await stageFor(context);
    const player = await openDash(stage, 'query', { version });
    await player.play();
    const asked = await player.page.evaluate(
      (url) =>
        new Promise<string>((resolve) => {
          window.dashPlayer.retrieveManifest(url, (manifest) => resolve((manifest as { url: string }).url));
        }),
      other.url('open', 'vod/dash/template.mpd'),
    );
    expect(asked).toBe(other.url('open', 'vod/dash/template.mpd'));
    expect(player.requests).toContain(asked);
    expect(await player.until(({ currentTime }) => currentTime > 1)).toMatchObject(fine);
    expect(stage.signer.calls.flatMap(({ urls }) => urls).filter((url) => url.startsWith(other.cdn))).toEqual([]);
  });
});
