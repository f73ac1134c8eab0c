import { expect, test } from 'vitest';
import { stageFor } from '../../support/stage.ts';
import { describePlayers, standsStill, told, unnoticed, watch } from '../../support/viewer.ts';

/** Seconds that a token lives. */
const TTL = 3;

describePlayers('a live stream, its token in a cookie', (player, engine) => {
  const title = player.waits ? ', stands still in an outage of the endpoint, and goes on when it is back' : '';
  test(`it plays past its tokens${title}; destroyed, it asks for nothing`, async (context) => {
    const stage = await stageFor(context, { signer: { ttl: TTL } });
    const viewer = await watch(stage, player, { carrier: 'cookie', path: player.live, engine });
    await viewer.until(({ currentTime }) => currentTime > 0);
    expect(await viewer.moves(TTL + 2)).toMatchObject(unnoticed);
    if (player.waits) {
      stage.signer.failWith = 503;
      const stood = await viewer.until(
        (seen) => seen.readyState < 3 && told(seen).includes('tokenerror ERR_SIGNING_UNAVAILABLE'),
      );
      expect(stood).toMatchObject({ ...unnoticed, paused: false });
      stage.signer.failWith = 0;
      expect(await viewer.moves(2)).toMatchObject(unnoticed);
    }
    expect(await stage.refusals()).toEqual([]);
    if (!player.end) return;
    await viewer.run(player.end);
    // a live player asks every two seconds
    await standsStill(() => stage.edge.requests.length + stage.signer.calls.length);
  });
});
