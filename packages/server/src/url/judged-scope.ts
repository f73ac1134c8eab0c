import { decodeOnce } from './decode-once.ts';
import { judgeUrl } from './judged-url.ts';
import type { JudgedUrl } from './judged-url.ts';
import { maxServedPaths } from './readings.ts';
import type { Scope } from './scope.ts';
import { ShownScope, frozenScope } from './shown-scope.ts';

/** As many paths as 256 parts have that are read in 16 ways each: more are not judged. */
const maxServedPathsOfScope = 256 * maxServedPaths;

/** The scope of a token, or of what a hook has denied, as it is compared. Only `judgeScope` makes it. */
export class JudgedScope {
  /** The URL; of a folder, the folder itself: its path ends with `/`. */
  readonly url: JudgedUrl;
  /** The scopes that are really opened, piece by piece: itself, unless it is made of parts. */
  readonly parts: readonly JudgedScope[];
  /** Private, so that no other object fits this type. */
  readonly #kind: Scope['kind'];
  #shown?: ShownScope;

  private constructor(kind: Scope['kind'], url: JudgedUrl, parts: readonly JudgedScope[] = []) {
    this.#kind = kind;
    this.url = url;
    this.parts = parts.length > 0 ? parts.flatMap((part) => part.parts) : [this];
  }

  /** Behind `judgeScope`. */
  static from({ kind, href, parts = [] }: Scope): JudgedScope | undefined {
    const url = judgeUrl(href);
    if (!url || !['url', 'path', 'folder'].includes(kind)) return undefined;
    const judged: JudgedScope[] = [];
    for (const each of parts) {
      const part = JudgedScope.from(each);
      if (!part) return undefined;
      judged.push(part);
    }
    // Without a `/` at its end, a text that URLs begin with opens `/vodka` beside `/vod`: all of the folder above.
    const scope = new JudgedScope(kind, kind === 'folder' ? url.folder() : url, judged);
    const served = scope.parts.reduce((sum, part) => sum + part.url.servedPaths.length, 0);
    return served > maxServedPathsOfScope ? undefined : scope;
  }

  /** A URL alone. */
  static exactly(url: JudgedUrl): JudgedScope {
    return new JudgedScope('url', url);
  }

  get kind(): Scope['kind'] {
    return this.#kind;
  }

  /** The query as most servers read it: by names and values, whatever their order, escapes and repetitions. */
  get sortedQuery(): string {
    return sortedQuery(this.url);
  }

  /** Whether it opens more than one path. */
  get opensFolder(): boolean {
    return this.parts.some(({ kind }) => kind === 'folder');
  }

  /** As hooks see it. */
  get shown(): ShownScope {
    return (this.#shown ??= new ShownScope(this));
  }

  /** Whether all of it is one of `prefixes` or below one. */
  isWithin(prefixes: readonly JudgedUrl[]): boolean {
    return this.parts.every(({ url }) => prefixes.some((prefix) => url.isBelow(prefix)));
  }

  /** Whether a token of this scope opens all that one of `other` opens. Of many with many, ask `OpenedUrls`. */
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
 * @returns `undefined` for a scope whose `href` has no single reading, for one that could be served as too many paths,
 *   and for what is no scope
 */
export function judgeScope(scope: Scope | undefined): JudgedScope | undefined {
  if (!scope) return undefined;
  return judgedForGood.has(scope) ? judgedForGood.get(scope) : JudgedScope.from(scope);
}

const judgedForGood = /* @__PURE__ */ new WeakMap<Scope, JudgedScope | undefined>();

/** A scope that a format makes once and hands out for many URLs, such as that of a list of patterns: judged once. */
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
  // What is not UTF-8 is Latin-1 to the servers that read it at all.
  const asLatin1 = (_: string, hex: string): string => String.fromCharCode(parseInt(hex, 16));
  const read = decodeOnce(spaced) ?? spaced.replace(/%([\da-f]{2})/gi, asLatin1);
  // `q` is `q=`
  return pair.includes('=') ? read : `${read}=`;
}
