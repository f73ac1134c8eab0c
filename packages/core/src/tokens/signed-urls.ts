import { BoundedMap } from '../bounded-map.ts';
import type { Token } from '../contract/token.ts';
import { encodeParameter, foldersOf, originOf, pathOf, replaceParameters, resolveUrl } from '../url-text.ts';
import { TokenSecrets } from './token-secrets.ts';

/** A requested URL, parsed once. */
export interface KnownUrl {
  /** The URL as it was written, except for the base of a path token. It may contain parameters of a stale token. */
  readonly written: string;
  /** `written` without the parameters of tokens. */
  readonly unsigned: string;
  /** The identity of the URL: `unsigned`, absolute and without fragment. Empty if the URL is not http(s). */
  readonly key: string;
}

/** Dot segments and backslashes, in all spellings that browsers resolve: below another folder they lead elsewhere. */
const DOT_SEGMENTS = /\\|\/(?:\.|%2e){1,2}(?:[/?#]|$)/i;

const NONE: ReadonlyMap<string, string> = new Map();

/** Returns the parameters of a token: name to `name=value`, encoded. */
function parametersOf({ query = {} }: Token): Map<string, string> {
  const pairs = Object.entries(query).map((pair) => pair.map(encodeParameter) as [string, string]);
  return new Map(pairs.map(([name, value]) => [name, `${name}=${value}`]));
}

/** Puts tokens into URLs and takes them out, those of earlier tokens too. */
export class SignedUrls {
  /** The prefix of each base of path tokens. */
  readonly #prefixes = new BoundedMap<string, string>();
  /** The names of token parameters, by origin: on another host the same name may mean something else. */
  readonly #names = new Map<string, Set<string>>();
  /** The parts of tokens that are recognised on any host. */
  readonly #secrets: TokenSecrets;

  /** @param leastSecret the length of the shortest part of a token that is recognised on any host, in characters */
  constructor(leastSecret?: number) {
    this.#secrets = new TokenSecrets(leastSecret);
  }

  /** Notes how `token` looks in URLs. @param href the URL or folder that it opens */
  note(token: Token, href: string): void {
    const origin = originOf(href);
    for (const [name, parameter] of parametersOf(token)) {
      this.#names.set(origin, (this.#names.get(origin) ?? new Set()).add(name));
      this.#secrets.noteParameter(name, parameter);
    }
    if (!token.base) return;
    const base = resolveUrl(token.base);
    this.#prefixes.set(base, href);
    this.#secrets.noteBase(base, href);
  }

  read(url: string): KnownUrl {
    const href = resolveUrl(url);
    const base = this.#baseOf(href);
    const unmove = (it: string): string => (base ? this.#prefixes.get(base)! + it.slice(base.length) : it);
    const unmoved = unmove(href);
    const key = this.#replace(unmoved, unmoved, NONE);
    if (url === href) return { written: unmoved, unsigned: key, key };
    // if the base is not written as the browser writes it, the result is in the browser's spelling
    const written = base && !url.startsWith(base) ? unmoved : unmove(url);
    return { written, unsigned: this.#replace(written, unmoved, NONE), key };
  }

  /** Returns the URL with `token` attached. @param opened the URL or folder that the token opens */
  sign({ written, key }: KnownUrl, token: Token, opened: string): string {
    // of two prefixes with one base, the one used last counts
    this.note(token, opened);
    const signed = this.#replace(written, key, parametersOf(token));
    if (!token.base) return signed;
    // a URL that is not written like the prefix is signed in the browser's spelling
    const isBelow = signed.startsWith(opened) && !DOT_SEGMENTS.test(pathOf(signed));
    return resolveUrl(token.base) + (isBelow ? signed : resolveUrl(signed)).slice(opened.length);
  }

  /** Returns `url` without parts of tokens, on whatever host it is. */
  withoutSecrets(url: string): string {
    return this.#secrets.removeFrom(url);
  }

  #baseOf(href: string): string | undefined {
    if (this.#prefixes.size) for (const folder of foldersOf(href)) if (this.#prefixes.has(folder)) return folder;
    return undefined;
  }

  /** Replaces the known parameters of tokens in `url` by `parameters`. @param href `url`, absolute */
  #replace(url: string, href: string, parameters: ReadonlyMap<string, string>): string {
    const known = this.#names.get(originOf(href));
    if (!known && !parameters.size) return url;
    return replaceParameters(url, (name) => !!known?.has(name), parameters);
  }
}
