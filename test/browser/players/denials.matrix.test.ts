import { expect, test } from 'vitest';
import { stageFor } from '../../support/stage.ts';
import type { Seen } from '../../support/page-helpers.ts';
import { describePlayers, standsStill, told, watch } from '../../support/viewer.ts';

/** Seconds that a token lives. */
const TTL = 3;

const denials = ({ failures }: Pick<Seen, 'failures'>): number =>
  failures.filter((each) => each === 'ERR_DENIED').length;

describePlayers('a viewer is denied, the token in the path', (player, engine) => {
  test('at the start and in mid-stream: the app hears it, the endpoint is left alone, a log-in goes on', async (context) => {
    const stage = await stageFor(context, { signer: { ttl: TTL, denies: () => true }, edge: { ...player.edge } });
    const viewer = await watch(stage, player, { carrier: 'path', engine });
    const first = await viewer.until((seen) => denials(seen) > 0);
    expect(told(first)).toContain('tokendenied ERR_DENIED');
    const before = denials(first);
    stage.signer.denies = () => false;
    await viewer.run(player.logIn);
    await viewer.until(({ currentTime }) => currentTime > 1);

    stage.signer.denies = () => true;
    await viewer.until((seen) => denials(seen) > before);
    await standsStill(() => stage.signer.calls.length);
    const { currentTime: stood } = await viewer.look();
    stage.signer.denies = () => false;
    await viewer.run(player.logIn);
    const { uncaught } = await viewer.until(({ currentTime }) => currentTime > stood + 2 && currentTime < stood + 9);
    expect(uncaught).toEqual([]);
    expect(await stage.refusals()).toEqual([]);
  });
});
