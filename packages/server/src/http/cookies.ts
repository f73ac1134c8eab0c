import * as option from '../errors/options.ts';

/**
 * The requests with which browsers send the cookies of a token. The cookies are always `Secure`, `HttpOnly` and
 * `SameSite=None`.
 */
export interface CookieOptions {
  /** A domain above both the endpoint and the CDN, such as `example.com`. @default the endpoint's own host */
  domain?: string;
  /** @default '/' */
  path?: string;
}

type ReadCookieOptions = Readonly<Required<CookieOptions>>;

/**
 * Reads the options for cookies.
 *
 * @throws `ERR_OPTIONS` for a value that would end its attribute of `Set-Cookie`
 */
export function readCookieOptions(cookie: CookieOptions = {}): ReadCookieOptions {
  const domain = option.matching(/^[\w.-]*$/, 'This is not a domain. Give one such as example.com.', '');
  const path = option.matching(
    /^\/[!-+\--:<-~]*$/,
    'This is not a path of a cookie. Give one that begins with a slash, in visible ASCII without `;` and `,`.',
    '/',
  );
  return option.readOptions(cookie, { domain, path }, 'cookie');
}

/**
 * Returns a `Set-Cookie` value (RFC 6265 section 4.1) for a cookie that expires with the token.
 *
 * @param expires unix seconds
 */
export function setCookie(name: string, value: string, expires: number, { domain, path }: ReadCookieOptions): string {
  const until = new Date(expires * 1000).toUTCString();
  const scope = `${domain ? `; Domain=${domain}` : ''}; Path=${path}`;
  return `${name}=${value}${scope}; Expires=${until}; Secure; HttpOnly; SameSite=None`;
}

/**
 * Returns the values of `names` in a `Cookie` header, or `undefined` if a name occurs twice: servers disagree which
 * value counts.
 */
export function readCookies(header: string, names: readonly string[]): (string | undefined)[] | undefined {
  const values: (string | undefined)[] = names.map(() => undefined);
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=');
    const index = names.indexOf(pair.slice(0, Math.max(equals, 0)).trim());
    if (index < 0) continue;
    if (values[index] !== undefined) return undefined;
    values[index] = pair.slice(equals + 1).trim();
  }
  return values;
}

/** Returns a `Cookie` header without the cookies of `names`. */
export function withoutCookies(header: string, names: readonly string[]): string {
  const kept = header.split(';').filter((pair) => !names.includes((pair.split('=')[0] ?? '').trim()));
  return kept.join(';').trim();
}
