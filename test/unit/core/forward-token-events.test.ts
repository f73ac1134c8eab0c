import { describe, expect, test, vi } from 'vitest';
import type { Lab } from './lab.ts';
import { MASTER, each, fail, fakeTime, inTurn, lab } from './lab.ts';
import { TOKEN_EVENTS, createSourceUser, forwardTokenEvents } from '../../../packages/core/src/adapter.ts';

fakeTime();

describe('forwardTokenEvents', () => {
  const forwarded = (viewer: Lab, user?: ReturnType<typeof createSourceUser>) => {
    const forward = vi.fn();
    const stop = forwardTokenEvents(viewer.source, forward, user);
    return { stop, forward, types: () => forward.mock.calls.map(([type]) => type as string) };
  };

  test('all of them, with their details', async () => {
    const viewer = lab(inTurn(each(), fail(403)));
    const { types, forward } = forwarded(viewer);
    const request = await viewer.source.sign(MASTER);
    await viewer.source.refused(request, 403).catch(() => undefined);
    expect(types()).toEqual(['tokenrenewed', 'tokenrefused', 'tokendenied']);
    expect(TOKEN_EVENTS).toEqual(expect.arrayContaining(types()));
    expect(forward).toHaveBeenCalledWith('tokenrefused', { url: MASTER, status: 403 });
  });

  test('for a user without the refusals of others', async () => {
    const viewer = lab(each());
    const [mine, others] = [createSourceUser(viewer.source), createSourceUser(viewer.source)];
    const { types } = forwarded(viewer, mine);
    await others.replay(await viewer.source.sign(MASTER), 403);
    expect(types()).not.toContain('tokenrefused');
    await mine.replay(await viewer.source.sign(MASTER), 403);
    expect(types()).toContain('tokenrefused');
  });

  test('until it is stopped', async () => {
    const viewer = lab(each());
    const { stop, forward } = forwarded(viewer);
    stop();
    await viewer.source.sign(MASTER);
    expect(forward).not.toHaveBeenCalled();
  });
});
