/**
 * The last film that we gave to each element: `src` as the browser writes it, and the unsigned URL. Without it, `hasFilm`
 * could not recognise a signed URL with the token in its path.
 */
const given = new WeakMap<HTMLMediaElement, { readonly src: string; readonly url: string }>();

export const noteFilm = (media: HTMLMediaElement, src: string, url: string): void => {
  given.set(media, { src, url });
};

/** Returns `undefined` if `url` is not a valid URL: a page may set any text. */
function parse(url: string): URL | undefined {
  try {
    return new URL(url);
  } catch {
    return undefined;
  }
}

/**
 * Whether the source of `media` is the film at `url`. A source that the page has set counts if it has the origin and
 * all parameters of `url`, and its path ends with that of `url`. It may have more parameters and more folders, because
 * a server may have signed it.
 */
export function hasFilm(media: HTMLMediaElement, url: string): boolean {
  const ours = given.get(media);
  if (ours?.src === media.src) return ours.url === url;
  // `src` holds a new URL at once; the URL of a `<source>` child appears only in `currentSrc`, and later
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
