import { BoundedMap, FolderMap } from '../bounded-maps.ts';
import { decoded, originOf, readings, replaceParameters } from '../url-text.ts';

/** The number of remembered values of tokens. The newest suffice, because an edge redirects a request at once. */
const MAX_VALUES = 1000;

/** Decodes the name of a folder. Escaped `/`, `?` and `#` stay escaped, because they end no folder and no path. */
const plainFolder = (folder: string): string => decoded(folder).replace(/[/?#]/g, encodeURIComponent);

/** Returns the folders of an absolute URL; the first is empty, and the last is the file with query and fragment. */
const foldersOf = (url: string): string[] => url.slice(originOf(url).length).split('/');

const plainFoldersOf = (url: string): string[] => foldersOf(url).map(plainFolder);

interface Replaced {
  readonly prefix: string;
  /** The number of folders of the `base`, which stand in the place of the folders of `prefix`. */
  readonly count: number;
}

/**
 * The parts of tokens that are long enough to be recognised on any host: an edge may redirect a request, with its
 * token, to a host for which the source has no token.
 */
export class TokenSecrets {
  readonly #least: number;
  readonly #parameters = new BoundedMap<string, true>(MAX_VALUES);
  /** The replaced folders, by the path of the `base`. */
  readonly #paths = new FolderMap<Replaced>();

  /** @param least the length of the shortest part that is recognised, in characters */
  constructor(least: number) {
    this.#least = least;
  }

  /** Remembers a parameter of a token if its value is long enough. @param parameter `name=value` */
  noteParameter(name: string, parameter: string): void {
    if (parameter.length - name.length > this.#least) this.#parameters.set(decoded(parameter), true);
  }

  /**
   * Remembers the `base` of a token if it has a secret folder.
   * @param base stands in the place of `prefix`; both are absolute and end with `/`
   */
  noteBase(base: string, prefix: string): void {
    const plain = plainFoldersOf(base);
    // a set, because a list would be searched once for each folder
    const known = new Set(plainFoldersOf(prefix));
    const isSecret = plain.some((folder) => folder.length >= this.#least && !known.has(folder));
    if (isSecret) this.#paths.set(plain.join('/'), { prefix, count: plain.length - 1 });
  }

  /**
   * Returns `url` without the parts of tokens in it. If a token's `base` is among them, the result lies below `prefix`:
   * on the host of `url` if `protects` covers that URL, otherwise on the host of `prefix`. A host for which the source
   * has no token would not open a URL without the folders of the token; the URL below `prefix` is signed again, and the
   * edge redirects it again.
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
