import { BoundedMap, FolderMap } from '../bounded-maps.ts';
import { decoded, originOf, pathOf, replaceParameters } from '../url-text.ts';

/** An edge redirects a request when it gets it: so many values of tokens, the newest, are known. */
const MAX_VALUES = 1000;

const NONE: ReadonlyMap<string, string> = new Map();

// an edge may write other escapes than the browser
const plainParameter = (parameter: string): string => decoded(parameter.replaceAll('+', ' '));
/** What is escaped ends no folder, and no path. */
const plainFolder = (folder: string): string => decoded(folder).replace(/[/?#]/g, encodeURIComponent);

/** The folders in the path of an absolute URL; the first is empty, and the last is the file. */
const foldersOf = (url: string): string[] => pathOf(url).slice(originOf(url).length).split('/');

/** The path of a `prefix`. */
interface AskedPath {
  readonly folders: readonly string[];
  /** The number of folders that the `base` has in their place. */
  readonly replaced: number;
}

/**
 * What of tokens is so long that it is known on any host: an edge may redirect a request, with its token, to a host for
 * which there is none.
 */
export class TokenSecrets {
  readonly #least: number;
  readonly #parameters = new BoundedMap<string, true>(MAX_VALUES);
  /** By the path of the `base`. */
  readonly #paths = new FolderMap<AskedPath>();

  /** @param least the length of the shortest one, in characters */
  constructor(least: number) {
    this.#least = least;
  }

  /** @param parameter `name=value` */
  noteParameter(name: string, parameter: string): void {
    if (parameter.length - name.length > this.#least) this.#parameters.set(plainParameter(parameter), true);
  }

  /** @param base stands in the place of `prefix`; both are absolute and end with `/` */
  noteBase(base: string, prefix: string): void {
    const [plain, folders] = [foldersOf(base).map(plainFolder), foldersOf(prefix).slice(0, -1)];
    // a list would be searched once for each folder
    const asked = new Set(folders.map(plainFolder));
    const isSecret = plain.some((folder) => folder.length >= this.#least && !asked.has(folder));
    if (isSecret) this.#paths.set(plain.join('/'), { folders, replaced: plain.length - 1 });
  }

  /** `url` without what of tokens is in it. */
  removeFrom(url: string): string {
    const unsigned = replaceParameters(url, (_, parameter) => this.#parameters.has(plainParameter(parameter)), NONE);
    const folders = foldersOf(unsigned);
    const [asked] = this.#paths.above(folders.map(plainFolder).join('/'));
    if (!asked) return unsigned;
    const path = [...asked.folders, ...folders.slice(asked.replaced)].join('/');
    return originOf(unsigned) + path + unsigned.slice(pathOf(unsigned).length);
  }
}
