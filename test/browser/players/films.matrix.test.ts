import { expect, test } from 'vitest';
import { stageFor } from '../../support/stage.ts';
import { describePlayers, told, unnoticed, watch } from '../../support/viewer.ts';

/** Seconds that a token lives: a film takes two lifetimes. */
const TTL = 3;

describePlayers('a film, one token for each URL', (player, engine) => {
  test.for(player.films)(
    '%s: it plays past its tokens and past refusals, nobody sees them, and no event holds a token',
    async (path, context) => {
      const stage = await stageFor(context, { signer: { ttl: TTL }, edge: { refuseEvery: 4, ...player.edge } });
      const viewer = await watch(stage, player, { path, engine, args: { spies: true } });
      await viewer.until(({ currentTime }) => currentTime > 0);
      if (!player.edge) await viewer.run('video.playbackRate = 3');
      const seen = await viewer.until(({ ended, currentTime }) => ended || (!!player.edge && currentTime > 8));
      expect(seen).toMatchObject(unnoticed);
      expect(told(seen)).toEqual(expect.arrayContaining(['tokenrefused 403', 'tokenrenewed refused']));
      expect(told(seen).filter((each) => each.startsWith('tokenerror'))).toEqual([]);
      expect(stage.edge.refusals().map(({ status }) => status)).not.toContain(410);
      const [first, last] = [stage.edge.requests[0]!, stage.edge.requests.at(-1)!];
      expect(last.at - first.at, 'tokens have ended meanwhile').toBeGreaterThan(TTL * 1000);
    },
  );

  if (!player.mayBeLate) return;
  test('the plugin comes after the source: it plays all the same', async (context) => {
    const stage = await stageFor(context);
    const viewer = await watch(stage, player, { engine, args: { late: true } });
    const { uncaught } = await viewer.until(({ currentTime }) => currentTime > 1);
    expect(uncaught).toEqual([]);
  });
});
