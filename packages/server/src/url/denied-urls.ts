import type { JudgedScope } from './judged-scope.ts';
import { readingsOf, waysToServe } from './readings.ts';
import type { Reading } from './readings.ts';

/** What was denied of one folder or file, and of what lies below it. */
interface Denied {
  readonly below: Map<string, Denied>;
  /** Every query, or none yet. */
  isDenied: boolean;
  /** These alone, as `JudgedScope.sortedQuery` has them. */
  readonly queries: Set<string>;
}

/**
 * What a hook has denied, as a tree of names: a hundred URLs and as many entries cost no more than their length.
 * Scheme and port are not compared, for many formats sign neither.
 */
export class DeniedUrls {
  readonly #hosts = new Map<string, Denied>();

  constructor(scopes: readonly JudgedScope[]) {
    for (const scope of scopes) for (const part of scope.parts) this.#add(part);
  }

  /**
   * Whether a token of `scope` opens anything that was denied, or that lies below it, as any origin reads it:
   * `/premium;x/film.mp4` reaches into `/premium/`, and `/film.mp4/x` may be `/film.mp4`.
   */
  areReachedBy(scope: JudgedScope): boolean {
    return this.#hosts.size > 0 && scope.parts.some((part) => this.#isReachedByPart(part));
  }

  #add({ url, kind, sortedQuery }: JudgedScope): void {
    const host = this.#hosts.get(url.hostname) ?? nothingDenied();
    this.#hosts.set(url.hostname, host);
    for (const path of readingsOf(url.path)) {
      let at = host;
      for (const name of namesOf(path)) {
        const next = at.below.get(name) ?? nothingDenied();
        at.below.set(name, next);
        at = next;
      }
      if (kind === 'url') at.queries.add(sortedQuery);
      else at.isDenied = true;
    }
  }

  #isReachedByPart({ url, kind, sortedQuery }: JudgedScope): boolean {
    const host = this.#hosts.get(url.hostname);
    if (!host) return false;
    // What is cut off in front of a query may be one.
    const isDenied = (denied: Denied, isWhole: boolean): boolean =>
      denied.isDenied || (kind === 'url' && isWhole ? denied.queries.has(sortedQuery) : denied.queries.size > 0);
    const { whole, upToFiles } = waysToServe(url.path);
    const isReached = (path: string, isWhole: boolean): boolean => {
      let at: Denied | undefined = host;
      for (const name of namesOf(path)) {
        if (isDenied(at, isWhole)) return true;
        at = at.below.get(name);
        if (!at) return false;
      }
      // A file in front of a path info opens nothing below itself.
      return isDenied(at, isWhole) || (isWhole && kind === 'folder');
    };
    const isAnyReached = (ways: readonly Reading[], isWhole: boolean): boolean =>
      ways.some((read) => isReached(read(url.path), isWhole));
    return isAnyReached(whole, true) || isAnyReached(upToFiles, false);
  }
}

function nothingDenied(): Denied {
  return { below: new Map(), isDenied: false, queries: new Set() };
}

/** A `/` at the end makes no other folder. */
function namesOf(path: string): readonly string[] {
  return path.split('/').filter((name) => name !== '');
}
