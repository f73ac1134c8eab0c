import { describe, expect, test } from 'vitest';
import { firewallAnswer } from '../../../../packages/server/src/azion/firewall.ts';
import type { FirewallRule } from '../../../../packages/server/src/azion/firewall.ts';

const statusOf = (url: string, rules?: readonly FirewallRule[], method = 'GET'): number => {
  const args = { secure_token_secret: 'mysecret', ...(rules && { rules }) };
  const event = {
    request: new Request(url, { method }),
    args,
    respondWith: () => undefined,
    continue: () => undefined,
  };
  return firewallAnswer(event, 1_795_500_000_000)?.status ?? 200;
};
/** A name of Azion's own, under which a workload answers, too. */
const azionName = 'https://xyz.map.azionedge.net';

describe('a host that no rule names', () => {
  const rules = [{ host: 'cdn.example.com', path: '/vod/' }];
  test.each([azionName, 'https://www.example.com', 'https://203.0.113.9', 'https://CDN.example.com.evil.example'])(
    'is judged by all rules: %s',
    (origin) => {
      expect(statusOf(`${origin}/vod/film.mp4`, rules)).toBe(403);
      expect(statusOf(`${origin}/%76od/film.mp4`, rules)).toBe(403);
      expect(statusOf(`${origin}/vod/film.mp4`, rules, 'POST')).toBe(405);
      expect(statusOf(`${origin}/vod%2ffilm.mp4`, rules)).toBe(403);
      expect(statusOf(`${origin}/index.html`, rules)).toBe(200);
    },
  );

  test('needs a token for everything, where a rule is a host alone', () => {
    expect(statusOf(`${azionName}/film.mp4`, [{ host: 'cdn.example.com' }])).toBe(403);
    expect(statusOf(`${azionName}/film.mp4`, [{ host: 'cdn.example.com' }, { path: '/vod/' }])).toBe(403);
  });
});

describe('a host that rules name', () => {
  const rules = [{ host: 'cdn.example.com', path: '/vod/' }, { host: 'live.example.com' }, { path: '/all/' }];
  test.each([
    ['https://cdn.example.com/vod/a', 403],
    ['https://cdn.example.com/a', 200],
    ['https://CDN.example.com./a', 200],
    ['https://live.example.com/a', 403],
    ['https://cdn.example.com/a%2fb', 403],
  ])('is judged by those, and by the ones that name none: %s is %i', (url, status) =>
    expect(statusOf(url, rules)).toBe(status),
  );
});

test('without rules, every request needs a token', () => {
  expect([statusOf(`${azionName}/`), statusOf('https://cdn.example.com/a')]).toEqual([403, 403]);
});
