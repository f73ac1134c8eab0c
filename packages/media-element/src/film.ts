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

/** A page may give text that is none. */
function parse(url: string): URL | undefined {
  try {
    return new URL(url);
  } catch {
    return undefined;
  }
}

/**
 * Whether the source of `media` is the film at `url`. A source that the page has set is, if it has all that `url` has,
 * whatever parameters it has beside them, or folders before its path: it may have been signed on a server.
 */
export function hasFilm(media: HTMLMediaElement, url: string): boolean {
  const ours = given.get(media);
  if (ours?.src === media.src) return ours.url === url;
  // what is given in `src` is written there at once, what stands in its children only later
  const current = parse(media.src || media.currentSrc);
  if (!current) return false;
  const wanted = new URL(url);
  const hasParameter = ([name, value]: [string, string]): boolean => current.searchParams.getAll(name).includes(value);
  return (
    current.origin === wanted.origin &&
    current.pathname.endsWith(wanted.pathname) &&
    [...wanted.searchParams].every(hasParameter)
  );
}
