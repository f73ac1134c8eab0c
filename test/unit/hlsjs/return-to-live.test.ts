import Hls from 'hls.js';
import { describe, expect, test, vi } from 'vitest';
import { returnToLive } from '../../../packages/hlsjs/src/return-to-live.ts';

type Listener = (event: string, data: object) => void;

/** hls.js as far as it is asked here; without `media` it throws at whoever asks for its position, as a destroyed one. */
function playing(media: object | null) {
  const listeners = new Map<string, Listener[]>();
  const hls = {
    media,
    audioTracks: [{}],
    startLoad: vi.fn(),
    config: { maxFragLookUpTolerance: 0.25 },
    on: (type: string, listener: Listener) => listeners.set(type, [...(listeners.get(type) ?? []), listener]),
    get liveSyncPosition() {
      if (!this.media) throw new TypeError('destroyed');
      return 90;
    },
  };
  returnToLive(hls as unknown as Hls);
  const tell = (type: string, data: object): Promise<void> => {
    for (const listener of listeners.get(type) ?? []) listener(type, data);
    return Promise.resolve();
  };
  const update = (details: object): Promise<void> => tell(Hls.Events.LEVEL_UPDATED, { details, level: 1 });
  return { hls, tell, update };
}

const waiting = (currentTime: number, readyState = 2) => ({
  currentTime,
  duration: 100,
  readyState,
  paused: false,
  ended: false,
  seeking: false,
  buffered: { length: 0 },
});
const details = { live: true, fragmentStart: 70 };

describe('return to live, after an update of the media playlist', () => {
  test('a picture that waits in front of the window: playback goes on at the live sync position', async () => {
    const media = waiting(30);
    await playing(media).update(details);
    expect(media.currentTime).toBe(90);
  });

  test('a picture within the window stays where it is', async () => {
    const media = waiting(75);
    await playing(media).update(details);
    expect(media.currentTime).toBe(75);
  });

  test('hls.js was destroyed by another listener of the update: nothing is asked of it', async () => {
    const { hls, update } = playing(waiting(30));
    const failures: unknown[] = [];
    const fails = (error: unknown): void => void failures.push(error);
    process.on('uncaughtException', fails);
    const updated = update(details);
    hls.media = null;
    await updated;
    await new Promise((resolve) => setImmediate(resolve));
    process.off('uncaughtException', fails);
    expect(failures).toEqual([]);
  });
});

describe('return to live, before the first picture, with separate audio', () => {
  const { FRAG_LOADING, FRAG_LOADED, MANIFEST_LOADING } = Hls.Events;
  const segment = { type: 'main', sn: 4, level: 1 };
  // a window of three segments, which has passed the segment by three more
  const passed = { live: true, fragmentStart: 0, startSN: 8, endSN: 10 };

  test.each([
    ['', 0],
    // the element returns it although it has nothing to play (HTML: default playback start position)
    [', and the page has set `currentTime`', 75],
  ])(
    'the window has passed the video segment that waits for audio%s: hls.js starts at the live edge',
    async (_, at) => {
      const { hls, tell, update } = playing(waiting(at, 0));
      await tell(FRAG_LOADING, { frag: segment });
      await tell(FRAG_LOADED, { frag: segment });
      // neither is a segment of the main playlist
      await tell(FRAG_LOADING, { frag: { ...segment, type: 'audio' } });
      await tell(FRAG_LOADING, { frag: { ...segment, sn: 'initSegment' } });
      await update({ ...passed, startSN: 7, endSN: 9 });
      expect(hls.startLoad).not.toHaveBeenCalled();
      await update(passed);
      await update(passed);
      expect(hls.startLoad.mock.calls).toEqual([[90]]);
    },
  );

  test.each<[string, (it: ReturnType<typeof playing>) => unknown]>([
    ['another segment is under way', ({ tell }) => tell(FRAG_LOADING, { frag: { ...segment, sn: 7 } })],
    ['the app has given hls.js another source', ({ tell }) => tell(MANIFEST_LOADING, {})],
    ['the playlist is one of another level', ({ tell }) => tell(FRAG_LOADED, { frag: { ...segment, level: 0 } })],
    ['there is no separate audio', ({ hls }) => (hls.audioTracks = [])],
    [
      'the viewer has paused, and another audio track has emptied the buffer',
      ({ hls }) => Object.assign(hls.media!, { paused: true, readyState: 1 }),
    ],
  ])('%s: hls.js is left alone', async (_, change) => {
    const player = playing(waiting(0, 0));
    await player.tell(FRAG_LOADED, { frag: segment });
    await change(player);
    await player.update(passed);
    expect(player.hls.startLoad).not.toHaveBeenCalled();
  });
});
