import type { JudgedScope } from './judged-scope.ts';
import { NameTree } from './name-tree.ts';
import { readingsOf, readingsUpToFiles, wholeReadings } from './readings.ts';
import type { Reading } from './readings.ts';

/** The denials of one folder or file. */
interface Denied {
  /** Every query, or none yet. */
  isDenied: boolean;
  /** These alone, as `JudgedScope.sortedQuery` has them. */
  readonly queries: Set<string>;
}

/**
 * The URLs that a hook has denied, as a tree of names: a hundred URLs and as many entries cost no more than their
 * length. Scheme and port are not compared, for many formats sign neither.
 */
export class DeniedUrls {
  readonly #hosts = new Map<string, NameTree<Denied>>();
  /** The URLs of a call have few different scopes. */
  readonly #answers = new WeakMap<JudgedScope, boolean>();

  constructor(scopes: readonly JudgedScope[]) {
    for (const scope of scopes) for (const part of scope.parts) this.#add(part);
  }

  /**
   * Whether a token of `scope` opens anything that was denied, or that lies below it, as any origin reads it:
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
    // What is cut off in front of a query may be one.
    const isDenied = (denied: Denied, isWhole: boolean): boolean =>
      denied.isDenied || (kind === 'url' && isWhole ? denied.queries.has(sortedQuery) : denied.queries.size > 0);
    const isReached = (path: string, isWhole: boolean): boolean => {
      let at: NameTree<Denied> | undefined = host;
      for (const name of namesOf(path)) {
        if (isDenied(at.said, isWhole)) return true;
        at = at.below(name);
        if (!at) return false;
      }
      // A file in front of a path info opens nothing below itself.
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

/** A `/` at the end makes no other folder. */
function namesOf(path: string): readonly string[] {
  return path.split('/').filter((name) => name !== '');
}
