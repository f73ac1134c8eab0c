import { BoundedMap, FolderMap } from '../bounded-maps.ts';
import { encodeParameter, originOf, pathOf, replaceParameters, resolveUrl } from '../url-text.ts';
import type { Scope } from './token-store.ts';
import { TokenSecrets } from './token-secrets.ts';
import type { SignedRequest } from '../contract/token-source.ts';
import type { Token } from '../contract/token.ts';
import { LEAST_SECRET } from '../contract/token.ts';

/**
 * A requested URL, parsed once. All other code identifies it by its `key`: the held tokens, calls, denials and the
 * order of playlists.
 */
export interface KnownUrl {
  /** The URL as it was written, except for the base of a path token. It may contain parameters of a stale token. */
  readonly written: string;
  /** `written` without the parameters of tokens. */
  readonly unsigned: string;
  /** The identity of the URL: `unsigned`, absolute and without fragment. Empty if the URL is not http(s). */
  readonly key: string;
}

/** The `prefix` of path tokens, and the `base` that stands in its place in a signed URL. */
interface Move {
  readonly base: string;
  readonly prefix: string;
}

const unmove = (url: string, move: Move | undefined): string =>
  move ? move.prefix + url.slice(move.base.length) : url;

/** Dot segments and backslashes, in all spellings that browsers resolve: below another folder they lead elsewhere. */
const DOT_SEGMENTS = /\\|\/(?:\.|%2e){1,2}(?:[/?#]|$)/i;

/** Returns the parameters of a token: name to `name=value`, encoded. */
function parametersOf({ query = {} }: Token): Map<string, string> {
  const pairs = Object.entries(query).map((pair) => pair.map(encodeParameter) as [string, string]);
  return new Map(pairs.map(([name, value]) => [name, `${name}=${value}`]));
}

const NONE: ReadonlyMap<string, string> = new Map();

/** Puts tokens into URLs and takes them out. Remembers the parameter names and bases of earlier tokens too. */
export class TokenUrls {
  /** The moves, by their base URL. */
  readonly #moves = new FolderMap<Move>();
  /** The names of token parameters, by origin: on another host the same name may mean something else. */
  readonly #names = new BoundedMap<string, BoundedMap<string, true>>();
  /** The parts of tokens that are recognised on any host: an edge may redirect a request to a host without tokens. */
  readonly secrets: TokenSecrets;
  /** The token that was noted last. Noting a token twice changes nothing, and most requests use one folder token. */
  #lastNoted: Token | undefined;

  /** @param leastSecret the length of the shortest part of a token that is recognised on any host, in characters */
  constructor(leastSecret: number = LEAST_SECRET) {
    this.secrets = new TokenSecrets(leastSecret);
  }

  /** Notes how `token` looks in signed URLs. @param href the URL or folder that `token` opens */
  recognise(token: Token, href: string): void {
    const origin = originOf(href);
    const names = this.#names.get(origin) ?? new BoundedMap<string, true>();
    const parameters = parametersOf(token);
    for (const name of parameters.keys()) names.set(name, true);
    if (names.size) this.#names.set(origin, names);
    this.#note(token, href, parameters);
  }

  /**
   * Notes the base of `token`, and the parts of it that are recognised on any host. Each use notes a token again, so
   * that the parts of tokens in use are not forgotten.
   */
  #note(token: Token, prefix: string, parameters: ReadonlyMap<string, string>): void {
    if (token === this.#lastNoted) return;
    this.#lastNoted = token;
    for (const [name, parameter] of parameters) this.secrets.noteParameter(name, parameter);
    if (!token.base) return;
    const base = resolveUrl(token.base);
    this.#moves.set(base, { base, prefix });
    this.secrets.noteBase(base, prefix);
  }

  /** Returns the key of `href`, an absolute URL without fragment. */
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
    // if the base is not written as the browser writes it, the result is in the browser's spelling
    const written = !move || url.startsWith(move.base) ? unmove(url, move) : unmoved;
    return { written, unsigned: this.#replace(written, unmoved, NONE), key };
  }

  /** Returns the URL with `token` attached. */
  sign({ written }: KnownUrl, token: Token, scope: Scope): string {
    const parameters = parametersOf(token);
    const signed = this.#replace(written, resolveUrl(written), parameters);
    // if two prefixes share a base, URLs below the base belong to the prefix of the last request
    this.#note(token, scope.href, parameters);
    if (!token.base) return signed;
    // a URL that is not written like the prefix is signed in the browser's spelling
    const isBelow = signed.startsWith(scope.href) && !DOT_SEGMENTS.test(pathOf(signed));
    // `resolveUrl` adds the slash to a base that ends with the host
    return resolveUrl(token.base) + (isBelow ? signed : resolveUrl(signed)).slice(scope.href.length);
  }

  /** Replaces the known parameters of tokens in `url` by `parameters`. @param href `url`, absolute */
  #replace(url: string, href: string, parameters: ReadonlyMap<string, string>): string {
    const known = this.#names.get(originOf(href));
    if (!known && !parameters.size) return url;
    return replaceParameters(url, (name) => !!known?.has(name), parameters);
  }
}

/**
 * Returns `url` without the token of a signed request. For a service worker, which has the signed requests of its
 * pages, but not their tokens.
 */
export function unsignAs({ url: signed, unsignedUrl }: SignedRequest, url: string): string {
  const [base, prefix] = [signed, unsignedUrl].map((it) => pathOf(it).split('/')) as [string[], string[]];
  while (base.length && base.at(-1) === prefix.at(-1)) {
    base.pop();
    prefix.pop();
  }
  // `URLSearchParams.has` reads all parameters each time
  const asked = new Set(new URL(unsignedUrl).searchParams.keys());
  const query = Object.fromEntries([...new URL(signed).searchParams].filter(([name]) => !asked.has(name)));
  const folder = { prefix: [...prefix, ''].join('/'), base: [...base, ''].join('/') };
  // the redirected URL has all its parts of the token from this very request, so even short parts are removed
  const urls = new TokenUrls(0);
  urls.recognise({ expires: 0, query, ...(base.length && folder) }, base.length ? folder.prefix : unsignedUrl);
  return urls.secrets.removeFrom(urls.read(url).unsigned, () => true);
}
