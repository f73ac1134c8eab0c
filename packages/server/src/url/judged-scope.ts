import { decodeOnce } from '../decode-once.ts';
import { judgeUrl } from './judged-url.ts';
import type { JudgedUrl } from './judged-url.ts';
import { readingsOf, servedPaths } from './readings.ts';
import type { Reading } from './readings.ts';
import type { Scope } from './scope.ts';

/** What a token opens, or what a hook has denied, as it is compared. Only `judgeScope` makes it. */
export class JudgedScope {
  /** Of a folder, the folder itself: its path ends with `/`. */
  readonly url: JudgedUrl;
  /** Private, so that no other object fits this type. */
  readonly #kind: Scope['kind'];
  /** What `isReachedBy` compares, made once: a call may hold a hundred URLs, and a hook may deny as many. */
  readonly #folders: readonly string[];
  readonly #servedFolders: readonly string[];
  readonly #sortedQuery: string;

  readonly #parts: readonly JudgedScope[];

  private constructor(kind: Scope['kind'], url: JudgedUrl, parts: readonly JudgedScope[] = []) {
    this.#kind = kind;
    this.url = url;
    this.#parts = parts;
    this.#folders = [...new Set(readingsOf(url.path).map(asFolder))];
    this.#servedFolders = [...new Set(servedPaths(url.path).map(asFolder))];
    this.#sortedQuery = sortedQuery(url);
  }

  /** Behind `judgeScope`. */
  static from({ kind, href, parts = [] }: Scope): JudgedScope | undefined {
    const url = judgeUrl(href);
    if (!url || !['url', 'path', 'folder'].includes(kind)) return undefined;
    const judged = parts.map((part) => JudgedScope.from(part));
    // Without a `/` at its end, a text that URLs begin with opens `/vodka` beside `/vod`: all of the folder above.
    const opened = kind === 'folder' ? url.folder() : url;
    return judged.includes(undefined) ? undefined : new JudgedScope(kind, opened, judged as JudgedScope[]);
  }

  /** A URL alone. */
  static exactly(url: JudgedUrl): JudgedScope {
    return new JudgedScope('url', url);
  }

  get kind(): Scope['kind'] {
    return this.#kind;
  }

  /** What is really opened, piece by piece: itself, unless it is made of parts. */
  get parts(): readonly JudgedScope[] {
    return this.#parts.length > 0 ? this.#parts.flatMap(({ parts }) => parts) : [this];
  }

  /** As it is shown to hooks, in the one spelling of a reading. */
  shownAs(read: Reading): Scope {
    const path = read(this.url.path);
    const url = this.url.withPath(this.kind === 'folder' ? asFolder(path) : path);
    const href = this.kind === 'url' ? url.href : url.hrefWithoutQuery;
    const parts = this.#parts.map((part) => part.shownAs(read));
    return { kind: this.kind, href, ...(parts.length > 0 && { parts }) };
  }

  /** Whether all of it is one of `prefixes` or below one. */
  isWithin(prefixes: readonly JudgedUrl[]): boolean {
    return this.parts.every(({ url }) => prefixes.some((prefix) => url.isBelow(prefix)));
  }

  /** Whether a token of this scope opens all that one of `other` opens. */
  holds(other: JudgedScope): boolean {
    return other.parts.every((theirs) => this.parts.some((mine) => mine.#holdsPart(theirs)));
  }

  /**
   * Whether a token of `other` opens anything of this, or of what lies below it, as any origin reads it:
   * `/premium;x/film.mp4` reaches into `/premium/`, and `/film.mp4/x` may be `/film.mp4`. Scheme and port are not
   * compared, for many formats sign neither.
   */
  isReachedBy(other: JudgedScope): boolean {
    return this.parts.some((mine) => other.parts.some((theirs) => mine.#isReachedByPart(theirs)));
  }

  #holdsPart(other: JudgedScope): boolean {
    if (this.kind === 'folder') return other.url.isBelow(this.url);
    if (other.kind === 'folder' || other.url.hrefWithoutQuery !== this.url.hrefWithoutQuery) return false;
    return this.kind === 'path' || (other.kind === 'url' && other.url.search === this.url.search);
  }

  #isReachedByPart(other: JudgedScope): boolean {
    if (this.url.hostname !== other.url.hostname) return false;
    const isAny = (holds: (mine: string, theirs: string) => boolean): boolean =>
      this.#folders.some((mine) => other.#servedFolders.some((theirs) => holds(mine, theirs)));
    if (other.kind === 'folder' && isAny((mine, theirs) => mine.startsWith(theirs))) return true;
    if (!isAny((mine, theirs) => theirs.startsWith(mine))) return false;
    return this.kind === 'folder' || other.kind === 'folder' || this.kind === 'path' || other.kind === 'path' || this.#sortedQuery === other.#sortedQuery;
  }
}

/** @returns `undefined` for a scope whose `href` has no single reading, and for what is no scope */
export function judgeScope(scope: Scope | undefined): JudgedScope | undefined {
  return scope && JudgedScope.from(scope);
}

function asFolder(path: string): string {
  return path.endsWith('/') ? path : `${path}/`;
}

/** A query as most servers read it: by its names and values, whatever their order, escapes and repetitions. */
function sortedQuery({ search }: JudgedUrl): string {
  const pairs = search.slice(1).split(/[&;]/).filter(Boolean).map(readPair);
  return [...new Set(pairs)].sort().join('&');
}

function readPair(pair: string): string {
  const spaced = pair.replaceAll('+', ' ');
  // What is not UTF-8 is Latin-1 to the servers that read it at all.
  const asLatin1 = (_: string, hex: string): string => String.fromCharCode(parseInt(hex, 16));
  const read = decodeOnce(spaced) ?? spaced.replace(/%([\da-f]{2})/gi, asLatin1);
  // `q` is `q=`
  return pair.includes('=') ? read : `${read}=`;
}
