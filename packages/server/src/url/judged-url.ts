import { canonicalPath, encodePath } from './canonical-path.ts';
import { LastAnswers } from './last-answers.ts';
import { parsedUrl } from './parsed-url.ts';
import { isReadElsewhere, maxServedPaths, servedPaths } from './readings.ts';

interface UrlParts {
  /** `http:` or `https:`. */
  readonly protocol: string;
  /** Lower case, IDNA in its ASCII form, without a trailing dot. */
  readonly hostname: string;
  /** Empty for the default port of the scheme. */
  readonly port: string;
  /** As `canonicalPath` has it: percent-decoded once. */
  readonly path: string;
  /** With its `?`, needless escapes undone (RFC 3986 section 6.2.2.2); empty without a query. */
  readonly search: string;
}

/**
 * A URL that has been judged: it has one reading, and this is it. Requests, rules, allowed prefixes, `denied` entries,
 * folders and the references of playlists are compared as values of this type, which only `judgeUrl` makes; whatever
 * has more than one reading was refused there. Comparing text instead would compare spellings.
 */
export class JudgedUrl implements UrlParts {
  readonly protocol: string;
  readonly hostname: string;
  readonly port: string;
  readonly path: string;
  readonly search: string;

  // Most are asked for again: an audience asks for the same URLs.
  #servedPaths?: readonly string[];
  #hrefWithoutQuery?: string;

  private constructor({ protocol, hostname, port, path, search }: UrlParts) {
    this.protocol = protocol;
    this.hostname = hostname;
    this.port = port;
    this.path = path;
    this.search = search;
  }

  /** Behind `judgeUrl`. */
  static from(url: URL): JudgedUrl | undefined {
    const { protocol, username, password, port } = url;
    if (!/^https?:$/.test(protocol) || username || password) return undefined;
    const hostname = judgeHost(url.hostname);
    const path = canonicalPath(url.pathname, 'decoded');
    if (hostname === undefined || path === undefined || isReadElsewhere(path)) return undefined;
    const judged = new JudgedUrl({ protocol, hostname, port, path, search: canonicalSearch(url.search) });
    return judged.servedPaths.length > maxServedPaths ? undefined : judged;
  }

  /** Every path as which one origin or another may serve this URL. */
  get servedPaths(): readonly string[] {
    return (this.#servedPaths ??= servedPaths(this.path));
  }

  /** Scheme, host and port. */
  get origin(): string {
    return `${this.protocol}//${this.hostname}${this.port && `:${this.port}`}`;
  }

  /** The one spelling of the URL without its query; `new URL()` leaves it as it is. */
  get hrefWithoutQuery(): string {
    return (this.#hrefWithoutQuery ??= this.origin + encodePath(this.path, 'decoded'));
  }

  /** The one spelling of the URL. */
  get href(): string {
    return this.hrefWithoutQuery + this.search;
  }

  /** Makes a URL of the same origin and query with another path. @param path canonical, as a `Reading` gives it */
  withPath(path: string): JudgedUrl {
    return this.#with({ path });
  }

  /** The folder that holds this path, everything up to its last `/`: a path that ends with `/` is its own folder. */
  folder(): JudgedUrl {
    return this.#with({ path: this.path.slice(0, this.path.lastIndexOf('/') + 1), search: '' });
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

  /** A `#` member makes the type nominal: no other object fits it, not even one with the same members. */
  #with(changes: Partial<UrlParts>): JudgedUrl {
    const { protocol, hostname, port, path, search } = this;
    return new JudgedUrl({ protocol, hostname, port, path, search, ...changes });
  }
}

/** Whether `path` is `prefix` or lies below it on a `/` border. Both are canonical. */
export function isBelowPath(path: string, prefix: string): boolean {
  const folder = prefix.endsWith('/') ? prefix : `${prefix}/`;
  return path.startsWith(folder) || `${path}/` === folder;
}

/**
 * The one reading of an absolute http(s) URL, or `undefined`: for what is no such URL, for a URL with a user name or a
 * password, for a host with an empty label, and for the paths that `canonicalPath` refuses.
 */
export function judgeUrl(url: URL | string): JudgedUrl | undefined {
  // A URL of another library may say one thing in its `href` and another in its parts: those are judged.
  if (typeof url !== 'string') return JudgedUrl.from(url);
  return judgedLately.for(url, () => {
    const parsed = parsedUrl(url);
    return parsed && JudgedUrl.from(parsed);
  });
}

/** An audience asks for the same URLs, and one call judges each of its own more than once. */
const judgedLately = /* @__PURE__ */ new LastAnswers<JudgedUrl | undefined>();

/**
 * A host name in the one spelling that is compared. `URL` has made it lower case and ASCII (IDNA); a dot at its end
 * names the same host, to DNS and to the certificate. `undefined` for names with an empty label.
 */
export function judgeHost(hostname: string): string | undefined {
  const host = hostname.endsWith('.') ? hostname.slice(0, -1) : hostname;
  return host === '' || host.startsWith('.') || host.endsWith('.') || host.includes('..') ? undefined : host;
}

/**
 * Why a host that somebody wrote into a rule is the host of no request; `undefined` for a name of letters, digits, `-`,
 * `.` and `_`, and for an address. `URL` takes far more, `{cdn,www}.example.com` too, and such a rule would never hold.
 *
 * @param hostname as `URL` has it: IDNA in its ASCII form
 */
export function hostProblem(hostname: string): string | undefined {
  if (/^(?:[a-z\d._-]+|\[[\da-f:.]+\])$/.test(hostname)) return undefined;
  return /[,;|(){}]/.test(hostname)
    ? 'has a host that cannot exist. Write one entry per host.'
    : 'has a host that cannot exist. Write it with letters, digits, `-`, `.` and `_`, without wildcards.';
}

/** `%61` is `a` to whoever reads a query: escapes of unreserved characters are undone, all others are upper case. */
function canonicalSearch(search: string): string {
  return search.replace(/%[\da-f]{2}/gi, (escape) => {
    const character = String.fromCharCode(parseInt(escape.slice(1), 16));
    return /[\w.~-]/.test(character) ? character : escape.toUpperCase();
  });
}
