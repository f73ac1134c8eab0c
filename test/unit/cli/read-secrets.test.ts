import { expect, test } from 'vitest';
import { findSecrets } from '../../../packages/cli/src/format/format-options.ts';

test('--secret-file with the secret itself in place of a file: the error does not repeat it', async () => {
  const error: unknown = await findSecrets({ secretFile: 'sesame-open-the-door' }).catch((error: unknown) => error);
  expect(String(error)).toContain('--secret-file cannot be read (ENOENT)');
  expect(String(error)).not.toContain('sesame');
});
