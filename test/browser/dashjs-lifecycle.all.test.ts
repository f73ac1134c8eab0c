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
