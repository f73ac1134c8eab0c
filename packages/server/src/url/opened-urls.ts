import type { JudgedScope } from './judged-scope.ts';
import { NameTree } from './name-tree.ts';

/** The part of one folder or file that tokens open. */
interface Opened {
  /** Whether everything below the folder is open, and also the folder without its last `/`. */
  isFolder: boolean;
  isPath: boolean;
  /** The queries that are open, in the form of `JudgedUrl.search`. */
  readonly queries: Set<string>;
}

/** The URLs that tokens open, as trees of names: a look-up takes time in proportion to the length of the URL. */
export class OpenedUrls {
  readonly #origins = new Map<string, NameTree<Opened>>();

  constructor(scopes: Iterable<JudgedScope>) {
    for (const scope of scopes) for (const part of scope.parts) this.#add(part);
  }

  /** Whether the tokens open everything that a token of `scope` opens. */
  holds(scope: JudgedScope): boolean {
    return scope.parts.every((part) => this.#holdsPart(part));
  }

  #add({ url, kind }: JudgedScope): void {
    const tree = this.#origins.get(url.origin) ?? new NameTree(nothingOpened());
    this.#origins.set(url.origin, tree);
    const names = namesOf(url.path);
    const opened = tree.add(kind === 'folder' ? names.slice(0, -1) : names, nothingOpened);
    if (kind === 'folder') opened.isFolder = true;
    else if (kind === 'path') opened.isPath = true;
    else opened.queries.add(url.search);
  }

  #holdsPart({ url, kind }: JudgedScope): boolean {
    let at = this.#origins.get(url.origin);
    for (const name of namesOf(url.path)) {
      if (!at || at.said.isFolder) break;
      at = at.below(name);
    }
    if (!at) return false;
    const { isFolder, isPath, queries } = at.said;
    return isFolder || (kind !== 'folder' && isPath) || (kind === 'url' && queries.has(url.search));
  }
}

function nothingOpened(): Opened {
  return { isFolder: false, isPath: false, queries: new Set() };
}

/** Splits a path into its names. The last one is empty if the path ends with `/`. */
function namesOf(path: string): readonly string[] {
  return path.split('/').slice(1);
}
