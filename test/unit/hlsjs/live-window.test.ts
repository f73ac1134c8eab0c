import Hls from 'hls.js';
import type { LoaderContext } from 'hls.js';
import { describe, expect, test, vi } from 'vitest';
import { hasLeftWindow, returnToLive } from '../../../packages/hlsjs/src/live-window.ts';

describe('a segment may have left the live window', () => {
  /** A live playlist of three segments of two seconds, loaded a second ago. */
  const playlist = { live: true, startSN: 20, age: 1, totalduration: 6 };
  const old = { ...playlist, age: 7 };
  const asks = (details: object, frag?: object): boolean => {
    const hls = {
      levels: [{ details }],
      audioTracks: [{ details: old }],
      subtitleTracks: [{}, { details: old }],
    } as unknown as Hls;
    return hasLeftWindow(hls, { url: '', responseType: 'text', ...(frag && { frag }) } as LoaderContext);
  };

  test.each<[string, boolean, object, object?]>([
    ['it is before the first one of the playlist', true, playlist, { type: 'main', level: 0, sn: 19 }],
    ['its playlist is older than its own window', true, old, { type: 'main', level: 0, sn: 22 }],
    ['that of its audio track is', true, playlist, { type: 'audio', level: 0, sn: 21 }],
    ['that of its subtitles is', true, playlist, { type: 'subtitle', level: 1, sn: 21 }],
    ['it is the first one of the playlist', false, playlist, { type: 'main', level: 0, sn: 20 }],
    ['it is on demand', false, { ...old, live: false }, { type: 'main', level: 0, sn: 3 }],
    ['it is a playlist', false, old],
  ])('if %s: %s', (_, expected, details, frag) => expect(asks(details, frag)).toBe(expected));
});

class FakeHls {
  static readonly Events = Hls.Events;
  readonly config = { maxFragLookUpTolerance: 0.25 };
  readonly startLoad = vi.fn();
  readonly #listeners: Record<string, (type: string, data: object) => void> = {};
  audioTracks = [{}];
  liveSyncPosition = 90;
  media: object | null;
  constructor(media: object) {
    this.media = media;
    returnToLive(this as unknown as Hls);
  }
  on(type: string, listener: (type: string, data: object) => void): void {
    this.#listeners[type] = listener;
  }
  tell(type: string, data: object): Promise<void> {
    this.#listeners[type]!(type, data);
    return Promise.resolve();
  }
  update(details: object): Promise<void> {
    return this.tell(Hls.Events.LEVEL_UPDATED, { details: { live: true, fragmentStart: 70, ...details }, level: 1 });
  }
}
const empty = { duration: 100, buffered: { length: 0 } };
const waiting = (currentTime: number, readyState = 2) => ({ ...empty, currentTime, readyState });

describe('after an update of the live playlist', () => {
  test.each([
    ['before the window goes on at the live sync position', waiting(30), 90],
    ['before the window stays where it is if the element cannot go to live yet', { ...waiting(30), duration: 80 }, 30],
    ['within the window stays where it is', waiting(75), 75],
    ['of a media object without `buffered` is left alone', { ...waiting(30), buffered: undefined }, 30],
  ])('playback %s', async (_, media, expected) => {
    await new FakeHls(media).update({});
    expect(media.currentTime).toBe(expected);
  });

  test('nothing is asked of a player that another listener has destroyed: it would throw', async () => {
    const hls = new FakeHls(waiting(30));
    const position = vi.spyOn(hls as { readonly liveSyncPosition: number }, 'liveSyncPosition', 'get');
    const updated = hls.update({});
    hls.media = null;
    await updated;
    expect(position).not.toHaveBeenCalled();
  });
});

describe('the first video segment waits for separate audio, and the live window has passed it by its own length', () => {
  const { FRAG_LOADING, FRAG_LOADED, MANIFEST_LOADING } = Hls.Events;
  const segment = { type: 'main', sn: 4, level: 1 };
  const start = async (): Promise<FakeHls> => {
    const hls = new FakeHls(waiting(0, 0));
    await hls.tell(FRAG_LOADING, { frag: segment });
    await hls.tell(FRAG_LOADED, { frag: segment });
    await hls.tell(FRAG_LOADING, { frag: { ...segment, type: 'audio' } });
    await hls.tell(FRAG_LOADING, { frag: { ...segment, sn: 'initSegment' } });
    return hls;
  };

  test('the start is made anew at the live edge, once', async () => {
    const hls = await start();
    await hls.update({ startSN: 7, endSN: 9 });
    expect(hls.startLoad).not.toHaveBeenCalled();
    await hls.update({ startSN: 8, endSN: 10 });
    await hls.update({ startSN: 8, endSN: 10 });
    expect(hls.startLoad.mock.calls).toEqual([[90]]);
  });

  test.each<[string, (hls: FakeHls) => unknown]>([
    ['another segment is under way', (hls) => hls.tell(FRAG_LOADING, { frag: { ...segment, sn: 7 } })],
    ['the app has given hls.js another source', (hls) => hls.tell(MANIFEST_LOADING, {})],
    ['the playlist is one of another level', (hls) => hls.tell(FRAG_LOADED, { frag: { ...segment, level: 0 } })],
    [
      'there is no separate audio',
      (hls) => {
        hls.audioTracks = [];
      },
    ],
    [
      'there has been a picture, and another audio track has emptied the buffer',
      (hls) => {
        hls.media = waiting(0, 1);
      },
    ],
  ])('but %s: hls.js is left alone', async (_, change) => {
    const hls = await start();
    await change(hls);
    await hls.update({ startSN: 8, endSN: 10 });
    expect(hls.startLoad).not.toHaveBeenCalled();
  });
});
