import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { MEDIA_ALONE } from '../../packages/worker/src/wire/media-alone.ts';
import { root } from '../support/sources.ts';

// `registerTokenWorker` looks for this sentence in the file that could not be registered
describe("token worker files: the sentence of the file that does not sign requests: 'all'", () => {
  const text = (file: string): string => readFileSync(`${root}/packages/worker/dist/${file}`, 'utf8');

  test.each(['token-worker.js', 'token-worker.development.js'])('stands in %s', (file) => {
    expect(text(file)).toContain(MEDIA_ALONE);
  });

  test.each(['token-worker-all.js', 'token-worker-all.development.js'])(
    'does not stand in %s, whose registration fails for other reasons',
    (file) => {
      expect(text(file).includes(MEDIA_ALONE)).toBe(false);
    },
  );
});
