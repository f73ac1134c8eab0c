import { BoundedMap, FolderMap } from '../bounded-maps.ts';
import { decoded, originOf, readings, replaceParameters } from '../url-text.ts';

/** An edge redirects a request when it gets it: so many values of tokens, the newest, are known. */
const MAX_VALUES = 1000;

/** What is escaped ends no folder, and no path. */
const plainFolder = (folder: string): string => decoded(folder).replace(/[/?#]/g, encodeURIComponent);

/** The folders of an absolute URL; the first is empty, and the last is the file, with what follows it. */
const foldersOf = (url: string): string[] => url.slice(originOf(url).length).split('/');

const plainFoldersOf = (url: string): string[] => foldersOf(url).map(plainFolder);

interface Replaced {
  readonly prefix: string;
  /** The number of folders that the `base` has in the place of those of `prefix`. */
  readonly count: number;
}

/**
 * What of tokens is so long that it is known on any host: an edge may redirect a request, with its token, to a host for
 * which there is none.
 */
export class TokenSecrets {
  readonly #least: number;
  readonly #parameters = new BoundedMap<string, true>(MAX_VALUES);
  /** By the path of the `base`. */
  readonly #paths = new FolderMap<Replaced>();

  /** @param least the length of the shortest one, in characters */
  constructor(least: number) {
    this.#least = least;
  }

  /** @param parameter `name=value` */
  noteParameter(name: string, parameter: string): void {
    if (parameter.length - name.length > this.#least) this.#parameters.set(decoded(parameter), true);
  }

  /** @param base stands in the place of `prefix`; both are absolute and end with `/` */
  noteBase(base: string, prefix: string): void {
    const plain = plainFoldersOf(base);
    // a list would be searched once for each folder
    const known = new Set(plainFoldersOf(prefix));
    const isSecret = plain.some((folder) => folder.length >= this.#least && !known.has(folder));
    if (isSecret) this.#paths.set(plain.join('/'), { prefix, count: plain.length - 1 });
  }

  /**
   * `url` without what of tokens is in it. Without the folders of its token it opens nothing on a host that has none of
   * its own: there it becomes the URL below `prefix`, which is signed, and redirected again.
   * @param protects whether a URL is signed
   */
  removeFrom(url: string, protects: (url: string) => boolean): string {
    // an edge may write other escapes than the browser
    const isKnown = (parameter: string): boolean =>
      readings(parameter).some((reading) => this.#parameters.has(reading));
    const unsigned = replaceParameters(url, (_, parameter) => isKnown(parameter), new Map());
    const [replaced] = this.#paths.above(plainFoldersOf(unsigned).join('/'));
    if (!replaced) return unsigned;
    const asked = replaced.prefix + foldersOf(unsigned).slice(replaced.count).join('/');
    const there = originOf(unsigned) + asked.slice(originOf(asked).length);
    return protects(there) ? there : asked;
  }
}
