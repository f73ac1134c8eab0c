type Track = Record<string, unknown> & { readonly kind: string; readonly label: string; readonly language: string };
type TrackList = EventTarget & ArrayLike<Track>;

/** Members that a viewer switches in the tracks that come with the media; WebKit alone has `audioTracks`. */
const SWITCHES = [
  ['textTracks', 'mode'],
  ['audioTracks', 'enabled'],
] as const;

const isSame = (a: Track, b: Track): boolean => a.kind === b.kind && a.label === b.label && a.language === b.language;

interface TrackState {
  readonly track: Track;
  readonly value: unknown;
}

/** Switches each of `list` as the one that was the same; of several that are alike, the first as the first. */
function switchAs(before: readonly TrackState[], list: TrackList, property: string): void {
  const free = Array.from(list);
  for (const { track, value } of before) {
    const index = free.findIndex((each) => isSame(each, track));
    const [same] = index < 0 ? [] : free.splice(index, 1);
    if (same && same[property] !== value) same[property] = value;
  }
}

/** The tracks that come with the media: a change of source leaves them as the viewer has switched them. */
export class MediaTracks {
  readonly #lists: { readonly list: TrackList; readonly property: string }[];
  /** The switches of tracks that have gone, until they are set in those that come instead. */
  #lost = new Map<TrackList, readonly TrackState[]>();

  constructor(media: HTMLMediaElement) {
    this.#lists = SWITCHES.flatMap(([name, property]) => {
      const list = (media as unknown as Partial<Record<string, TrackList>>)[name];
      return list ? { list, property } : [];
    });
  }

  /**
   * Runs `load`, which makes the media forget its tracks without an event: lists that are made from events are told.
   * Tracks beside the media stay, and are left alone. If the source before this one failed before its tracks were
   * switched, those of the one before it count.
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

  /** The tracks of the new source have come: they are switched as those that have gone were. */
  restore(): void {
    for (const { list, property } of this.#lists) switchAs(this.#lost.get(list) ?? [], list, property);
    this.forget();
  }

  /** The element plays something else. */
  forget(): void {
    this.#lost.clear();
  }
}
