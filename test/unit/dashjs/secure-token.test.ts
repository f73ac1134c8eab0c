import type { MediaPlayerClass } from 'dashjs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Token, TokenRequest } from '../../../packages/core/src/index.ts';
import { secureToken } from '../../../packages/dashjs/src/index.ts';
import { CDN, numbered } from './dash-lab.ts';

/** A player of dash.js before it has a source, as far as the plugin looks at it then. */
const createPlayer = (): MediaPlayerClass =>
  ({
    extend: () => undefined,
    on: () => undefined,
    off: () => undefined,
    trigger: () => undefined,
    isReady: () => false,
    getSource: () => null,
    registerLicenseRequestFilter: () => undefined,
    unregisterLicenseRequestFilter: () => undefined,
    reset: () => undefined,
    destroy: () => undefined,
  }) as never;

const getTokens = (): ((request: TokenRequest) => Promise<Token[]>) => numbered();

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('called again, with the source that it has returned: that lives until the player is reset', async () => {
  const player = createPlayer();
  const source = secureToken(player, { getTokens: getTokens(), protect: CDN });
  expect(secureToken(player, source)).toBe(source);
  await expect(source.sign(`${CDN}/a`)).resolves.toMatchObject({ token: { query: { st: 't1' } } });
  player.reset();
  await expect(source.sign(`${CDN}/a`)).rejects.toMatchObject({ code: 'ERR_DESTROYED' });
});

test('called again, with another endpoint: the source of the first call has ended', async () => {
  const player = createPlayer();
  const first = secureToken(player, { getTokens: getTokens(), protect: CDN });
  const second = secureToken(player, { getTokens: getTokens(), protect: CDN });
  await expect(first.sign(`${CDN}/a`)).rejects.toMatchObject({ code: 'ERR_DESTROYED' });
  await expect(second.sign(`${CDN}/a`)).resolves.toMatchObject({ token: { query: { st: 't1' } } });
  player.destroy();
});
