import { expect, test } from 'vitest';
import { azion } from '../../../../packages/server/src/index.ts';

const pem = '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----\n';

test.each([
  ['the only one', [pem]],
  ['the one before a rotation', ['a secret of this test', `\n${pem}`]],
])('secret: the text of a public key, as %s, is refused: whoever has read it could sign', (_, secrets) => {
  expect(() => azion({ secrets })).toThrow(
    expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.not.stringContaining('MCow') }),
  );
});
