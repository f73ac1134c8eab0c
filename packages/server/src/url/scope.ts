/**
 * What a token opens.
 *
 * - `url`: exactly this URL, with its query
 * - `path`: this path, with any query
 * - `folder`: every URL below `href`, which ends with `/`, in all its folders, with any query
 *
 * A format that opens more than a folder says, such as a list of patterns, gives the smallest folder that holds all of it.
 */
export interface Scope {
  readonly kind: 'url' | 'path' | 'folder';
  /** Absolute, without a token. */
  readonly href: string;
}
