import { decodeOnce } from './decode-once.ts';
import { judgeUrl } from './judged-url.ts';
import type { JudgedUrl } from './judged-url.ts';
import { maxServedPaths } from './readings.ts';
import type { Scope } from './scope.ts';
import { ShownScope, frozenScope } from './shown-scope.ts';

/**
 * The largest number of served paths of a scope: 256 parts that are read in 16 ways each. Larger scopes are not judged.
 */
const maxServedPathsOfScope = 256 * maxServedPaths;

/**
 * A scope in the form that is compared: the scope of a token, or one that a hook has denied. `judgeScope` makes it from
 * a `Scope`, and `exactly` from a URL.
 */
export class JudgedScope {
  /** The URL of the scope. In a scope of the kind `folder` it is the folder itself: its path ends with `/`. */
  readonly url: JudgedUrl;
  /** The scopes that are really opened: the parts, or the scope itself if it has none. */
  readonly parts: readonly JudgedScope[];
  /** Private, so that no other object fits this type. */
  readonly #kind: Scope['kind'];
  #shown?: ShownScope;

  private constructor(kind: Scope['kind'], url: JudgedUrl, parts: readonly JudgedScope[] = []) {
    this.#kind = kind;
    this.url = url;
    this.parts = parts.length > 0 ? parts.flatMap((part) => part.parts) : [this];
  }

  /** Does the work of `judgeScope`. */
  static from({ kind, href, parts = [] }: Scope): JudgedScope | undefined {
    const url = judgeUrl(href);
    if (!url || !['url', 'path', 'folder'].includes(kind)) return undefined;
    const judged: JudgedScope[] = [];
    for (const each of parts) {
      const part = JudgedScope.from(each);
      if (!part) return undefined;
      judged.push(part);
    }
    // A folder without a `/` at its end is a text that URLs begin with: `/vod` opens `/vodka` too. It counts as a scope
    // for all of the folder above.
    const scope = new JudgedScope(kind, kind === 'folder' ? url.folder() : url, judged);
    const served = scope.parts.reduce((sum, part) => sum + part.url.servedPaths.length, 0);
    return served > maxServedPathsOfScope ? undefined : scope;
  }

  /** Creates the scope of exactly one URL. */
  static exactly(url: JudgedUrl): JudgedScope {
    return new JudgedScope('url', url);
  }

  get kind(): Scope['kind'] {
    return this.#kind;
  }

  /** The query as most servers read it: names and values, regardless of their order, escapes and repetitions. */
  get sortedQuery(): string {
    return sortedQuery(this.url);
  }

  /** Whether any part of the scope is a folder. */
  get opensFolder(): boolean {
    return this.parts.some(({ kind }) => kind === 'folder');
  }

  /** The scope as hooks see it. */
  get shown(): ShownScope {
    return (this.#shown ??= new ShownScope(this));
  }

  /** Whether every part of the scope is one of `prefixes` or below one. */
  isWithin(prefixes: readonly JudgedUrl[]): boolean {
    return this.parts.every(({ url }) => prefixes.some((prefix) => url.isBelow(prefix)));
  }

  /**
   * Whether a token of this scope opens everything that a token of `other` opens. `OpenedUrls` compares many with many.
   */
  holds(other: JudgedScope): boolean {
    return other.parts.every((theirs) => this.parts.some((mine) => mine.#holdsPart(theirs)));
  }

  #holdsPart(other: JudgedScope): boolean {
    if (this.kind === 'folder') return other.url.isBelow(this.url);
    if (other.kind === 'folder' || other.url.hrefWithoutQuery !== this.url.hrefWithoutQuery) return false;
    return this.kind === 'path' || (other.kind === 'url' && other.url.search === this.url.search);
  }
}

/**
 * Returns the scope in the form that is compared.
 *
 * @returns `undefined` for a scope whose `href` has no single reading, for one that could be served as too many paths,
 *   and for a value that is not a scope
 */
export function judgeScope(scope: Scope | undefined): JudgedScope | undefined {
  if (!scope) return undefined;
  return judgedForGood.has(scope) ? judgedForGood.get(scope) : JudgedScope.from(scope);
}

const judgedForGood = /* @__PURE__ */ new WeakMap<Scope, JudgedScope | undefined>();

/**
 * Judges a scope once, freezes it and keeps the result. For a scope that a format makes once and returns for many URLs,
 * such as the scope of a list of patterns.
 */
export function lastingScope(scope: Scope): Scope {
  judgedForGood.set(frozenScope(scope), JudgedScope.from(scope));
  return scope;
}

function sortedQuery({ search }: JudgedUrl): string {
  if (search === '') return '';
  const pairs = search.slice(1).split(/[&;]/).filter(Boolean).map(readPair);
  return [...new Set(pairs)].sort().join('&');
}

function readPair(pair: string): string {
  const spaced = pair.replaceAll('+', ' ');
  // Servers that accept escapes that are not UTF-8 read them as Latin-1.
  const asLatin1 = (_: string, hex: string): string => String.fromCharCode(parseInt(hex, 16));
  const read = decodeOnce(spaced) ?? spaced.replace(/%([\da-f]{2})/gi, asLatin1);
  // `q` means the same as `q=`.
  return pair.includes('=') ? read : `${read}=`;
}
