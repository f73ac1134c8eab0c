type Track = Record<string, unknown> & { readonly kind: string; readonly label: string; readonly language: string };
type TrackList = EventTarget & ArrayLike<Track>;

/** What a viewer switches in the tracks that come with the media; of the engines WebKit alone has `audioTracks`. */
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

/**
 * Runs `load`, which makes `media` forget its tracks without a word: lists that are made from their events hear of it.
 * The function returned switches those that have come instead as they were. Tracks beside the media stay, and are left
 * alone.
 */
export function keepTracks(media: HTMLMediaElement, load: () => void): () => void {
  const lists = SWITCHES.flatMap(([name, property]) => {
    const list = (media as unknown as Partial<Record<string, TrackList>>)[name];
    if (!list) return [];
    return { list, property, before: Array.from(list, (track) => ({ track, value: track[property] })) };
  });
  load();
  const switched = lists.map(({ list, property, before }) => {
    const now = Array.from(list);
    const gone = before.filter(({ track }) => !now.includes(track));
    for (const { track } of gone) list.dispatchEvent(new TrackEvent('removetrack', { track: track as never }));
    return { list, property, gone };
  });
  return () => {
    for (const { list, property, gone } of switched) switchAs(gone, list, property);
  };
}
