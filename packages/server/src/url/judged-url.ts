import { canonicalPath, encodePath } from '../canonical-path.ts';

/**
 * A URL that has been judged: it has one reading, and this is it. Requests, rules, allowed prefixes, `denied` entries,
 * folders and the references of playlists are compared as values of this type, which only `judgeUrl` makes; whatever has
 * more than one reading was refused there. Comparing text instead would compare spellings.
 */
export class JudgedUrl {
  /** `http:` or `https:`. */
  readonly protocol: string;
  /** Lower case, IDNA in its ASCII form, without a trailing dot. */
  readonly hostname: string;
  /** Empty for the default port of the scheme. */
  readonly port: string;
  /** As `canonicalPath` has it: percent-decoded once. */
  readonly path: string;
  /** The query as it was written, with its `?`; empty without one. */
  readonly search: string;

  private constructor(parts: { protocol: string; hostname: string; port: string; path: string; search: string }) {
    this.protocol = parts.protocol;
    this.hostname = parts.hostname;
    this.port = parts.port;
    this.path = parts.path;
    this.search = parts.search;
  }

  /** @internal `judgeUrl` is the way to call it. */
  static from(url: URL): JudgedUrl | undefined {
    const { protocol, username, password, pathname, port, search } = url;
    if (!/^https?:$/.test(protocol) || username || password) return undefined;
    const hostname = judgeHost(url.hostname);
    const path = canonicalPath(pathname, 'decoded');
    if (hostname === undefined || path === undefined) return undefined;
    return new JudgedUrl({ protocol, hostname, port, path, search });
  }

  /** Scheme, host and port. */
  get origin(): string {
    return `${this.protocol}//${this.hostname}${this.port && `:${this.port}`}`;
  }

  /** The one spelling of the URL without its query; `new URL()` leaves it as it is. */
  get hrefWithoutQuery(): string {
    return this.origin + encodePath(this.path, 'decoded');
  }

  /** The one spelling of the URL. */
  get href(): string {
    return this.hrefWithoutQuery + this.search;
  }

  /** The same URL without its query. */
  withoutQuery(): JudgedUrl {
    return new JudgedUrl({ ...this.#parts(), search: '' });
  }

  /** The folder that holds this path: everything up to its last `/`. A path that ends with `/` is its own folder. */
  folder(): JudgedUrl {
    return new JudgedUrl({ ...this.#parts(), path: this.path.slice(0, this.path.lastIndexOf('/') + 1), search: '' });
  }

  /** Whether scheme, host and port are the same. */
  hasOriginOf(other: JudgedUrl): boolean {
    return this.origin === other.origin;
  }

  /**
   * Whether this URL is `prefix` or lies below it on a `/` border, on the same origin: `/vod` and `/vod/` both hold `/vod`,
   * `/vod/` and `/vod/7.mp4`, and not `/vodka`.
   */
  isBelow(prefix: JudgedUrl): boolean {
    return this.hasOriginOf(prefix) && isBelowPath(this.path, prefix.path);
  }

  /** A `#` member makes the type nominal: not even an object with the same members fits it. */
  #parts(): { protocol: string; hostname: string; port: string; path: string; search: string } {
    const { protocol, hostname, port, path, search } = this;
    return { protocol, hostname, port, path, search };
  }
}

/** Whether `path` is `prefix` or lies below it on a `/` border. Both are canonical. */
export function isBelowPath(path: string, prefix: string): boolean {
  const folder = prefix.endsWith('/') ? prefix : `${prefix}/`;
  return path.startsWith(folder) || `${path}/` === folder;
}

/**
 * The one reading of an absolute http(s) URL, or `undefined`: for what is no such URL, for a URL with a user name or a
 * password, for a host that DNS has no name for, and for the paths that `canonicalPath` refuses.
 */
export function judgeUrl(url: URL | string): JudgedUrl | undefined {
  if (url instanceof URL) return JudgedUrl.from(url);
  return URL.canParse(url) ? JudgedUrl.from(new URL(url)) : undefined;
}

/**
 * A host name in the one spelling that is compared. `URL` has made it lower case and ASCII (IDNA); the dot at its end names
 * the same host to DNS and to the certificate. `undefined` for names with an empty label.
 */
export function judgeHost(hostname: string): string | undefined {
  const host = hostname.replace(/\.$/, '');
  return host === '' || host.startsWith('.') || host.includes('..') ? undefined : host;
}
