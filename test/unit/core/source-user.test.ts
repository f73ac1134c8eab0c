import { describe, expect, test, vi } from 'vitest';
import {
  TOKEN_EVENTS,
  acquireTokenSource,
  createSourceUser,
  forwardTokenEvents,
} from '../../../packages/core/src/adapter.ts';
import type { Lab } from './lab.ts';
import { MASTER, advanceSeconds, code, each, fail, fakeTime, folder, inTurn, lab, segment } from './lab.ts';

fakeTime();

describe('acquireTokenSource', () => {
  test('a source that was made from options is destroyed when it is given up', async () => {
    const { source, release } = acquireTokenSource({
      endpoint: 'https://app.test/token',
      protect: 'https://cdn.test/',
    });
    release();
    expect(await code(source.sign('https://cdn.test/a'))).toBe('ERR_DESTROYED');
  });

  test('one that was passed in is the same, and goes on', async () => {
    const viewer = lab(each());
    const { source, release } = acquireTokenSource(viewer.source);
    expect(source).toBe(viewer.source);
    release();
    expect((await source.sign(MASTER)).token).toBeDefined();
  });

  test('wrong options are an error at once', () => expect(() => acquireTokenSource({})).toThrow('endpoint'));
});

/** Two players that share a source, and the events that each is told. */
function twoPlayers(viewer: Lab): {
  a: ReturnType<typeof createSourceUser>;
  b: ReturnType<typeof createSourceUser>;
  told: Record<'a' | 'b', string[]>;
} {
  const [a, b] = [createSourceUser(viewer.source), createSourceUser(viewer.source)];
  const told = { a: [] as string[], b: [] as string[] };
  for (const type of ['tokenrenewed', 'tokenrefused', 'tokenerror', 'tokendenied']) {
    viewer.source.addEventListener(type, (event) => {
      if (a.concerns(event)) told.a.push(type);
      if (b.concerns(event)) told.b.push(type);
    });
  }
  return { a, b, told };
}

describe('createSourceUser', () => {
  test('a refusal, and what comes of it, is told to the one whose request it was', async () => {
    const viewer = lab(each());
    const { a, told } = twoPlayers(viewer);
    const replay = await a.replay(await viewer.source.sign(MASTER), 403);
    expect(replay?.unsignedUrl).toBe(MASTER);
    expect(await a.replay(replay!, 403)).toBeUndefined();
    expect(told.a).toEqual(['tokenrenewed', 'tokenrefused', 'tokenrenewed', 'tokenrefused', 'tokenerror']);
    expect(told.b).toEqual(['tokenrenewed', 'tokenrenewed']);
  });

  test('to both if both have been refused the same', async () => {
    const viewer = lab(each());
    const { a, b, told } = twoPlayers(viewer);
    const requests = [await viewer.source.sign(MASTER), await viewer.source.sign(MASTER)];
    await Promise.all([a.replay(requests[0]!, 403), b.replay(requests[1]!, 403), a.replay(requests[0]!, 403)]);
    expect(told.a).toContain('tokenrefused');
    expect(told.b).toContain('tokenrefused');
    told.a.length = 0;
    await b.replay(await viewer.source.sign(segment(1)), 403);
    expect(told.a, 'that one was of b alone').not.toContain('tokenrefused');
  });

  test('a refusal of a request that no such user has made is told to all, as are denials and outages', async () => {
    const viewer = lab(inTurn(folder(), folder(), fail(403)));
    const { a, told } = twoPlayers(viewer);
    await viewer.source.refused(await viewer.source.sign(MASTER), 403);
    expect(told.b).toEqual(told.a);
    expect(told.a).toContain('tokenrefused');
    expect(await code(a.replay(await viewer.source.sign(MASTER), 403))).toBe('ERR_DENIED');
    expect(told.b.at(-1)).toBe('tokendenied');
  });

  test('a replay that fails is no longer under way', async () => {
    const viewer = lab(inTurn(each(), fail(503), each()), { retry: { limit: 0 } });
    const { a, told } = twoPlayers(viewer);
    const request = await viewer.source.sign(MASTER);
    const failed = code(a.replay(request, 403));
    await advanceSeconds(60);
    expect(await failed).toBe('ERR_SIGNING_UNAVAILABLE');
    told.b.length = 0;
    // another request for the same: one refusal is told once
    await viewer.source.refused({ ...request }, 403);
    expect(told.b).toContain('tokenrefused');
  });
});

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
