type Switch = Record<string, unknown>;
type TrackOf = Switch & { readonly kind: string; readonly label: string; readonly language: string };
type TrackList = EventTarget & ArrayLike<TrackOf>;

/** What a viewer switches in the tracks that come with the media; Safari alone has the latter. */
const switches = [
  ['textTracks', 'mode'],
  ['audioTracks', 'enabled'],
] as const;

const isSame = (a: TrackOf, b: TrackOf): boolean =>
  a.kind === b.kind && a.label === b.label && a.language === b.language;

/**
 * Runs `load`, which forgets the tracks of the media without a word: lists made from their events must not keep them.
 */
function swapTracks(media: HTMLMediaElement, load: () => void): (() => void)[] {
  const before = switches.map(([name, state]) => {
    const list = (media as unknown as Partial<Record<string, TrackList>>)[name];
    return { list, state, tracks: Array.from(list ?? [], (track) => ({ track, was: track[state] })) };
  });
  load();
  return before.map(({ list, state, tracks }) => {
    const now = (): TrackOf[] => Array.from(list!);
    const gone = tracks.filter(({ track }) => !now().includes(track));
    for (const { track } of gone) list!.dispatchEvent(new TrackEvent('removetrack', { track: track as never }));
    return () => {
      for (const { track, was } of gone) for (const same of now()) if (isSame(same, track)) same[state] = was;
    };
  });
}

/**
 * Gives `media` another URL of the same source in mid-play: it goes on where it was, as it was. From the first line on
 * it can be played, paused and seeked as ever, for it keeps what is asked of it last.
 */
export function swapSource(
  media: HTMLMediaElement,
  url: string,
  goOn: boolean,
  onLoaded: () => void,
  signal: AbortSignal,
): void {
  const { currentTime, playbackRate, preload, duration } = media;
  // past the property that Video.js puts on the element, which takes it for another source
  const restore = swapTracks(media, () => Reflect.set(HTMLMediaElement.prototype, 'src', url, media));
  // where it begins; live: the edge is where the new playlist says
  if (duration !== Infinity) media.currentTime = currentTime;
  media.playbackRate = playbackRate;
  // there is a picture to get, although it may be paused
  media.preload = 'auto';
  if (goOn) media.play().catch(() => undefined);
  // the attribute "autoplay" counts anew
  else media.pause();
  media.addEventListener(
    'loadeddata',
    () => {
      media.preload = preload;
      for (const each of restore) each();
      onLoaded();
    },
    { once: true, signal },
  );
}
