import type { Route } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inPart } from '../support/parts.ts';
import type { Stage } from '../support/stage.ts';
import { createStage } from '../support/stage.ts';
import type { VideojsPage } from '../support/videojs-player.ts';
import { openVideojs } from '../support/videojs-player.ts';

const PATH = 'vod/fmp4/master.m3u8';

let stage: Stage;
beforeAll(async () => {
  stage = await createStage();
});
afterAll(() => stage.dispose());

/** Calls `player.secureToken()`, and collects what the console says meanwhile and later. */
async function comeLate(player: VideojsPage): Promise<readonly string[]> {
  const warnings: string[] = [];
  player.page.on('console', (line) => {
    if (line.type() === 'warning' && line.text().startsWith('videojs-secure-token')) warnings.push(line.text());
  });
  await player.page.evaluate(
    (endpoint) => void window.players[0]!.secureToken(endpoint),
    stage.signer.endpoint('query'),
  );
  return warnings;
}

async function expectItPlays(player: VideojsPage, warnings: readonly string[]): Promise<void> {
  const seen = await player.until(({ currentTime }) => currentTime > 1);
  expect(seen).toMatchObject({ error: null, pageErrors: [], src: stage.url('query', PATH) });
  expect(warnings).toEqual([expect.stringContaining('The source is loaded again.')]);
}

describe.concurrent.each(inPart(['8.24'] as const, ['8.17'] as const))(
  'the plugin comes after src(), Video.js %s',
  (version) => {
    /** A player whose first request waits for the edge; `play()` has been called. */
    async function openWaiting(): Promise<{ readonly player: VideojsPage; readonly route: Route }> {
      const player = await openVideojs(stage, 'query', {
        path: 'vod/none.m3u8',
        version,
        tokens: false,
        build: 'development',
      });
      // without a token the URL ends here
      const first = new Promise<Route>((resolve) => void player.page.route(stage.url('query', PATH), resolve));
      await player.page.evaluate(
        (src) => window.players[0]!.src({ src, type: 'application/x-mpegURL' }),
        stage.url('query', PATH),
      );
      const route = await first;
      await player.page.evaluate(() => void window.players[0]!.play()?.catch(() => undefined));
      return { player, route };
    }

    test('the first request was refused: the source is loaded again and plays on, and the console tells', async () => {
      const { player, route } = await openWaiting();
      const { events: before } = await player.snapshot();
      await route.continue();
      // Video.js takes the error back with a `loadstart` that comes later
      await player.until(({ events }) => events.length > before.length);
      const warnings = await comeLate(player);
      await expectItPlays(player, warnings);
      await player.close();
    });
  },
);
