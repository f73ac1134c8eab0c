import { readFileSync } from 'node:fs';
import type { TestContext } from 'vitest';
import { vi } from 'vitest';
import { bytesResponse } from '../../examples/origin/bytes-response.mjs';
import { memoryContent } from '../../examples/origin/memory-content.mjs';
import { createOrigins } from './origins.ts';
import { spaceMp4 } from './spaced-mp4.ts';
import type { Stage } from './stage.ts';
import { createStage } from './stage.ts';
import type { Carrier } from './token-formats.ts';
import type { VideojsOptions, VideojsPage } from './videojs-player.ts';
import { openVideojs } from './videojs-player.ts';

/** Path of the film, below a carrier. */
export const filmPath = 'vod/film.mp4';
const film = memoryContent(new Uint8Array(spaceMp4(readFileSync('test/media/v.mp4'), 10_000)), { type: 'video/mp4' });
const TTL = 3;

/** A film of 20 s that arrives at half the speed it is played at, with tokens of three seconds. */
export async function filmStage({ onTestFinished }: Pick<TestContext, 'onTestFinished'>): Promise<Stage> {
  const others = createOrigins();
  const stage = await createStage({
    origin: (request) =>
      request.url.endsWith('film.mp4') ? Promise.resolve(bytesResponse(request, film)) : others(request),
    signer: { ttl: TTL, transit: 0 },
    edge: { bandwidth: 800_000 },
  });
  onTestFinished(() => stage.dispose());
  return stage;
}

/** A player of the film, paused near its start; every token it has is dead, and from here on the network is fast. */
export async function openExpired(
  stage: Stage,
  carrier: Carrier,
  options: Partial<VideojsOptions> = {},
): Promise<VideojsPage> {
  const player = await openVideojs(stage, carrier, { path: filmPath, form: 'plugins', ...options });
  await player.play();
  await player.page.evaluate(() => window.players[0]!.pause());
  await vi.waitUntil(() => Date.now() - stage.signer.calls.at(-1)!.at > (TTL + 2) * 1000, { timeout: 60_000 });
  stage.edge.bandwidth = 0;
  return player;
}
