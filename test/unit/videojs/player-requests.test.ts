import { expect, test, vi } from 'vitest';
import { createTokenSource } from 'secure-token-core';
import type { AdapterSource } from 'secure-token-core/adapter';
import { PlayerEvents } from 'secure-token-core/adapter';
import { PlayerRequests } from '../../../packages/videojs/src/player-requests.ts';
import { FakeXhr } from './fake-xhr.ts';

/** A player with a token source, and with `src` if it has one. */
function playerOf(requests: PlayerRequests, src: string) {
  const getTokens = vi.fn(async () => ({ expires: Date.now() / 1000 + 60, query: { st: 'a' } }));
  const source = createTokenSource({ getTokens }) as AdapterSource;
  if (src) source.allow(src);
  const own = { currentSrc: () => src, readyState: () => 4, tech: () => undefined };
  const player = { ...own, on: vi.fn(), off: vi.fn(), addRemoteTextTrack: vi.fn() };
  const events = new PlayerEvents(source, () => undefined);
  requests.follow({ player, source, events, failure: { note: vi.fn(), withdraw: vi.fn() }, waits: new Set() } as never);
  return getTokens;
}

test('a player that waits for its first source signs no text track or licence of another player', async () => {
  vi.stubGlobal('ProgressEvent', Event);
  const xhr = Object.assign(() => undefined, { XMLHttpRequest: FakeXhr, XDomainRequest: FakeXhr });
  const requests = new PlayerRequests({ xhr } as never);
  const playing = playerOf(requests, 'https://cdn.test/film.m3u8');
  const waiting = playerOf(requests, '');
  const asked = ['https://other.test/license', 'https://cdn.test/en.vtt'];
  const sent = asked.map((url) => new xhr.XMLHttpRequest().request(url));
  await vi.waitFor(() => expect(sent.map((it) => it.sent.length)).toEqual([1, 1]));
  expect(sent.map(({ opened }) => opened)).toEqual([[], [`GET ${asked[1]!}?st=a`]]);
  expect(playing.mock.calls).toHaveLength(1);
  expect(waiting.mock.calls).toHaveLength(0);
  vi.unstubAllGlobals();
});
