import type { JudgedScope } from './judged-scope.ts';
import { readingsUpToFiles, wholeReadings } from './readings.ts';
import type { Reading } from './readings.ts';
import type { Scope } from './scope.ts';

/**
 * A scope as hooks see it: in the spelling of a reading, with one object for all readings that say the same of it. What
 * was made once is kept: the URLs of a call have few different scopes, and those of a list of patterns are the same in
 * each call.
 */
export class ShownScope {
  readonly #scope: JudgedScope;
  /** The scopes that it is really made of. */
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

  /** Whether it is the same to every server. */
  get hasOneReading(): boolean {
    return (this.#hasOneReading ??= [this.#scope, ...this.#parts].every(hasOneReading));
  }

  /** The ways to read its paths to their ends. */
  get readings(): readonly Reading[] {
    if (this.#readings) return this.#readings;
    const paths = [this.#scope, ...this.#parts].map(({ url }) => url.path);
    return (this.#readings = [...new Set(paths.flatMap(wholeReadings))]);
  }

  /** As it is. */
  get asIs(): Scope {
    return this.as(this.readings[0]!);
  }

  /** @param read of `wholeReadings`: they are few, and the same for ever */
  as(read: Reading): Scope {
    let shown = this.#byReading.get(read);
    if (!shown) {
      const parts = this.#parts.map((part) => readAs(part, read));
      shown = this.#once({ ...readAs(this.#scope, read), ...(parts.length > 0 && { parts }) });
      this.#byReading.set(read, shown);
    }
    return shown;
  }

  /** In a reading that ends at a file, which alone is opened then; as it is, where it ends in front of the file. */
  upToFile(read: Reading): Scope {
    const file = readUpToFile(this.#scope, read);
    return file ? this.#once(file) : this.asIs;
  }

  /**
   * The files with which its parts may end, as parts of one scope; `undefined` for a scope without parts, and where no
   * part may. Each part ends at its own files, so that what is shown grows with their number and no faster.
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

/** `undefined` where it ends in front of the file. */
function readUpToFile({ kind, url }: JudgedScope, read: Reading): Scope | undefined {
  const path = read(url.path);
  if (asFolder(path) === asFolder(url.path)) return undefined;
  const file = url.withPath(path);
  return kind === 'url' ? { kind, href: file.href } : { kind: 'path', href: file.hrefWithoutQuery };
}

function asFolder(path: string): string {
  return path.endsWith('/') ? path : `${path}/`;
}
