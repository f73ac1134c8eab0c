interface CorsMode {
  /** The `crossOrigin` that the page has set. */
  readonly ofPage: string | null;
  /** The `crossOrigin` that a request of ours needed. */
  readonly given: string | null;
}

/** The last `crossOrigin` that we gave to each element: its next film may come from a CDN that needs another one. */
const modes = new WeakMap<HTMLMediaElement, CorsMode>();

/** Returns the `crossOrigin` that the page has set on `media`, which may differ from the one that we gave. */
export function crossOriginOfPage(media: HTMLMediaElement): string | null {
  const mode = modes.get(media);
  return mode?.given === media.crossOrigin ? mode.ofPage : media.crossOrigin;
}

/** Notes that `media` gets `given` with its next source. */
export function noteCrossOrigin(media: HTMLMediaElement, given: string | null): void {
  modes.set(media, { ofPage: crossOriginOfPage(media), given });
}
