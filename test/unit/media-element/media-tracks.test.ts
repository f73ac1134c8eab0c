import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { MediaTracks } from '../../../packages/media-element/src/media-tracks.ts';

type Track = Record<string, unknown>;
class List extends EventTarget {
  length = 0;
  set(tracks: readonly Track[]): void {
    this.length = tracks.length;
    Object.assign(this, tracks);
  }
}

const text = (mode: string, language: string, label = ''): Track => ({ kind: 'subtitles', label, language, mode });
const audio = (enabled: boolean, language: string): Track => ({ kind: 'main', label: '', language, enabled });
const all = (list: List, property: string): unknown[] =>
  Array.from(list as unknown as ArrayLike<Track>, (track) => track[property]);

interface Media {
  readonly textTracks: List;
  readonly audioTracks?: List;
}
const tracksOf = (media: Media): MediaTracks => new MediaTracks(media as unknown as HTMLMediaElement);

/** A load as Safari does it for HLS: tracks of the media are others afterwards, and no event says so. */
const load =
  (media: Media, texts: readonly Track[], audios: readonly Track[] = []) =>
  (): void => {
    media.textTracks.set(texts);
    media.audioTracks?.set(audios);
  };

beforeAll(() => {
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

describe('MediaTracks', () => {
  test('tracks of the media are switched as they were, and lists hear of those that have gone', () => {
    const media = { textTracks: new List(), audioTracks: new List() };
    const beside = text('showing', 'en', 'beside');
    const old = [text('showing', 'de'), text('disabled', 'en')];
    media.textTracks.set([beside, ...old]);
    media.audioTracks.set([audio(false, 'en'), audio(true, 'de')]);
    const removed: unknown[] = [];
    media.textTracks.addEventListener('removetrack', (event) => removed.push((event as TrackEvent).track));
    const tracks = tracksOf(media);
    tracks.around(
      load(
        media,
        [beside, text('disabled', 'de'), text('showing', 'en'), text('hidden', 'fr')],
        [audio(true, 'en'), audio(false, 'de')],
      ),
    );
    expect(removed).toEqual(old);
    beside.mode = 'hidden';
    tracks.restore();
    expect(all(media.textTracks, 'mode')).toEqual(['hidden', 'showing', 'disabled', 'hidden']);
    expect(all(media.audioTracks, 'enabled')).toEqual([false, true]);
  });

  test('of tracks that are alike the first is switched as the first, and the second as the second', () => {
    const media = { textTracks: new List() };
    media.textTracks.set([text('showing', 'en'), text('disabled', 'en')]);
    const tracks = tracksOf(media);
    tracks.around(load(media, [text('disabled', 'en'), text('disabled', 'en')]));
    tracks.restore();
    expect(all(media.textTracks, 'mode')).toEqual(['showing', 'disabled']);
  });

  describe('a source that fails', () => {
    const failing = (): { media: Media; tracks: MediaTracks } => {
      const media = { textTracks: new List() };
      media.textTracks.set([text('showing', 'de'), text('disabled', 'en')]);
      const tracks = tracksOf(media);
      tracks.around(load(media, []));
      return { media, tracks };
    };

    test('before it has tracks: those of the next one are as the viewer has switched them', () => {
      const { media, tracks } = failing();
      tracks.around(load(media, [text('disabled', 'de'), text('showing', 'en')]));
      tracks.restore();
      expect(all(media.textTracks, 'mode')).toEqual(['showing', 'disabled']);
    });

    test('after its tracks came: how the media have switched them is no wish of the viewer', () => {
      const { media, tracks } = failing();
      media.textTracks.set([text('disabled', 'de'), text('showing', 'en')]);
      tracks.around(load(media, [text('disabled', 'de'), text('showing', 'en')]));
      tracks.restore();
      expect(all(media.textTracks, 'mode')).toEqual(['showing', 'disabled']);
    });

    test('and another source of the page: its tracks are its own', () => {
      const { media, tracks } = failing();
      tracks.forget();
      media.textTracks.set([text('disabled', 'de')]);
      tracks.around(load(media, [text('showing', 'de')]));
      tracks.restore();
      expect(all(media.textTracks, 'mode')).toEqual(['disabled']);
    });
  });
});
