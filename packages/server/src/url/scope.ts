/**
 * The URLs that a token opens.
 *
 * - `url`: exactly this URL, with its query
 * - `path`: this path, with any query
 * - `folder`: every URL below `href`, which ends with `/`, in all its folders, with any query
 *
 * A token may open several of these, for example with a list of patterns. Its scope is then the smallest folder that
 * contains them all, and `parts` lists what the token really opens. The signing endpoint compares the parts.
 */
export interface Scope {
  readonly kind: 'url' | 'path' | 'folder';
  /** An absolute URL without a token. */
  readonly href: string;
  readonly parts?: readonly Scope[];
}
