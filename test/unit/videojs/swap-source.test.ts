import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { swapSource } from '../../../packages/videojs/src/swap-source.ts';

type Track = Record<string, unknown>;
class List extends EventTarget {
  length = 0;
  set(tracks: readonly Track[]): void {
    this.length = tracks.length;
    Object.assign(this, tracks);
  }
}

/** A load as Safari does it for HLS: tracks of the media are others afterwards, and no event says so. */
class Media extends EventTarget {
  textTracks = new List();
  audioTracks = new List();
  currentTime = 50;
  playbackRate = 1.5;
  preload = 'none';
  duration = 100;
  next: readonly [readonly Track[], readonly Track[]] = [[], []];
  play = vi.fn(() => Promise.reject(new Error('interrupted')));
  pause = vi.fn();
  set src(_: string) {
    this.currentTime = 0;
    this.playbackRate = 1;
    this.textTracks.set(this.next[0]);
    this.audioTracks.set(this.next[1]);
  }
}

beforeAll(() => {
  vi.stubGlobal('HTMLMediaElement', Media);
  vi.stubGlobal(
    'TrackEvent',
    class extends Event {
      track: unknown;
      constructor(type: string, { track }: { track: unknown }) {
        super(type);
        this.track = track;
      }
    },
  );
});
afterAll(() => vi.unstubAllGlobals());

const swap = (media: Media, goOn = true, onLoaded = vi.fn()): AbortController => {
  const controller = new AbortController();
  swapSource(media as unknown as HTMLMediaElement, 'https://cdn.example.com/b', goOn, onLoaded, controller.signal);
  return controller;
};
const loaded = (media: Media): boolean => media.dispatchEvent(new Event('loadeddata'));

describe('swapSource', () => {
  test('where it was, as it was', () => {
    const media = new Media();
    swap(media);
    expect(media).toMatchObject({ currentTime: 50, playbackRate: 1.5, preload: 'auto' });
    expect([media.play.mock.calls.length, media.pause.mock.calls.length]).toEqual([1, 0]);
    loaded(media);
    expect(media.preload).toBe('none');
  });

  test('paused it stays paused; live it begins at the edge', () => {
    const media = Object.assign(new Media(), { duration: Infinity });
    swap(media, false);
    expect([media.play.mock.calls.length, media.pause.mock.calls.length]).toEqual([0, 1]);
    expect(media.currentTime).toBe(0);
  });

  test('tracks of the media are switched as they were, and lists hear of those that have gone', () => {
    const media = new Media();
    const beside = { kind: 'subtitles', label: 'beside', language: 'en', mode: 'showing' };
    const text = (mode: string, language: string): Track => ({ kind: 'subtitles', label: '', language, mode });
    const audio = (enabled: boolean, language: string): Track => ({ kind: 'main', label: '', language, enabled });
    const old = [text('showing', 'de'), text('disabled', 'en')];
    media.textTracks.set([beside, ...old]);
    media.audioTracks.set([audio(false, 'en'), audio(true, 'de')]);
    const removed: unknown[] = [];
    media.textTracks.addEventListener('removetrack', (event) => removed.push((event as TrackEvent).track));
    media.next = [
      [beside, text('disabled', 'de'), text('showing', 'en'), text('hidden', 'fr')],
      [audio(true, 'en'), audio(false, 'de')],
    ];
    swap(media);
    expect(removed).toEqual(old);
    beside.mode = 'hidden';
    loaded(media);
    expect(Array.from(media.textTracks as unknown as ArrayLike<Track>, ({ mode }) => mode)).toEqual([
      'hidden',
      'showing',
      'disabled',
      'hidden',
    ]);
    expect(Array.from(media.audioTracks as unknown as ArrayLike<Track>, ({ enabled }) => enabled)).toEqual([
      false,
      true,
    ]);
  });

  test('nothing is done to an element that has another source by now', () => {
    const media = new Media();
    const onLoaded = vi.fn();
    swap(media, true, onLoaded).abort();
    loaded(media);
    expect(onLoaded).not.toHaveBeenCalled();
  });
});
