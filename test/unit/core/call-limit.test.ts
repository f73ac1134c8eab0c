import { expect, test } from 'vitest';
import { MAX_URLS_PER_CALL } from '../../../packages/core/src/contract/token-source-options.ts';
import { DEFAULT_MAX_URLS } from '../../../packages/server/src/endpoint/signing-endpoint-options.ts';

test('players send no more URLs in a call than a signing endpoint takes unless it is told otherwise', () => {
  expect(MAX_URLS_PER_CALL).toBe(DEFAULT_MAX_URLS);
});
