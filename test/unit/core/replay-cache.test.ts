import { describe, expect, test } from 'vitest';
import { replayCacheMode, untouchedRequest } from '../../../packages/core/src/adapter.ts';

describe('replayCacheMode', () => {
  const refused = untouchedRequest('https://cdn.test/a?st=1');
  test('past the cache where the token is not in the URL', () => {
    expect(replayCacheMode(refused, { ...refused, headers: { 'x-token': '2' } })).toBe('reload');
    expect(replayCacheMode(refused, untouchedRequest('https://cdn.test/a?st=2'))).toBe('default');
  });
});
