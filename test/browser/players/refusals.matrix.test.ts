import { expect, test } from 'vitest';
import { stageFor } from '../../support/stage.ts';
import { describePlayers, told, unnoticed, watch } from '../../support/viewer.ts';

const SECRET = 'another secret';

describePlayers('an edge with another secret', (player, engine) => {
  test('rotated in mid-stream, the token in a header: nobody sees it, and one call is enough', async (context) => {
    const stage = await stageFor(context, { signer: { ttl: 60 }, nextSecret: SECRET, edge: { ...player.edge } });
    const viewer = await watch(stage, player, { carrier: 'header', engine });
    await viewer.until(({ currentTime }) => currentTime > 1);
    await stage.setSecret(SECRET);
    await viewer.until((seen) => told(seen).includes('tokenrenewed refused'));
    const seen = await viewer.moves(4);
    expect(seen).toMatchObject(unnoticed);
    expect(told(seen)).toContain('tokenrefused 403');
    expect(stage.signer.calls.map(({ reason }) => reason)).toEqual(['initial', 'refused']);
  });

  test('for good, the token in the query: the player has its own error, and the app hears why', async (context) => {
    const edge = { secrets: ['a secret that nobody signs with'] };
    const stage = await stageFor(context, { edge, signer: { secrets: ['ours'] } });
    const viewer = await watch(stage, player, { carrier: 'query', engine });
    const seen = await viewer.until(({ failures }) => failures.length > 0);
    expect(told(seen)).toContain('tokenerror ERR_TOKEN_REFUSED');
    expect(seen).toMatchObject({ uncaught: [], currentTime: 0 });
  });
});
