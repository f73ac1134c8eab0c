/** Types of the exports that this package uses; `mpd-parser` has no types. */
declare module 'mpd-parser' {
  interface Uri {
    readonly uri?: string;
    readonly resolvedUri?: string;
  }
  interface Playlist extends Uri {
    readonly endList?: boolean;
    readonly segments?: readonly (Uri & { readonly map?: Uri })[];
    readonly sidx?: Uri;
  }
  type Groups = Readonly<Record<string, Readonly<Record<string, { readonly playlists?: readonly Playlist[] }>>>>;

  /** What `parse` returns. */
  export interface Manifest {
    readonly playlists?: readonly Playlist[];
    readonly mediaGroups?: { readonly AUDIO?: Groups; readonly SUBTITLES?: Groups };
  }
}
