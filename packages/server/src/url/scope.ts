/**
 * The URLs that a token opens.
 *
 * - `url`: exactly this URL, with its query
 * - `path`: this path, with any query
 * - `folder`: every URL below `href`, which ends with `/`, in all its folders, with any query
 *
 * A token that opens several of them, such as one with a list of patterns, has the smallest folder that holds them all,
 * and in `parts` what it really opens. The signing endpoint compares the parts.
 */
export interface Scope {
  readonly kind: 'url' | 'path' | 'folder';
  /** Absolute, without a token. */
  readonly href: string;
  readonly parts?: readonly Scope[];
}
