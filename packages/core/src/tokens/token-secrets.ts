import { BoundedMap } from '../bounded-map.ts';
import { LEAST_SECRET } from '../contract/token.ts';
import { decoded, originOf, replaceParameters } from '../url-text.ts';

/** The number of remembered values. The newest suffice, because an edge redirects a request at once. */
const MAX_VALUES = 1000;
const MAX_FOLDERS = 20;

/** Returns the folders of the path of an absolute URL, decoded; the last one is the file, with query and fragment. */
const foldersIn = (url: string): string[] => url.slice(originOf(url).length).split('/').map(decoded);

/** Returns the meanings of a text in a URL: decoded, and with each `+` as a space, as URLSearchParams writes it. */
export const readings = (text: string): string[] => [text, decoded(text), decoded(text.replace(/\+/g, ' '))];

/**
 * The parts of tokens that are long enough to be recognised on any host: an edge may redirect a request, with its
 * token, to a host for which the source has no token.
 */
export class TokenSecrets {
  readonly #least: number;
  readonly #parameters = new BoundedMap<string, true>(MAX_VALUES);
  /** The prefix of each base with a secret folder, by the folders of the base. */
  readonly #bases = new BoundedMap<string, { readonly folders: readonly string[]; readonly prefix: string }>(
    MAX_FOLDERS,
  );

  /** @param least the length of the shortest part that is recognised, in characters */
  constructor(least: number = LEAST_SECRET) {
    this.#least = least;
  }

  /** @param parameter `name=value` */
  noteParameter(name: string, parameter: string): void {
    if (parameter.length - name.length > this.#least) this.#parameters.set(decoded(parameter), true);
  }

  /** @param base stands in the place of `prefix`; both are absolute and end with `/` */
  noteBase(base: string, prefix: string): void {
    const folders = foldersIn(base).slice(0, -1);
    const known = new Set(foldersIn(prefix));
    if (folders.some((folder) => folder.length >= this.#least && !known.has(folder)))
      this.#bases.set(base, { folders, prefix });
  }

  /**
   * Returns `url` without the parts of tokens in it. If the folders of a base are among them, the result lies below the
   * prefix, on the host of that: no other host would open a URL without the folders of the token. The URL below the
   * prefix is signed again, and the edge redirects it again.
   */
  removeFrom(url: string): string {
    // an edge may write other escapes than the browser
    const isKnown = (parameter: string): boolean => readings(parameter).some((it) => this.#parameters.has(it));
    const unsigned = replaceParameters(url, (_, parameter) => isKnown(parameter), new Map());
    const folders = this.#bases.size ? foldersIn(unsigned) : [];
    for (const { folders: secret, prefix } of this.#bases.values()) {
      if (secret.some((folder, place) => folder !== folders[place])) continue;
      return prefix + unsigned.slice(originOf(unsigned).length).split('/').slice(secret.length).join('/');
    }
    return unsigned;
  }
}
