import type { HlsConfig } from 'hls.js';
import type { Answer } from './hls-lab.ts';
import type { HlsWitness, PlayerConfig } from './hls-witness.ts';
import { withSound, withSubtitles } from './hls-witness.ts';

export const TS = '/v/ts/master.m3u8';
const AES = '/v/aes/i.m3u8';
export const segment = (index: number, level = 'lo'): string => `/v/ts/${level}/s00${index}.ts`;

export interface Chapter extends PlayerConfig {
  readonly script: (witness: HlsWitness) => Promise<void>;
}

/** Cues as events of hls.js: text tracks of the element tell their changes when the browser likes. */
const withCues: Partial<HlsConfig> = { renderTextTracksNatively: false };

/** Runs inside the page. Resolves when hls.js knows. */
const seekTo = (seconds: number): Promise<unknown> => {
  const video = document.querySelector('video')!;
  const seeking = new Promise((resolve) => video.addEventListener('seeking', resolve, { once: true }));
  video.currentTime = seconds;
  // without media there is nothing to seek in
  return video.readyState ? seeking : Promise.resolve();
};
const seek = (witness: HlsWitness, seconds: number): Promise<void> => witness.run(seekTo, seconds);

/** Plays `source` and seeks to its middle; `path`, which is needed from the start or there, is not as it should be. */
const failing = (path: string, answer: Answer, times?: number, source = TS): Chapter => ({
  async script(witness) {
    witness.answer(path, answer, times);
    await witness.load(source);
    await witness.settled();
    await seek(witness, 10.5);
    await witness.settled();
  },
});

const subtitled = (path: string): Chapter => ({
  config: withCues,
  async script(witness) {
    witness.answer(path, { status: 404 });
    await witness.load(withSubtitles);
    await witness.settled();
    // to hls.js this is fatal: nothing else is to be under way
    await witness.run(() => void (window.hls.subtitleTrack = 0));
    await witness.settled();
  },
});

/**
 * Waits for the server to hold the request for `path`, which is needed from the start or after a seek, and for nothing
 * else to be under way: a segment is loaded beside its key, and may wait for a token of its own.
 */
async function underWay(witness: HlsWitness, path: string, source: string): Promise<void> {
  const fromTheStart = path.endsWith('m3u8');
  if (fromTheStart) witness.hold(path);
  await witness.load(source);
  if (!fromTheStart) {
    await witness.settled();
    witness.hold(path);
    await seek(witness, 10.5);
  }
  await witness.alone(path);
}

/** The answer comes when the clock of the page has passed every time-out of the player's. */
export const tardy = (path: string, source = TS): Chapter => ({
  async script(witness) {
    await underWay(witness, path, source);
    await witness.outwait(path);
    await witness.release();
    await witness.settled();
  },
});

/** Returns a chapter in which something happens while a request is under way. */
const interrupted = (path: string, act: (amount: number) => unknown, source = TS, amount = 0): Chapter => ({
  async script(witness) {
    await underWay(witness, path, source);
    await witness.run(act, amount);
    await witness.release();
    await witness.settled();
  },
});

export const chapters: Record<string, Chapter> = {
  'levels: one, the other at once, and back with the next segment': {
    async script(witness) {
      await witness.load(TS);
      await witness.settled();
      await witness.run(() => void (window.hls.currentLevel = 1));
      await witness.settled();
      await witness.run(() => void (window.hls.loadLevel = 0));
      await seek(witness, 10);
      await witness.settled();
      await witness.run(() => void (window.hls.nextLevel = 1));
      await witness.settled();
    },
  },
  'another source, and the first one again': {
    async script(witness) {
      for (const source of [TS, '/v/range/i.m3u8', TS]) {
        await witness.load(source);
        await witness.settled();
      }
    },
  },
  'subtitles, switched on and off': {
    config: withCues,
    async script(witness) {
      await witness.load(withSubtitles);
      for (const track of [0, -1, 0]) {
        await witness.settled();
        await witness.run((to) => void (window.hls.subtitleTrack = to), track);
        await witness.settled();
        await seek(witness, 12.5 + track);
      }
      await witness.settled();
    },
  },
  'sound of its own': {
    // all of it: which of the two is appended first decides whether a full buffer gets one segment more
    config: { maxBufferLength: 60, maxMaxBufferLength: 60 },
    async script(witness) {
      await witness.load(withSound);
      await witness.settled();
    },
  },
  'plays to the end': {
    async script(witness) {
      await witness.load(TS);
      await witness.settled();
      await seek(witness, 18);
      await witness.settled();
      await witness.run(() => document.querySelector('video')!.play());
      await witness.saw('hlsMediaEnded');
      await witness.settled();
    },
  },
  'segment: 404': failing(segment(5), { status: 404 }),
  'segment: 500, twice': failing(segment(5), { status: 500 }, 2),
  'segment: 500 for ever': failing(segment(5), { status: 500 }),
  'segment: empty': failing(segment(5), { body: '' }, 1),
  'segment: not media': failing(segment(5), 'This is no segment.', 1),
  'init segment: 404': {
    async script(witness) {
      const path = '/v/fmp4/lo/init_0.mp4';
      witness.hold(path, { status: 404 }, 1);
      await witness.load('/v/fmp4/lo/i.m3u8');
      // the first segment is loaded beside it
      await witness.alone(path);
      await witness.release();
      await witness.settled();
    },
  },
  'audio segment: 500, twice': failing('/v/fmp4/en/s005.m4s', { status: 500 }, 2, '/v/fmp4/en/i.m3u8'),
  'media playlist: 404': failing('/v/ts/lo/i.m3u8', { status: 404 }),
  'media playlist: 500, once': failing('/v/ts/lo/i.m3u8', { status: 500 }, 1),
  'media playlist: 500 for ever': failing('/v/ts/lo/i.m3u8', { status: 500 }),
  'media playlist: broken': failing('/v/ts/lo/i.m3u8', 'This is no playlist.'),
  'media playlist: empty': failing('/v/ts/lo/i.m3u8', '#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-ENDLIST'),
  'multivariant playlist: 404': failing(TS, { status: 404 }),
  'multivariant playlist: 500, once': failing(TS, { status: 500 }, 1),
  'multivariant playlist: 500 for ever': failing(TS, { status: 500 }),
  'multivariant playlist: broken': failing(TS, 'This is no playlist.'),
  'key: 404': failing('/v/aes/k1.bin', { status: 404 }, undefined, AES),
  'key: 500, twice': failing('/v/aes/k1.bin', { status: 500 }, 2, AES),
  'key: too short': failing('/v/aes/k1.bin', 'short', undefined, AES),
  'subtitle playlist: 404': subtitled('/v/fmp4/sub/i.m3u8'),
  'subtitle segment: 404': subtitled('/v/fmp4/sub/s001.vtt'),
  'time-out: segment': tardy(segment(5)),
  'time-out: key': tardy('/v/aes/k1.bin', AES),
  'time-out: media playlist': tardy('/v/ts/lo/i.m3u8'),
  'time-out: multivariant playlist': tardy(TS),
  'a segment under way: seek': interrupted(segment(5), seekTo, TS, 15),
  'a segment under way: stopLoad and startLoad': interrupted(segment(5), () => {
    window.hls.stopLoad();
    window.hls.startLoad();
  }),
  'a segment under way: another level': interrupted(segment(5), () => void (window.hls.currentLevel = 1)),
  'a segment under way: another source': interrupted(segment(5), () => window.hls.loadSource('/v/range/i.m3u8')),
  'a segment under way: detachMedia': interrupted(segment(5), () => window.hls.detachMedia()),
  'a segment under way: destroy': interrupted(segment(5), () => window.hls.destroy()),
  'a key under way: another source': interrupted(
    '/v/aes/k1.bin',
    () => window.hls.loadSource('/v/ts/master.m3u8'),
    AES,
  ),
  'a media playlist under way: destroy': interrupted('/v/ts/lo/i.m3u8', () => window.hls.destroy()),
  'a multivariant playlist under way: stopLoad': interrupted(TS, () => window.hls.stopLoad()),
  'a multivariant playlist under way: another source': interrupted(TS, () => window.hls.loadSource('/v/range/i.m3u8')),
  keys: {
    async script(witness) {
      await witness.load(AES);
      await witness.settled();
      await seek(witness, 15);
      await witness.settled();
    },
  },
  'set-up functions of the app': {
    configure: (config) => {
      config.xhrSetup = (xhr, url) => {
        xhr.open('GET', url, true);
        xhr.withCredentials = true;
        xhr.setRequestHeader('x-app', 'yes');
      };
      config.fetchSetup = (context, init) =>
        new Request(context.url, { ...init, credentials: 'include', headers: { ...context.headers, 'x-app': 'yes' } });
    },
    async script(witness) {
      await witness.load('/v/range/i.m3u8');
      await witness.settled();
      await seek(witness, 12);
      await witness.settled();
    },
  },
};
