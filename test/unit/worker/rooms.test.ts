import { Linter } from 'eslint';
import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { workerRooms } from '../../../packages/worker/eslint.rooms.mjs';

const linter = new Linter();
const config = [{ files: ['**/*.ts'] }, ...workerRooms];

function isAllowed(file: string, imported: string): boolean {
  const code = `import { x } from '${imported}'; x();`;
  const messages = linter.verify(code, config, `packages/worker/src/${file}`);
  expect(messages.map(({ ruleId }) => ruleId)).toEqual(messages.map(() => 'no-restricted-imports'));
  return messages.length === 0;
}

describe('the rooms of the token worker', () => {
  test.each([
    ['page', 'what both say, by the page', 'page/answer-worker.ts', '../wire/protocol.ts'],
    ['worker', 'what both say, by the worker', 'worker/page-signer.ts', '../wire/protocol.ts'],
    ['wire', 'what lies beside it', 'wire/protocol.ts', './posted-values.ts'],
    ['page', 'core', 'page/answer-worker.ts', 'secure-token-core/adapter'],
    ['entry point', 'any room', 'index.ts', './worker/handle-fetch.ts'],
  ])('%s may import %s', (_, __, file, imported) => {
    expect(isAllowed(file, imported)).toBe(true);
  });

  test.each([
    ['page', 'the worker', 'page/answer-worker.ts', '../worker/worker-scope.ts'],
    ['worker', 'the page', 'worker/page-signer.ts', '../page/answer-worker.ts'],
    ['wire', 'the worker', 'wire/protocol.ts', '../worker/worker-scope.ts'],
    ['wire', 'the page', 'wire/protocol.ts', '../page/worker-script.ts'],
    ['worker', 'an entry point', 'worker/start-worker.ts', '../token-worker.ts'],
    ['a folder without a row', 'anything', 'new-room/file.ts', '../wire/protocol.ts'],
  ])('%s may not import %s', (_, __, file, imported) => {
    expect(isAllowed(file, imported)).toBe(false);
  });

  test('its folders are these three', () => {
    const entries = readdirSync('packages/worker/src', { withFileTypes: true });
    const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    expect(folders.sort()).toEqual(['page', 'wire', 'worker']);
  });
});
