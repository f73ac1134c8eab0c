import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { TokensAnswer } from 'secure-token-core';
import { createTokenSource } from 'secure-token-core';
import { FakeProgressEvent, FakeXhr } from './fake-xhr.ts';
import { FakePlayer, FakeVideojs } from './videojs-lab.ts';

const CDN = 'https://cdn.test';
const token = (): TokensAnswer => ({
  tokens: [{ prefix: `${CDN}/`, expires: Date.now() / 1000 + 600, query: { st: '1' } }],
});

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('ProgressEvent', FakeProgressEvent);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test.each<[string, (player: FakePlayer) => void]>([
  ['', () => undefined],
  [', also if the app has removed all listeners', (player) => player.off()],
])('dispose() of the player destroys the source that the plugin has made%s', async (_, change) => {
  const player = new FakePlayer(new FakeVideojs());
  const source = player.secureToken({ protect: CDN, getTokens: async () => token() });
  await source.sign(`${CDN}/a`);
  change(player);
  player.dispose();
  await expect(source.sign(`${CDN}/a`)).rejects.toMatchObject({ code: 'ERR_DESTROYED' });
  expect(player.listeners).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
});

test('a text track that waits for its token when its player is disposed of is not requested for another player', async () => {
  let answer: (answer: TokensAnswer) => void = () => undefined;
  const getTokens = (): Promise<TokensAnswer> =>
    new Promise((resolve) => {
      answer = resolve;
    });
  const source = createTokenSource({ protect: CDN, getTokens });
  const sent: FakeXhr[] = [];
  class Xhr extends FakeXhr {
    override send(body?: unknown): void {
      sent.push(this);
      super.send(body);
    }
  }
  const videojs = new FakeVideojs(Xhr);
  const [playing, gone] = [new FakePlayer(videojs), new FakePlayer(videojs)];
  playing.src = `${CDN}/film.m3u8`;
  for (const player of [playing, gone]) player.secureToken(source);
  const [kept, dropped] = [playing, gone].map((player) => player.addRemoteTextTrack({ src: `${CDN}/en.vtt` }));
  await vi.advanceTimersByTimeAsync(0);
  gone.dispose();
  answer(token());
  await vi.advanceTimersByTimeAsync(0);
  expect(sent).toEqual([kept]);
  expect(dropped!.heard).toEqual(['error 0', 'loadend 0']);
  playing.dispose();
  source.destroy();
});
