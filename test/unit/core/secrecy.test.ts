import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { hlsOrDash } from 'secure-token-core/playlists';
import type { TokenSource } from '../../../packages/core/src/index.ts';
import {
  CDN,
  FOLDER,
  MASTER,
  each,
  fail,
  fakeTime,
  folder,
  inTurn,
  lab,
  advanceSeconds,
  seconds,
  segment,
  watch,
} from './lab.ts';

fakeTime();

describe('secrecy', () => {
  /** Everything an application could log of it. */
  const logged = (value: unknown): string => {
    const { detail } = value as { detail?: unknown };
    return [
      inspect(value, { depth: 12, showHidden: true, getters: true }),
      inspect(detail, { depth: 12, showHidden: true }),
      JSON.stringify(value),
      JSON.stringify(detail),
    ].join('\n');
  };

  /** A session in which everything that can go wrong does. */
  async function session(source: TokenSource, errors: unknown[]): Promise<void> {
    const attempt = async <T>(promise: Promise<T>): Promise<T | undefined> => {
      const seen = watch(promise);
      await advanceSeconds(20);
      if (seen.error) errors.push(seen.error);
      return seen.value;
    };
    const request = await attempt(source.sign(`${MASTER}?st=SECRET-old`));
    source.learn(MASTER, hlsOrDash('#EXTM3U\n#EXTINF:4,\n1.ts?st=SECRET-list\n#EXTINF:4,\n2.ts?st=SECRET-list'));
    await attempt(source.sign(`${segment(1)}?st=SECRET-list`));
    if (request) {
      const replay = await attempt(source.refused(request, 403));
      if (replay) await attempt(source.refused(replay, 403));
    }
    await advanceSeconds(3600);
    await attempt(source.sign(segment(3)));
    await attempt(source.renew());
    source.destroy();
    await attempt(source.sign(segment(4)));
  }

  const secret =
    (query: Record<string, string> = { st: 'SECRET-q' }): ReturnType<typeof folder> =>
    ({ index }) => ({
      now: seconds(),
      tokens: [
        {
          prefix: FOLDER,
          base: `${CDN}/SECRET-b${index > 9 ? '' : index}/`,
          query,
          headers: { 'x-t': 'SECRET-h' },
          expires: seconds() + 60,
        },
      ],
    });

  test.each([
    ['all goes well', inTurn(secret())],
    ['the same token twice', inTurn(secret(), secret())],
    ['per-URL tokens', each(60, { query: { st: 'SECRET-u' } })],
    ['denied', inTurn(secret(), fail(403))],
    ['a body that is no JSON', inTurn(secret(), () => new Response('{"tokens":[{"query":{"st":"SECRET-json"}'))],
    ['a malformed token', inTurn(secret(), () => ({ tokens: [{ prefix: FOLDER, query: { st: 'SECRET-bad' } }] }))],
    ['a problem document', inTurn(secret(), () => new Response('{"detail":"SECRET-problem"}', { status: 500 }))],
    [
      'a problem document that is read',
      inTurn(secret(), () => {
        const body = JSON.stringify({ detail: `${MASTER}?st=SECRET-problem /vod/a?st=SECRET-problem is not signed.` });
        return new Response(body, { status: 403, headers: { 'content-type': 'application/problem+json' } });
      }),
    ],
    ['the network', inTurn(secret(), () => Promise.reject(new TypeError('Failed to fetch')))],
  ])('no token in any event or error: %s', async (_, answer) => {
    const errors: unknown[] = [];
    const { source, events } = lab(answer, {
      tokens: [{ prefix: FOLDER, query: { st: 'SECRET-page' }, expires: seconds() + 15 }],
    });
    await session(source, errors);
    expect(events.length).toBeGreaterThan(0);
    for (const it of [...events, ...errors]) expect(logged(it)).not.toContain('SECRET');
  });

  test('URLs in events are unsigned even when the first request of all carries a stale token', async () => {
    const { source, events } = lab(folder(300));
    await source.sign(`${MASTER}?st=SECRET`);
    for (const event of events) expect(logged(event)).not.toContain('SECRET');
  });
});
