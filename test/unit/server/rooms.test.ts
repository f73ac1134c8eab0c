import { Linter } from 'eslint';
import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { serverRooms } from '../../../packages/server/eslint.rooms.mjs';

const linter = new Linter();
const config = [{ files: ['**/*.ts'] }, ...serverRooms];

function isAllowed(file: string, imported: string): boolean {
  const code = `import { x } from '${imported}'; x();`;
  const messages = linter.verify(code, config, `packages/server/src/${file}`);
  expect(messages.map(({ ruleId }) => ruleId)).toEqual(messages.map(() => 'no-restricted-imports'));
  return messages.length === 0;
}

describe('the rooms of the server', () => {
  test.each([
    ['a room below, by its door', 'endpoint/grant.ts', '../url/judged-url.ts'],
    ['beside itself', 'endpoint/grant.ts', './asked-url.ts'],
    ['packages', 'endpoint/rate-limit.ts', '@noble/hashes/sha2.js'],
    ['a room below, from a family', 'formats/link/secure-link.ts', '../../token/token-format.ts'],
    ['the door of a family', 'formats/fastly.ts', './link/link-format.ts'],
    ['any room, by an entry point', 'index.ts', './formats/bunny/bunny.ts'],
  ])('may import %s', (_, file, imported) => {
    expect(isAllowed(file, imported)).toBe(true);
  });

  test.each([
    ['a room above', 'token/verdict.ts', '../edge/create-edge-handler.ts'],
    ['a room at its side', 'edge/origin-fetch.ts', '../endpoint/create-signing-endpoint.ts'],
    ['a room below, past its door', 'edge/origin-fetch.ts', '../url/pattern-host.ts'],
    ['a format, by what serves any of them', 'endpoint/mint-tokens.ts', '../formats/secure-token.ts'],
    ['an entry point', 'azion/firewall-answer.ts', '../index.ts'],
    ['a family of the formats', 'azion/firewall-args.ts', '../formats/bunny/bunny.ts'],
    ['another family', 'formats/bunny/bunny.ts', '../google/google-keys.ts'],
    ['the room around a family', 'formats/bunny/bunny.ts', '../wowza.ts'],
    ['a room above, from a family', 'formats/bunny/bunny.ts', '../../edge/origin-fetch.ts'],
    ['a family, past its door', 'formats/fastly.ts', './link/link-time.ts'],
    ['anything, without a row', 'new-room/file.ts', '../errors/options-error.ts'],
  ])('may not import %s', (_, file, imported) => {
    expect(isAllowed(file, imported)).toBe(false);
  });

  test('each folder is one', () => {
    const entries = readdirSync('packages/server/src', { withFileTypes: true });
    const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    expect(folders.filter((name) => !isAllowed(`${name}/file.ts`, '../errors/options-error.ts'))).toEqual(['errors']);
  });
});
