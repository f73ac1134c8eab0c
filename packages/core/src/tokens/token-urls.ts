import { BoundedMap, FolderMap } from '../bounded-maps.ts';
import { encodeParameter, originOf, pathOf, replaceParameters, resolveUrl } from '../url-text.ts';
import type { Scope } from './token-store.ts';
import { TokenSecrets } from './token-secrets.ts';
import type { SignedRequest } from '../contract/token-source.ts';
import type { Token } from '../contract/token.ts';
import { LEAST_SECRET } from '../contract/token.ts';

/**
 * A URL that was asked for, read once. Everything else knows it by its `key`: tokens held, calls, denials, the order of
 * playlists.
 */
export interface KnownUrl {
  /** As it was written, but for the base of a path token. It may hold parameters of a stale token. */
  readonly written: string;
  /** `written` without what a token has put there. */
  readonly unsigned: string;
  /** Its identity: `unsigned`, absolute and without fragment. Empty if it is not http(s). */
  readonly key: string;
}

/** The folder of path tokens, and what stands in its place in a signed URL. */
interface Move {
  readonly base: string;
  readonly prefix: string;
}

const unmove = (url: string, move: Move | undefined): string =>
  move ? move.prefix + url.slice(move.base.length) : url;

/** Segments that browsers resolve, in the spellings that they know: below another folder they would lead elsewhere. */
const DOT_SEGMENTS = /\\|\/(?:\.|%2e){1,2}(?:[/?#]|$)/i;

/** Name to `name=value`, encoded. */
function parametersOf({ query = {} }: Token): Map<string, string> {
  const pairs = Object.entries(query).map((pair) => pair.map(encodeParameter) as [string, string]);
  return new Map(pairs.map(([name, value]) => [name, `${name}=${value}`]));
}

const NONE: ReadonlyMap<string, string> = new Map();

/** Puts tokens into URLs and takes them out; knows how this CDN's tokens look there, those of earlier ones included. */
export class TokenUrls {
  /** By their base. */
  readonly #moves = new FolderMap<Move>();
  /** By origin, the names of parameters: on another host the same name may mean something else. */
  readonly #names = new BoundedMap<string, BoundedMap<string, true>>();
  /** An edge may redirect a request to a host that has no tokens. */
  readonly secrets: TokenSecrets;
  /** To note it again changes nothing, and one folder has most requests. */
  #lastNoted: Token | undefined;

  /** @param leastSecret the length of the shortest part of a token that is known on any host, in characters */
  constructor(leastSecret: number = LEAST_SECRET) {
    this.secrets = new TokenSecrets(leastSecret);
  }

  /** Takes note of how `token` will look in URLs below `href`. */
  recognise(token: Token, href: string): void {
    const origin = originOf(href);
    const names = this.#names.get(origin) ?? new BoundedMap<string, true>();
    const parameters = parametersOf(token);
    for (const name of parameters.keys()) names.set(name, true);
    if (names.size) this.#names.set(origin, names);
    this.#note(token, href, parameters);
  }

  /** Takes note of what of `token` is known elsewhere: that of the tokens that are attached stays. */
  #note(token: Token, prefix: string, parameters: ReadonlyMap<string, string>): void {
    if (token === this.#lastNoted) return;
    this.#lastNoted = token;
    for (const [name, parameter] of parameters) this.secrets.noteParameter(name, parameter);
    if (!token.base) return;
    const base = resolveUrl(token.base);
    this.#moves.set(base, { base, prefix });
    this.secrets.noteBase(base, prefix);
  }

  /** The identity of `href`, which is absolute and has no fragment. */
  identify(href: string): string {
    const unmoved = unmove(href, this.#moves.above(href)[0]);
    return this.#replace(unmoved, unmoved, NONE);
  }

  read(url: string): KnownUrl {
    const href = resolveUrl(url);
    const [move] = this.#moves.above(href);
    const unmoved = unmove(href, move);
    const key = this.#replace(unmoved, unmoved, NONE);
    if (url === href) return { written: unmoved, unsigned: key, key };
    // with a base in a spelling that is not the browser's it is given back as the browser writes it
    const written = !move || url.startsWith(move.base) ? unmove(url, move) : unmoved;
    return { written, unsigned: this.#replace(written, unmoved, NONE), key };
  }

  /** `url` with what `token` puts there. */
  sign({ written }: KnownUrl, token: Token, scope: Scope): string {
    const parameters = parametersOf(token);
    const signed = this.#replace(written, resolveUrl(written), parameters);
    // of two prefixes with one base, that of the last request tells what its URL stands for
    this.#note(token, scope.href, parameters);
    if (!token.base) return signed;
    // not written like the prefix: as the browser would
    const isBelow = signed.startsWith(scope.href) && !DOT_SEGMENTS.test(pathOf(signed));
    // a base without a path of its own ends with the host, and not with a slash
    return resolveUrl(token.base) + (isBelow ? signed : resolveUrl(signed)).slice(scope.href.length);
  }

  /** @param href `url`, absolute */
  #replace(url: string, href: string, parameters: ReadonlyMap<string, string>): string {
    const known = this.#names.get(originOf(href));
    if (!known && !parameters.size) return url;
    return replaceParameters(url, (name) => !!known?.has(name), parameters);
  }
}

/**
 * `url` without the token of a signed request, for whoever does not have that token: a service worker, for its pages.
 */
export function unsignAs({ url: signed, unsignedUrl }: SignedRequest, url: string): string {
  const [base, prefix] = [signed, unsignedUrl].map((it) => pathOf(it).split('/')) as [string[], string[]];
  while (base.length && base.at(-1) === prefix.at(-1)) {
    base.pop();
    prefix.pop();
  }
  const asked = new URL(unsignedUrl).searchParams;
  const query = Object.fromEntries([...new URL(signed).searchParams].filter(([name]) => !asked.has(name)));
  const folder = { prefix: [...prefix, ''].join('/'), base: [...base, ''].join('/') };
  // the host that it is redirected to has a part of it from this very request, however short
  const urls = new TokenUrls(0);
  urls.recognise({ expires: 0, query, ...(base.length && folder) }, base.length ? folder.prefix : unsignedUrl);
  return urls.secrets.removeFrom(urls.read(url).unsigned, () => true);
}
