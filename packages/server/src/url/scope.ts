import { judgeUrl } from './judged-url.ts';
import type { JudgedUrl } from './judged-url.ts';

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

/**
 * A scope in the form that is compared: the scope of a token, or one that a hook has denied. `judgeScope` makes it from
 * a `Scope`.
 */
export class JudgedScope {
  readonly kind: Scope['kind'];
  /** The URL of the scope. In a scope of the kind `folder` it is the folder itself: its path ends with `/`. */
  readonly url: JudgedUrl;
  /** The scopes that are really opened: the parts, or the scope itself if it has none. */
  readonly parts: readonly JudgedScope[];
  #shown?: Scope;
  #whole?: string;

  constructor(kind: Scope['kind'], url: JudgedUrl, parts: readonly JudgedScope[] = []) {
    this.kind = kind;
    // A folder without a `/` at its end is a text that URLs begin with: `/vod` opens `/vodka` too. It counts as a scope
    // for all of the folder above.
    this.url = kind === 'folder' ? url.folder() : url;
    this.parts = parts.length > 0 ? parts.flatMap((part) => part.parts) : [this];
  }

  /** Creates the scope of exactly one URL. */
  static exactly(url: JudgedUrl): JudgedScope {
    return new JudgedScope('url', url);
  }

  /** The scope as hooks see it: each URL in its canonical spelling, frozen, so that no hook changes it for others. */
  get shown(): Scope {
    return (this.#shown ??= frozenScope({
      kind: this.kind,
      href: this.kind === 'url' ? this.url.href : this.url.hrefWithoutQuery,
      ...(this.parts[0] !== this && { parts: this.parts.map((part) => part.shown) }),
    }));
  }

  /** Whether any part of the scope is a folder. */
  get opensFolder(): boolean {
    return this.parts.some(({ kind }) => kind === 'folder');
  }

  /** Whether every part of the scope is one of `prefixes` or below one. */
  isWithin(prefixes: readonly JudgedUrl[]): boolean {
    return this.parts.every(({ url }) => prefixes.some((prefix) => url.isBelow(prefix)));
  }

  /** Whether a token of this scope opens everything that a token of `other` opens. */
  holds(other: JudgedScope): boolean {
    return other.parts.every((theirs) => this.parts.some((mine) => mine.#holdsPart(theirs)));
  }

  /**
   * Whether a token of this scope opens anything that is `denied`, or that lies below it. Scheme and port are not
   * compared, because many formats sign neither.
   */
  reaches(denied: JudgedScope): boolean {
    return this.parts.some((part) => part.#reachesPart(denied));
  }

  #holdsPart(other: JudgedScope): boolean {
    if (this.kind === 'folder') return other.url.isBelow(this.url);
    if (other.kind === 'folder' || !other.url.hasOriginOf(this.url) || other.url.path !== this.url.path) return false;
    return this.kind === 'path' || (other.kind === 'url' && other.url.search === this.url.search);
  }

  #reachesPart(denied: JudgedScope): boolean {
    if (this.url.hostname !== denied.url.hostname) return false;
    if (this.kind === 'folder' && denied.#asFolder.startsWith(this.#asFolder)) return true;
    if (!this.#asFolder.startsWith(denied.#asFolder)) return false;
    return denied.kind !== 'url' || this.kind !== 'url' || sortedQuery(this.url) === sortedQuery(denied.url);
  }

  /** The path as it is compared, with a `/` at its end. */
  get #asFolder(): string {
    return (this.#whole ??= comparedPath(this.url).replace(/\/?$/, '/'));
  }
}

/**
 * Returns a path as it is compared with what is protected or denied: macOS compares names in NFC, S3 takes `+` for a
 * space, and a server that decodes twice ends the path of `/film.mp4%3Fx` in front of the `?`. Windows then leaves out
 * dots and spaces in front of it.
 */
export function comparedPath({ path }: Pick<JudgedUrl, 'path'>): string {
  return path
    .normalize('NFC')
    .replaceAll('+', ' ')
    .replace(/(?<![. ])[. ]*[?#]/g, '/');
}

/**
 * Returns the scope in the form that is compared.
 *
 * @returns `undefined` for a scope whose `href` has no single reading, for a folder whose names are not in the Unicode
 *   form NFC, and for a value that is not a scope
 */
export function judgeScope(scope: Scope | undefined): JudgedScope | undefined {
  if (!scope) return undefined;
  const { kind, href, parts = [] } = scope;
  const url = judgeUrl(href);
  if (!url || !['url', 'path', 'folder'].includes(kind)) return undefined;
  if (kind === 'folder' && !url.folder().isComposed) return undefined;
  const judged = parts.flatMap((part) => judgeScope(part) ?? []);
  return judged.length < parts.length ? undefined : new JudgedScope(kind, url, judged);
}

function frozenScope(scope: Scope): Scope {
  for (const part of scope.parts ?? []) frozenScope(part);
  Object.freeze(scope.parts);
  return Object.freeze(scope);
}

/** Returns the query as most servers read it: names and values, regardless of their order, escapes and repetitions. */
function sortedQuery({ search }: JudgedUrl): string {
  const pairs = [...new URLSearchParams(search.replaceAll(';', '&'))].map((pair) => JSON.stringify(pair));
  return [...new Set(pairs)].sort().join();
}
