import { BoundedMap } from '../bounded-map.ts';
import { decoded, foldersOf, originOf, pathOf, resolveUrl } from '../url-text.ts';
import { aFolder } from './a-url.ts';
import type { Carrier, CarrierState } from './carrier.ts';
import { longParts } from './carrier.ts';

/** The number of remembered bases with a secret. */
const MAX_SECRETS = 20;

/** Dot segments and backslashes, in all spellings that browsers resolve: below another folder they lead elsewhere. */
const DOT_SEGMENTS = /\\|\/(?:\.|%2e){1,2}(?:[/?#]|$)/i;

/** Returns the folders of the path of an absolute URL, decoded; the last one is the file, with query and fragment. */
const foldersIn = (url: string): string[] => url.slice(originOf(url).length).split('/').map(decoded);

class PathState implements CarrierState<string> {
  readonly #leastSecret: number;
  /** The folder that each base stands for. */
  readonly #prefixes = new BoundedMap<string, string>();
  /** The bases that are recognised on any host: their folders, and the folder for which they stand. */
  readonly #secrets = new BoundedMap<string, { readonly folders: readonly string[]; readonly prefix: string }>(
    MAX_SECRETS,
  );

  constructor(leastSecret: number) {
    this.#leastSecret = leastSecret;
  }

  note(base: string, prefix: string): void {
    // of two prefixes with one base, the one used last counts
    this.#prefixes.set(base, prefix);
    const folders = foldersIn(base).slice(0, -1);
    const known = new Set(foldersIn(prefix));
    if (folders.some((folder) => folder.length >= this.#leastSecret && !known.has(folder)))
      this.#secrets.set(base, { folders, prefix });
  }

  remove(url: string, href: string): string {
    if (this.#prefixes.size === 0) return url;
    for (const base of foldersOf(href)) {
      const prefix = this.#prefixes.get(base);
      // if the base is not written as the browser writes it, the result is in the browser's spelling
      if (prefix !== undefined) return prefix + (url.startsWith(base) ? url : href).slice(base.length);
    }
    return url;
  }

  /**
   * If the folders of a base are in `url`, the result lies below the prefix, on the host of that: no other host would
   * open a URL without the folders of the token. The URL below the prefix is signed again, and the edge redirects it
   * again.
   */
  removeSecrets(url: string): string {
    if (this.#secrets.size === 0) return url;
    const asked = foldersIn(url);
    for (const { folders, prefix } of this.#secrets.values()) {
      if (folders.some((folder, place) => folder !== asked[place])) continue;
      return prefix + url.slice(originOf(url).length).split('/').slice(folders.length).join('/');
    }
    return url;
  }
}

/** A folder that stands in the place of `prefix`. */
export const pathCarrier: Carrier<string> = {
  check: aFolder,
  parse: (base) => new URL(base).href,
  write(request, base, opened) {
    const { url } = request;
    // a URL that is not written like the prefix is signed in the browser's spelling
    const isBelow = url.startsWith(opened) && !DOT_SEGMENTS.test(pathOf(url));
    return { ...request, url: base + (isBelow ? url : resolveUrl(url)).slice(opened.length) };
  },
  secretsOf: (base) => longParts([decoded(base)]),
  find(signed, unsigned) {
    const [base, prefix] = [pathOf(signed).split('/'), pathOf(unsigned).split('/')];
    while (base.length > 0 && base[base.length - 1] === prefix[prefix.length - 1]) {
      base.pop();
      prefix.pop();
    }
    return base.length > 0 ? { value: [...base, ''].join('/'), opened: [...prefix, ''].join('/') } : undefined;
  },
  createState: (leastSecret) => new PathState(leastSecret),
};
