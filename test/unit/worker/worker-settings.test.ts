import { protectedBy } from 'secure-token-core/adapter';
import { describe, expect, test } from 'vitest';
import { SETTINGS, readSettings } from '../../../packages/worker/src/wire/worker-settings.ts';

describe('readSettings', () => {
  const read = (settings: unknown): unknown =>
    readSettings(`https://www.example/token-worker.js?a=1&${SETTINGS}=${encodeURIComponent(JSON.stringify(settings))}`);
  const written = {
    endpoint: 'https://api.example/token',
    protect: ['https://cdn.example/'],
    request: { credentials: 'include' },
    timeout: 2,
    refusals: [404],
    retry: { limit: 1 },
  };

  test('reads what a page writes', () => {
    expect(read(written)).toEqual(written);
    expect(readSettings('https://www.example/token-worker.js')).toEqual({});
  });

  test('reads nothing else, whoever has written it', () => {
    const more = { ...written, tokens: [], getTokens: 1, clock: 1, headers: {}, apiKey: 'x', random: 0.5 };
    expect(read(more)).toEqual(written);
    expect(read({ ...written, request: { credentials: 'include', headers: { a: 'b' } } })).toEqual({
      ...written,
      request: undefined,
    });
    expect(read({ ...written, endpoint: 'https://api.example/token?key=1', retry: { limit: '1' } })).toEqual({
      ...written,
      endpoint: undefined,
      retry: undefined,
    });
    // of a worker that an earlier version has registered
    const earlier = { refusals: [404, { prefix: 'https://store.example/', statuses: [400] }], adopt: true };
    expect(read({ ...written, ...earlier })).toEqual({ ...written, refusals: undefined });
    expect(read({ protect: ['https://cdn.example/', '/vod/'], jitter: 2, timeout: 0, debug: 'yes' })).toEqual({});
    for (const nothing of [null, 7, 'x', []]) expect(read(nothing)).toEqual({});
  });
});

test('an empty list of what is protected, which any script may have written, protects nothing', () => {
  const url = 'https://cdn.example/film.mp4';
  expect([[], 'https://cdn.example/', ['https://www.example/']].map((protect) => protectedBy(protect)(url))).toEqual([
    false,
    true,
    false,
  ]);
});
