import type { JudgedScope } from './judged-scope.ts';
import { readingsUpToFiles, wholeReadings } from './readings.ts';
import type { Reading } from './readings.ts';
import type { Scope } from './scope.ts';

/**
 * A scope as hooks see it, in the spelling of each reading. Readings that give the same result share one object.
 * Results are kept: the URLs of a call have few different scopes, and a list of patterns has the same scopes in each
 * call.
 */
export class ShownScope {
  readonly #scope: JudgedScope;
  /** The parts of the scope; empty if it has none. */
  readonly #parts: readonly JudgedScope[];
  readonly #byReading = new Map<Reading, Scope>();
  readonly #byText = new Map<string, Scope>();
  #hasOneReading?: boolean;
  #readings?: readonly Reading[];
  #files?: Scope | 'none';

  constructor(scope: JudgedScope) {
    this.#scope = scope;
    this.#parts = scope.parts[0] === scope ? [] : scope.parts;
  }

  /** Whether every server reads the scope in the same way. */
  get hasOneReading(): boolean {
    return (this.#hasOneReading ??= [this.#scope, ...this.#parts].every(hasOneReading));
  }

  /** The readings that read the paths of the scope and of its parts to their ends. */
  get readings(): readonly Reading[] {
    if (this.#readings) return this.#readings;
    const paths = [this.#scope, ...this.#parts].map(({ url }) => url.path);
    return (this.#readings = [...new Set(paths.flatMap(wholeReadings))]);
  }

  /** The scope in its original spelling. */
  get asIs(): Scope {
    return this.as(this.readings[0]!);
  }

  /**
   * Returns the scope in the spelling of a reading.
   *
   * @param read one of `wholeReadings`: they are few, and always the same objects
   */
  as(read: Reading): Scope {
    let shown = this.#byReading.get(read);
    if (!shown) {
      const parts = this.#parts.map((part) => readAs(part, read));
      shown = this.#once({ ...readAs(this.#scope, read), ...(parts.length > 0 && { parts }) });
      this.#byReading.set(read, shown);
    }
    return shown;
  }

  /**
   * Returns the scope in a reading that ends at a file: that file alone is then opened. Returns the scope as it is if
   * its path ends before that file.
   */
  upToFile(read: Reading): Scope {
    const file = readUpToFile(this.#scope, read);
    return file ? this.#once(file) : this.asIs;
  }

  /**
   * The files at which parts of the scope may end, as the parts of one scope. `undefined` if the scope has no parts, or
   * if none of them may end at a file. Each part ends only at its own files, so the number of files does not grow
   * faster than the number of parts.
   */
  get files(): Scope | undefined {
    if (this.#files === undefined) {
      const files = this.#parts.flatMap((part) =>
        readingsUpToFiles(part.url.path).flatMap((read) => readUpToFile(part, read) ?? []),
      );
      const parts = [...new Map(files.map((file) => [file.href, file])).values()];
      this.#files = parts.length > 0 ? frozenScope({ ...this.asIs, parts }) : 'none';
    }
    return this.#files === 'none' ? undefined : this.#files;
  }

  #once(scope: Scope): Scope {
    const text = scope.parts ? JSON.stringify(scope) : `${scope.kind} ${scope.href}`;
    let shown = this.#byText.get(text);
    if (!shown) this.#byText.set(text, (shown = frozenScope(scope)));
    return shown;
  }
}

function hasOneReading({ kind, url }: JudgedScope): boolean {
  return url.servedPaths.every((path) => (kind === 'folder' ? asFolder(path) : path) === url.path);
}

/** Freezes a scope, so that no hook changes it for others. */
export function frozenScope(scope: Scope): Scope {
  for (const part of scope.parts ?? []) frozenScope(part);
  Object.freeze(scope.parts);
  return Object.freeze(scope);
}

function readAs({ kind, url }: JudgedScope, read: Reading): Scope {
  const path = read(url.path);
  const shown = url.withPath(kind === 'folder' ? asFolder(path) : path);
  return { kind, href: kind === 'url' ? shown.href : shown.hrefWithoutQuery };
}

/** Returns `undefined` if the path ends before that file. */
function readUpToFile({ kind, url }: JudgedScope, read: Reading): Scope | undefined {
  const path = read(url.path);
  if (asFolder(path) === asFolder(url.path)) return undefined;
  const file = url.withPath(path);
  return kind === 'url' ? { kind, href: file.href } : { kind: 'path', href: file.hrefWithoutQuery };
}

function asFolder(path: string): string {
  return path.endsWith('/') ? path : `${path}/`;
}
