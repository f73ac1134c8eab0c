import type { JudgedScope } from './judged-scope.ts';
import { NameTree } from './name-tree.ts';

/** The part of one folder or file that is opened. */
interface Opened {
  /** With all below it, and without its last `/`. */
  isFolder: boolean;
  isPath: boolean;
  /** These alone, as `JudgedUrl.search` has them. */
  readonly queries: Set<string>;
}

/** The URLs that tokens open, as trees of names: to ask whether one is among them costs no more than its length. */
export class OpenedUrls {
  readonly #origins = new Map<string, NameTree<Opened>>();

  constructor(scopes: Iterable<JudgedScope>) {
    for (const scope of scopes) for (const part of scope.parts) this.#add(part);
  }

  /** Whether they open all that a token of `scope` opens. */
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

/** The last one is empty where the path ends with `/`. */
function namesOf(path: string): readonly string[] {
  return path.split('/').slice(1);
}
