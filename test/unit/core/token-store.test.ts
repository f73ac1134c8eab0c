import { expect, test } from 'vitest';
import type { Token } from 'secure-token-core';
import { HeldToken } from '../../../packages/core/src/tokens/held-token.ts';
import { ServerClock } from '../../../packages/core/src/tokens/server-clock.ts';
import { TokenStore } from '../../../packages/core/src/tokens/token-store.ts';
import { START } from './lab-time.ts';

const settings = { renewBefore: 0, jitter: 0, random: () => 1 };

/** A store with a token for each scope, which lives for a minute and was used after so many seconds of the session. */
function storeOf(usedAt: Readonly<Record<string, number | undefined>>): TokenStore {
  const store = new TokenStore(new ServerClock(() => START * 1000), () => false);
  for (const [scope, seconds] of Object.entries(usedAt)) {
    const token: Token = { query: { st: scope }, expires: START + 60 };
    const held = new HeldToken(token, scope, { call: 1, obtainedAt: START }, settings);
    if (seconds !== undefined) held.use(scope, seconds);
    store.add(held);
  }
  return store;
}

const inUse = (usedAt: Readonly<Record<string, number | undefined>>, now: number): string[] =>
  storeOf(usedAt)
    .inUse(now)
    .map(({ scope }) => scope);

test('tokens in use are those that requests got within a lifetime, in the order of their last use', () => {
  const usedAt = { 'url c': 30, 'folder b': 20, 'folder never used': undefined, 'url a': 10 };
  expect(inUse(usedAt, 69.9)).toEqual(['url a', 'folder b', 'url c']);
  expect(inUse(usedAt, 70)).toEqual(['folder b', 'url c']);
});

test('the folder that was used last is in use however long ago: its player may wait to go on', () => {
  const usedAt = { 'url b': 40, 'folder latest': 30, 'folder a': 20, 'url a': 10 };
  expect(inUse(usedAt, 5000)).toEqual(['folder latest']);
});

test('the token of a URL that was used last is not in use for longer than it lives', () => {
  expect(inUse({ 'url b': 40, 'url a': 10 }, 100)).toEqual([]);
});
