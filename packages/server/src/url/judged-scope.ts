import { judgeUrl } from './judged-url.ts';
import type { JudgedUrl } from './judged-url.ts';
import { plainPath } from './readings.ts';
import type { Scope } from './scope.ts';

/** What a token opens, or what a hook has denied, as it is compared. Only `judgeScope` makes it. */
export class JudgedScope {
  /** Of a folder, the folder itself: its path ends with `/`. */
  readonly url: JudgedUrl;
  /** Private, so that no other object fits this type. */
  readonly #kind: Scope['kind'];
  /** What `reaches` compares, made once: a call may hold a hundred URLs, and a hook may deny as many. */
  readonly #plainFolder: string;
  readonly #sortedQuery: string;

  private constructor(kind: Scope['kind'], url: JudgedUrl) {
    this.#kind = kind;
    this.url = url;
    const path = plainPath(url.path);
    this.#plainFolder = path.endsWith('/') ? path : `${path}/`;
    this.#sortedQuery = sortedQuery(url);
  }

  /** Behind `judgeScope`. */
  static from({ kind, href }: Scope): JudgedScope | undefined {
    const url = judgeUrl(href);
    if (!url || !['url', 'path', 'folder'].includes(kind)) return undefined;
    // Without a `/` at its end, a text that URLs begin with opens `/vodka` beside `/vod`: all of the folder above.
    return new JudgedScope(kind, kind === 'folder' ? url.folder() : url);
  }

  /** A URL alone. */
  static exactly(url: JudgedUrl): JudgedScope {
    return new JudgedScope('url', url);
  }

  get kind(): Scope['kind'] {
    return this.#kind;
  }

  /** As it is shown to hooks, in the one spelling. */
  get shown(): Scope {
    return { kind: this.kind, href: this.kind === 'url' ? this.url.href : this.url.hrefWithoutQuery };
  }

  /** Whether all of it is `prefix` or below it. */
  isWithin(prefix: JudgedUrl): boolean {
    return this.url.isBelow(prefix);
  }

  /** Whether a token of this scope opens all that one of `other` opens. */
  holds(other: JudgedScope): boolean {
    if (this.kind === 'folder') return other.url.isBelow(this.url);
    if (other.kind === 'folder' || other.url.hrefWithoutQuery !== this.url.hrefWithoutQuery) return false;
    return this.kind === 'path' || (other.kind === 'url' && other.url.search === this.url.search);
  }

  /**
   * Whether a token of one opens anything of the other, as any origin reads it: `/premium;x/film.mp4` reaches into
   * `/premium/`. Scheme and port are not compared, for many formats sign neither.
   */
  reaches(other: JudgedScope): boolean {
    if (this.url.hostname !== other.url.hostname) return false;
    const [mine, theirs] = [this.#plainFolder, other.#plainFolder];
    if (this.kind === 'folder' && theirs.startsWith(mine)) return true;
    if (other.kind === 'folder') return mine.startsWith(theirs);
    if (mine !== theirs) return false;
    return this.kind === 'path' || other.kind === 'path' || this.#sortedQuery === other.#sortedQuery;
  }
}

/** @returns `undefined` for a scope whose `href` has no single reading, and for what is no scope */
export function judgeScope(scope: Scope | undefined): JudgedScope | undefined {
  return scope && JudgedScope.from(scope);
}

/** Most servers read a query by its names, whatever their order. */
function sortedQuery({ search }: JudgedUrl): string {
  return search.slice(1).split('&').filter(Boolean).sort().join('&');
}
