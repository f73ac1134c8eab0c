import type Hls from 'hls.js';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { SignedRequest, TokenSource } from '../../../packages/core/src/index.ts';
import { createTokenSource } from '../../../packages/core/src/index.ts';
import type * as unsignedRequests from '../../../packages/hlsjs/src/unsigned-requests.ts';

const MANIFEST = 'https://cdn.example/vod/master.m3u8';
const SUBTITLES = 'https://cdn.example/vod/sub/i.m3u8';

type Entry = Pick<PerformanceResourceTiming, 'name' | 'responseStatus' | 'workerStart' | 'startTime'>;

const observers = new Set<(entries: Entry[]) => void>();
/** Entries that a browser keeps of the requests of the page. */
const buffer: Entry[] = [];
class FakeObserver {
  readonly #hear: (entries: Entry[]) => void;
  constructor(callback: (list: { getEntries(): Entry[] }) => void) {
    this.#hear = (entries) => callback({ getEntries: () => entries });
  }
  observe({ buffered }: PerformanceObserverInit): void {
    observers.add(this.#hear);
    if (buffered) this.#hear([...buffer]);
  }
  disconnect = (): unknown => observers.delete(this.#hear);
}
const ended = (name: string, responseStatus = 403, workerStart = 0, startTime = performance.now()): void => {
  buffer.push({ name, responseStatus, workerStart, startTime });
  observers.forEach((hear) => hear(buffer.slice(-1)));
};

const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
let module: typeof unsignedRequests;
let source: TokenSource;
beforeEach(async () => {
  vi.stubGlobal('document', {});
  vi.stubGlobal('PerformanceObserver', FakeObserver);
  warn.mockClear();
  observers.clear();
  buffer.length = 0;
  vi.resetModules();
  module = await import('../../../packages/hlsjs/src/unsigned-requests.ts');
  source = createTokenSource({
    protect: 'https://cdn.example/',
    getTokens: async ({ urls }) => urls.map((url) => ({ url, expires: 4e9, query: { st: 'a' } })),
  });
});
afterEach(() => {
  source.destroy();
  vi.unstubAllGlobals();
});

test('what was refused long before the configuration was made is another matter: not told', () => {
  ended(MANIFEST, 403, 0, performance.now() - 6000);
  module.configurationWatch.begin(source);
  expect(warn).not.toHaveBeenCalled();
  ended(MANIFEST);
  expect(warn).toHaveBeenCalledOnce();
});

test.each([401, 403, 410])(
  'a playlist that is refused with %i while no player has the configuration: told',
  (status) => {
    module.configurationWatch.begin(source);
    ended(MANIFEST, status);
    expect(warn).toHaveBeenCalledOnce();
  },
);

test('a configuration that no player has received, and a playlist that is refused: told once', () => {
  module.configurationWatch.begin(source);
  ended('https://cdn.example/vod/s1.ts');
  ended(MANIFEST, 200);
  ended(MANIFEST, 403, 12.5);
  expect(warn).not.toHaveBeenCalled();
  ended(`${MANIFEST}?st=secret`);
  ended(MANIFEST);
  expect(warn).toHaveBeenCalledOnce();
  expect(warn.mock.calls[0]![0]).toMatch(
    /https:\/\/cdn\.example\/…\/master\.m3u8 \(status 403\).*before the first player: Hls\.DefaultConfig/,
  );
  expect(warn.mock.calls[0]![0]).not.toContain('secret');
});

test('a configuration that is made after the playlist was refused: told all the same', () => {
  ended(MANIFEST);
  module.configurationWatch.begin(source);
  expect(warn).toHaveBeenCalledOnce();
});

test('not told: a playlist that the source of the configuration does not protect; the one behind it is', () => {
  module.configurationWatch.begin(source);
  ended('https://other.example/live/master.m3u8');
  expect(warn).not.toHaveBeenCalled();
  ended(MANIFEST);
  expect(warn).toHaveBeenCalledOnce();
});

test('a source that covers whatever it is asked for: told once for each origin, so that ours is among them', () => {
  module.configurationWatch.begin(createTokenSource('https://api.example/token'));
  ended('https://other.example/live/master.m3u8');
  ended('https://other.example/live/720p.m3u8');
  ended(MANIFEST);
  expect(warn).toHaveBeenCalledTimes(2);
  module.configurationWatch.end();
  ended('https://third.example/master.m3u8');
  expect(warn).toHaveBeenCalledTimes(2);
});

test('of a URL its origin and file are told: a token may be in its path', () => {
  module.configurationWatch.begin(source);
  ended('https://cdn.example/exp=1~hmac=secret/vod/master.m3u8;token=secret.m3u8');
  expect(warn.mock.calls[0]![0]).toContain('https://cdn.example/…/master.m3u8 (status 403)');
  expect(warn.mock.calls[0]![0]).not.toContain('secret');
});

test('one that a player has received: nothing listens any more, and not for later ones', () => {
  module.configurationWatch.begin(source);
  module.configurationWatch.begin(source);
  expect(observers.size).toBe(1);
  module.configurationWatch.end();
  module.configurationWatch.begin(source);
  expect(observers.size).toBe(0);
});

test('on a server nothing listens', () => {
  vi.stubGlobal('document', undefined);
  // @ts-expect-error -- there is none
  delete globalThis.document;
  module.configurationWatch.begin(source);
  expect(observers.size).toBe(0);
});

/** A player that is watched, and how it is destroyed. */
function watched(): () => void {
  const hls = { emit: vi.fn<(event: string) => boolean>() };
  module.watchUnsignedRequests(hls as unknown as Hls, () => source);
  return () => hls.emit('hlsDestroying');
}
const signed = (url: string): Promise<SignedRequest> => source.sign(url);

test('what was refused before there was a player is not told: whoever made it could not sign it', async () => {
  module.noteSigned(source, await signed(MANIFEST));
  ended(SUBTITLES);
  watched();
  expect(warn).not.toHaveBeenCalled();
});

test('a request without a token that is refused: told once, without its query', async () => {
  watched();
  module.noteSigned(source, await signed(MANIFEST));
  ended(`${SUBTITLES}?other=secret`);
  ended(SUBTITLES);
  expect(warn).toHaveBeenCalledOnce();
  expect(warn.mock.calls[0]![0]).toMatch(
    /https:\/\/cdn\.example\/…\/i\.m3u8 \(status 403\) was requested without a token/,
  );
  expect(warn.mock.calls[0]![0]).not.toContain('secret');
});

test('not told: what was signed, what is not protected, what was not refused, what a service worker has sent', async () => {
  watched();
  const request = await signed(MANIFEST);
  module.noteSigned(source, request);
  ended(request.url);
  ended('https://other.example/vod/master.m3u8');
  ended(SUBTITLES, 404);
  ended(SUBTITLES, 200);
  ended(SUBTITLES, 403, 12.5);
  expect(warn).not.toHaveBeenCalled();
});

test('not told where tokens travel in headers: a request with one looks the same', () => {
  watched();
  module.noteSigned(source, { url: MANIFEST, unsignedUrl: MANIFEST } as SignedRequest);
  ended(SUBTITLES);
  expect(warn).not.toHaveBeenCalled();
});

test('nothing listens once the player is destroyed', () => {
  const destroy = watched();
  expect(observers.size).toBe(1);
  destroy();
  expect(observers.size).toBe(0);
});
