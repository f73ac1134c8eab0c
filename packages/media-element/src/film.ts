interface Film {
  /** As the browser writes it. */
  readonly src: string;
  /** Unsigned. */
  readonly url: string;
}

/** What each element was given last: a token may stand in the path. */
const given = new WeakMap<HTMLMediaElement, Film>();

export function noteFilm(media: HTMLMediaElement, film: Film): void {
  given.set(media, film);
}

/**
 * Whether the source of `media` is the film at `url`. A source that the page has set is, if it has all that `url` has,
 * whatever parameters it has beside them, or folders before its path: it may have been signed on a server.
 */
export function hasFilm(media: HTMLMediaElement, url: string): boolean {
  const ours = given.get(media);
  if (ours?.src === media.src) return ours.url === url;
  if (!media.currentSrc) return false;
  const [has, wanted] = [new URL(media.currentSrc), new URL(url)];
  const hasParameter = ([name, value]: [string, string]): boolean => has.searchParams.getAll(name).includes(value);
  return (
    has.origin === wanted.origin &&
    has.pathname.endsWith(wanted.pathname) &&
    [...wanted.searchParams].every(hasParameter)
  );
}
