type Track = Record<string, unknown> & { readonly kind: string; readonly label: string; readonly language: string };
type TrackList = EventTarget & ArrayLike<Track>;

/** The properties by which a viewer switches tracks that come with the media. Only WebKit has `audioTracks`. */
const SWITCHES = [
  ['textTracks', 'mode'],
  ['audioTracks', 'enabled'],
] as const;

const isSame = (a: Track, b: Track): boolean => a.kind === b.kind && a.label === b.label && a.language === b.language;

interface TrackState {
  readonly track: Track;
  readonly value: unknown;
}

/**
 * Switches each track of `list` like the same track in `before`. If several tracks are alike, the first in `list` gets
 * the value of the first in `before`.
 */
function switchAs(before: readonly TrackState[], list: TrackList, property: string): void {
  const free = Array.from(list);
  for (const { track, value } of before) {
    const index = free.findIndex((each) => isSame(each, track));
    const [same] = index < 0 ? [] : free.splice(index, 1);
    if (same && same[property] !== value) same[property] = value;
  }
}

/** The tracks that come with the media. A change of source keeps what the viewer has switched. */
export class MediaTracks {
  readonly #lists: { readonly list: TrackList; readonly property: string }[];
  /** The values of tracks that a change of source has removed, until `restore` sets them in the new tracks. */
  #lost = new Map<TrackList, readonly TrackState[]>();

  constructor(media: HTMLMediaElement) {
    this.#lists = SWITCHES.flatMap(([name, property]) => {
      const list = (media as unknown as Partial<Record<string, TrackList>>)[name];
      return list ? { list, property } : [];
    });
  }

  /**
   * Runs `load`, which removes the tracks of the media without an event, and then dispatches the missing `removetrack`
   * events: players build lists of tracks from events. Does not touch tracks beside the media, which stay. If the last
   * source failed before `restore` had switched its tracks, the values of the source before it count.
   */
  around(load: () => void): void {
    const before = this.#lists.map(({ list, property }) =>
      Array.from(list, (track) => ({ track, value: track[property] })),
    );
    load();
    this.#lists.forEach(({ list }, index) => {
      const now = Array.from(list);
      const gone = before[index]!.filter(({ track }) => !now.includes(track));
      for (const { track } of gone) list.dispatchEvent(new TrackEvent('removetrack', { track: track as never }));
      if (!this.#lost.has(list)) this.#lost.set(list, gone);
    });
  }

  /** Switches the tracks of the new source like the tracks that it replaces. */
  restore(): void {
    for (const { list, property } of this.#lists) switchAs(this.#lost.get(list) ?? [], list, property);
    this.forget();
  }

  /** Forgets the values, because the element plays something else. */
  forget(): void {
    this.#lost.clear();
  }
}
