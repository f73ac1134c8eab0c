import { Linter } from 'eslint';
import { describe, expect, test } from 'vitest';
import { coreRooms } from '../../../packages/core/eslint.rooms.mjs';

const linter = new Linter();
const config = [{ files: ['**/*.ts'] }, ...coreRooms];

function isAllowed(file: string, imported: string): boolean {
  const code = `import { x } from '${imported}'; x();`;
  const messages = linter.verify(code, config, `packages/core/src/${file}`);
  expect(messages.map(({ ruleId }) => ruleId)).toEqual(messages.map(() => 'no-restricted-imports'));
  return messages.length === 0;
}

describe('the rooms of core', () => {
  test.each([
    ['a room above it in the list', 'requests/replays.ts', '../tokens/renewal.ts'],
    ['beside itself', 'calls/backoff.ts', './retry-delay.ts'],
    ['what all rooms share', 'tokens/tokens-in-use.ts', '../bounded-maps.ts'],
    ['the contract, as a guest', 'playlists/read-ahead.ts', '../contract/playlist.ts'],
    ['the guest, by its entry point', 'playlists.ts', './playlists/hls.ts'],
    ['the rooms, where a source is put together', 'create-token-source.ts', './calls/backoff.ts'],
  ])('may import %s', (_, file, imported) => {
    expect(isAllowed(file, imported)).toBe(true);
  });

  test.each([
    ['a room below it in the list', 'tokens/renewal.ts', '../calls/backoff.ts'],
    ['the guest, from a room', 'requests/request-signer.ts', '../playlists/read-ahead.ts'],
    ['the guest, where a source is put together', 'create-token-source.ts', './playlists/read-ahead.ts'],
    ['tokens, as a guest', 'playlists/read-ahead.ts', '../tokens/renewal.ts'],
    ['where a source is put together, from a room', 'requests/replays.ts', '../create-token-source.ts'],
    ['anything, without a row', 'new-room/file.ts', '../contract/token.ts'],
  ])('may not import %s', (_, file, imported) => {
    expect(isAllowed(file, imported)).toBe(false);
  });
});
