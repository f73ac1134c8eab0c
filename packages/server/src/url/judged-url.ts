import { optionsError } from '../errors/options-error.ts';
import type { OptionsError } from '../errors/options-error.ts';
import { canonicalPath, encodePath, pathProblem } from './canonical-path.ts';

/**
 * A URL that all servers read in the same way. Requests, rules, allowed prefixes, `denied` entries, scopes and the
 * references of playlists are compared as values of this type. Only `judgeUrl` makes them. Comparing texts instead would
 * compare spellings.
 */
export class JudgedUrl {
  /** `http:` or `https:`. */
  readonly protocol: string;
  /** Lower case, IDNA in its ASCII form, without a trailing dot. */
  readonly hostname: string;
  /** Empty for the default port of the scheme. */
  readonly port: string;
  /** In the form that `canonicalPath` returns: percent-decoded once. */
  readonly path: string;
  /** With its `?`, unnecessary escapes decoded (RFC 3986 section 6.2.2.2); empty if there is no query. */
  readonly search: string;
  // Private, so that no other object fits this type.
  #hrefWithoutQuery?: string;

  private constructor({ protocol, port }: Pick<URL, 'protocol' | 'port'>, hostname: string, path: string, search = '') {
    this.protocol = protocol;
    this.hostname = hostname;
    this.port = port;
    this.path = path;
    this.search = search;
  }

  /** Does the work of `judgeUrl`. */
  static from(url: URL): JudgedUrl | undefined {
    if (!/^https?:$/.test(url.protocol) || url.username || url.password) return undefined;
    const hostname = judgeHost(url.hostname);
    const path = canonicalPath(url.pathname, 'decoded');
    if (hostname === undefined || path === undefined) return undefined;
    return new JudgedUrl(url, hostname, path, canonicalSearch(url.search));
  }

  /** Scheme, host and port. */
  get origin(): string {
    return `${this.protocol}//${this.hostname}${this.port && `:${this.port}`}`;
  }

  /** The canonical spelling of the URL without its query. `new URL()` does not change it. */
  get hrefWithoutQuery(): string {
    return (this.#hrefWithoutQuery ??= this.origin + encodePath(this.path, 'decoded'));
  }

  /** The canonical spelling of the URL. */
  get href(): string {
    return this.hrefWithoutQuery + this.search;
  }

  /**
   * Whether the names are in the Unicode form NFC. In another form, macOS serves the file whose name is the same in NFC.
   */
  get isComposed(): boolean {
    return this.path.normalize('NFC') === this.path;
  }

  /**
   * Returns the folder of this path: everything up to its last `/`. A path that ends with `/` is its own folder.
   *
   * @param end where the path is cut off before
   */
  folder(end: number = this.path.length): JudgedUrl {
    return new JudgedUrl(this, this.hostname, this.path.slice(0, this.path.lastIndexOf('/', end) + 1));
  }

  /** Whether scheme, host and port are the same. */
  hasOriginOf(other: JudgedUrl): boolean {
    return this.protocol === other.protocol && this.hostname === other.hostname && this.port === other.port;
  }

  /**
   * Whether this URL is `prefix` or lies below it on a `/` border, on the same origin: `/vod` and `/vod/` both hold
   * `/vod`, `/vod/` and `/vod/7.mp4`, and not `/vodka`.
   */
  isBelow(prefix: JudgedUrl): boolean {
    return this.hasOriginOf(prefix) && isBelowPath(this.path, prefix.path);
  }
}

/** Whether `path` is `prefix` or lies below it on a `/` border. Both are canonical. */
export function isBelowPath(path: string, prefix: string): boolean {
  const folder = prefix.endsWith('/') ? prefix : `${prefix}/`;
  return path.startsWith(folder) || `${path}/` === folder;
}

/**
 * Returns the one reading of an absolute http(s) URL. Returns `undefined` for any other value, for a URL with a user
 * name or a password, for a host with an empty label, and for the paths that `canonicalPath` refuses.
 */
export function judgeUrl(url: URL | string): JudgedUrl | undefined {
  // The `href` and the parts of a URL object of another library may differ. The parts are judged.
  const parsed = typeof url === 'string' ? parsedUrl(url) : url;
  return parsed && JudgedUrl.from(parsed);
}

/** Says why `judgeUrl` returns nothing for a URL. Contains nothing of the URL but its scheme. */
export function urlProblem({ protocol, username, password, pathname }: URL): string {
  if (!/^https?:$/.test(protocol)) return `The scheme is '${protocol}', not http or https.`;
  if (username || password) return 'The URL has a user name or a password.';
  const part = pathProblem(pathname);
  return part === undefined ? 'The host has an empty name.' : `The path has ${part}, which servers read in two ways.`;
}

/** Returns the error for a URL that is not signed because `judgeUrl` returns nothing for it. */
export function refusedUrl(url: URL, option: string): OptionsError {
  return optionsError(option, `${urlProblem(url)} Give another URL, or rename the file or folder.`);
}

/**
 * Parses a URL. Returns `undefined` if the text is not a URL. Does not use `URL.canParse`: after some thousand calls,
 * Node 20 and 22 return `false` for some valid URLs, such as `https://bücher.example/` (AikidoSec/firewall-node#1086).
 *
 * @param base the base of a relative URL
 */
export function parsedUrl(text: string, base?: string): URL | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}

/**
 * Returns a host name in the one spelling that is compared, or `undefined` for a name with an empty label. `URL` has
 * already made it lower case and ASCII (IDNA). A dot at its end names the same host in DNS and in the certificate, and
 * is removed.
 */
export function judgeHost(hostname: string): string | undefined {
  const host = hostname.endsWith('.') ? hostname.slice(0, -1) : hostname;
  return host === '' || host.startsWith('.') || host.endsWith('.') || host.includes('..') ? undefined : host;
}

/**
 * Whether a request can have a host that an author wrote into a rule: a name of letters, digits, `-`, `.` and `_`, or an
 * IP address. `URL` accepts far more, even `{cdn,www}.example.com`, and such a rule would never match.
 *
 * @param hostname as `URL` returns it: IDNA in its ASCII form
 */
export function isHost(hostname: string): boolean {
  return /^(?:[a-z\d._-]+|\[[\da-f:.]+\])$/.test(hostname);
}

/** Decodes escapes of unreserved characters and writes all others in upper case: every server reads `%61` as `a`. */
function canonicalSearch(search: string): string {
  return search.replace(/%[\da-f]{2}/gi, (escape) => {
    const character = String.fromCharCode(parseInt(escape.slice(1), 16));
    return /[\w.~-]/.test(character) ? character : escape.toUpperCase();
  });
}
