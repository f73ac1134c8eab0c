import type { JudgedScope } from './judged-scope.ts';
import { NameTree } from './name-tree.ts';
import { readingsOf, readingsUpToFiles, wholeReadings } from './readings.ts';
import type { Reading } from './readings.ts';

/** The denials of one folder or file. */
interface Denied {
  /** Whether every query is denied. If not, only those in `queries` are. */
  isDenied: boolean;
  /** The denied queries, in the form of `JudgedScope.sortedQuery`. */
  readonly queries: Set<string>;
}

/**
 * The URLs that a hook has denied, as a tree of names: comparing a hundred URLs with a hundred denied ones takes time
 * in proportion to their length, not to the number of pairs. Scheme and port are not compared, because many formats
 * sign neither.
 */
export class DeniedUrls {
  readonly #hosts = new Map<string, NameTree<Denied>>();
  /** The results of `areReachedBy`, by scope: the URLs of a call have few different scopes. */
  readonly #answers = new WeakMap<JudgedScope, boolean>();

  constructor(scopes: readonly JudgedScope[]) {
    for (const scope of scopes) for (const part of scope.parts) this.#add(part);
  }

  /**
   * Whether a token of `scope` opens a denied URL, or a URL below a denied one, as any origin reads the paths:
   * `/premium;x/film.mp4` reaches into `/premium/`, and `/film.mp4/x` may be `/film.mp4`.
   */
  areReachedBy(scope: JudgedScope): boolean {
    if (this.#hosts.size === 0) return false;
    let answer = this.#answers.get(scope);
    if (answer === undefined) {
      answer = scope.parts.some((part) => this.#isReachedByPart(part));
      this.#answers.set(scope, answer);
    }
    return answer;
  }

  #add({ url, kind, sortedQuery }: JudgedScope): void {
    const host = this.#hosts.get(url.hostname) ?? new NameTree(nothingDenied());
    this.#hosts.set(url.hostname, host);
    for (const path of readingsOf(url.path)) {
      const denied = host.add(namesOf(path), nothingDenied);
      if (kind === 'url') denied.queries.add(sortedQuery);
      else denied.isDenied = true;
    }
  }

  #isReachedByPart({ url, kind, sortedQuery }: JudgedScope): boolean {
    const host = this.#hosts.get(url.hostname);
    if (!host) return false;
    // A reading that cuts a path may cut off a query. Any denied query may be that query.
    const isDenied = (denied: Denied, isWhole: boolean): boolean =>
      denied.isDenied || (kind === 'url' && isWhole ? denied.queries.has(sortedQuery) : denied.queries.size > 0);
    const isReached = (path: string, isWhole: boolean): boolean => {
      let at: NameTree<Denied> | undefined = host;
      for (const name of namesOf(path)) {
        if (isDenied(at.said, isWhole)) return true;
        at = at.below(name);
        if (!at) return false;
      }
      // A reading that ends at a file (what follows is a path info) opens nothing below that file.
      return isDenied(at.said, isWhole) || (isWhole && kind === 'folder');
    };
    const isAnyReached = (ways: readonly Reading[], isWhole: boolean): boolean =>
      ways.some((read) => isReached(read(url.path), isWhole));
    return isAnyReached(wholeReadings(url.path), true) || isAnyReached(readingsUpToFiles(url.path), false);
  }
}

function nothingDenied(): Denied {
  return { isDenied: false, queries: new Set() };
}

/** Splits a path into its names. A `/` at the end does not make another folder. */
function namesOf(path: string): readonly string[] {
  return path.split('/').filter((name) => name !== '');
}
