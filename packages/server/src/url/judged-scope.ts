import { decodeOnce } from './decode-once.ts';
import { judgeUrl } from './judged-url.ts';
import type { JudgedUrl } from './judged-url.ts';
import type { Reading } from './readings.ts';
import type { Scope } from './scope.ts';

/** What a token opens, or what a hook has denied, as it is compared. Only `judgeScope` makes it. */
export class JudgedScope {
  /** Of a folder, the folder itself: its path ends with `/`. */
  readonly url: JudgedUrl;
  /** Private, so that no other object fits this type. */
  readonly #kind: Scope['kind'];
  readonly #parts: readonly JudgedScope[];

  private constructor(kind: Scope['kind'], url: JudgedUrl, parts: readonly JudgedScope[] = []) {
    this.#kind = kind;
    this.url = url;
    this.#parts = parts;
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

  /** The query as most servers read it: by names and values, whatever their order, escapes and repetitions. */
  get sortedQuery(): string {
    return sortedQuery(this.url);
  }

  /** What is really opened, piece by piece: itself, unless it is made of parts. */
  get parts(): readonly JudgedScope[] {
    return this.#parts.length > 0 ? this.#parts.flatMap(({ parts }) => parts) : [this];
  }

  /** Whether it opens more than one path. */
  get opensFolder(): boolean {
    return this.parts.some(({ kind }) => kind === 'folder');
  }

  /** Its own path, and those of the scopes it is made of. */
  get paths(): readonly string[] {
    return [this.url.path, ...this.#parts.flatMap(({ paths }) => paths)];
  }

  /** As it is shown to hooks, in the one spelling of a reading. */
  shownAs(read: Reading): Scope {
    const path = read(this.url.path);
    const url = this.url.withPath(this.kind === 'folder' ? asFolder(path) : path);
    const href = this.kind === 'url' ? url.href : url.hrefWithoutQuery;
    const parts = this.#parts.map((part) => part.shownAs(read));
    return { kind: this.kind, href, ...(parts.length > 0 && { parts }) };
  }

  /** The same in a reading that ends at a file: nothing but that is opened then. */
  shownUpToFile(read: Reading): Scope {
    const path = read(this.url.path);
    if (asFolder(path) === asFolder(this.url.path)) return this.shownAs(read);
    const url = this.url.withPath(path);
    return this.kind === 'url' ? { kind: 'url', href: url.href } : { kind: 'path', href: url.hrefWithoutQuery };
  }

  /** Whether all of it is one of `prefixes` or below one. */
  isWithin(prefixes: readonly JudgedUrl[]): boolean {
    return this.parts.every(({ url }) => prefixes.some((prefix) => url.isBelow(prefix)));
  }

  /** Whether a token of this scope opens all that one of `other` opens. */
  holds(other: JudgedScope): boolean {
    return other.parts.every((theirs) => this.parts.some((mine) => mine.#holdsPart(theirs)));
  }

  #holdsPart(other: JudgedScope): boolean {
    if (this.kind === 'folder') return other.url.isBelow(this.url);
    if (other.kind === 'folder' || other.url.hrefWithoutQuery !== this.url.hrefWithoutQuery) return false;
    return this.kind === 'path' || (other.kind === 'url' && other.url.search === this.url.search);
  }
}

/** @returns `undefined` for a scope whose `href` has no single reading, and for what is no scope */
export function judgeScope(scope: Scope | undefined): JudgedScope | undefined {
  return scope && JudgedScope.from(scope);
}

function asFolder(path: string): string {
  return path.endsWith('/') ? path : `${path}/`;
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
