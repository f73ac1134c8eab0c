import type { Token } from 'secure-token-core';
import { digest, equalInConstantTime, md5 } from '../crypto/hash.ts';
import { secretList } from '../crypto/secret-list.ts';
import type { SecretOptions } from '../crypto/secret-list.ts';
import { checkNames } from '../errors/check-names.ts';
import { optionsError } from '../errors/options-error.ts';
import { withAskedSecret } from '../format-parts/asked-secret.ts';
import { checkTimes } from '../format-parts/check-times.ts';
import { readExpiry, writeExpiry } from '../format-parts/expiry.ts';
import { folderMark, folderOf, hasFolders } from '../format-parts/folders.ts';
import { judging } from '../format-parts/judging.ts';
import { folderScope, pathScope } from '../format-parts/opened-scope.ts';
import { pathToSign } from '../format-parts/path-to-sign.ts';
import { searchToSign } from '../format-parts/search-to-sign.ts';
import type { VerifyingTokenFormat } from '../token/token-format.ts';
import { checkParameterNames, tokenQuery } from '../token/token-query.ts';
import { refused } from '../token/verdict.ts';
import type { Verdict } from '../token/verdict.ts';
import { canonicalPath, encodePath, mayLeaveFolder } from '../url/canonical-path.ts';
import type { PathForm } from '../url/canonical-path.ts';

export type AzionOptions = SecretOptions & {
  /**
   * The furthest expiry that is accepted, in seconds from now; `Infinity` switches the limit off.
   * @default 86400
   */
  maxTtl?: number;
  /**
   * Names of the parameters. With `session`, tokens of `createSigningEndpoint({ sessions })` carry the id of the
   * session in a third parameter, for an edge handler with `sessions`. `session` needs `depth`, because no other edge
   * knows `session`.
   *
   * @default { token: 'st', expires: 'e' }
   */
  params?: { token: string; expires: string; session?: string };
  /**
   * The form of a path that the format hashes. For `/my%20film.m3u8`, `decoded` is nginx's `$uri` (`/my film.m3u8`),
   * and `raw` is the path as the URL writes it. Both are the same for paths of letters, digits and `-._~/`.
   * @default 'decoded'
   */
  pathForm?: PathForm;
  /**
   * Signs a folder instead of a path: the folder at this depth, `/live/7/` with 2. Only some edges accept such tokens:
   * the edge handler, the Azion firewall file and the nginx files of this package. A URL with fewer folders gets a
   * token of its path, and so does a URL that another server could read as leading out of the folder. `verify` accepts
   * tokens of the folder and tokens of the path.
   *
   * @default none: each token opens one path
   */
  depth?: number;
};

/** A format that returns its verdict synchronously, for edges that need the verdict before their listener returns. */
export interface AzionFormat extends VerifyingTokenFormat {
  verify(request: Pick<Request, 'url' | 'headers'>, now: number): Verdict;
}

/**
 * Signs and verifies URLs with Azion Secure Token, which is nginx `secure_link_md5 "secret$uri$secure_link_expires"`
 * with `secure_link $arg_st,$arg_e`: base64url of MD5 over secret, path and expiry. Each token opens one path, with any
 * query.
 *
 * The reason for MD5: the CDNs compute nothing else. MD5 has no known pre-image attack, which guessing a token would
 * need. The weak part is the *string*: without separators, the token of `/ch1` until 1700000000 is also that of `/ch`
 * until 11700000000, and MD5 can be extended. The strict forms of expiry and path that `verify` demands exclude both.
 *
 * - `verify` refuses an expiry that is not ten digits or lies beyond `maxTtl`, a token that is not canonical base64url,
 *   a parameter that occurs twice, in another case or percent-encoded, and the paths that `canonicalPath` refuses. It
 *   judges the signature before the expiry, against every secret. A token is still valid in the second `e` itself, as
 *   in nginx.
 * - `sign` throws `ERR_OPTIONS` for what `verify` would refuse.
 *
 * With `depth`, the token opens a folder and all below it: MD5 over secret, `folder:`, the folder and expiry. A path
 * begins with a slash, so no token of a path is one of a folder. With a session, its id and a colon follow `folder:`;
 * in a token of one path, `path:` and the path follow them.
 *
 * @throws `ERR_OPTIONS` for a missing or empty secret
 */
export function azion(options: AzionOptions): AzionFormat {
  checkNames(options, { secret: true, secrets: true, maxTtl: true, params: true, pathForm: true, depth: true });
  const asked = withAskedSecret(options, azion);
  if (asked) return asked;
  const secrets = secretList(options, ['/', folderMark]);
  const { maxTtl = 86_400, params = { token: 'st', expires: 'e' }, pathForm = 'decoded', depth } = options;
  const carriesSession = params.session !== undefined;
  const names = [params.token, params.expires, ...(carriesSession ? [params.session!] : [])];
  checkParameterNames('params', names);
  checkTimes({ maxTtl });
  if (!['decoded', 'raw'].includes(pathForm))
    throw optionsError('pathForm', "This is unknown. Give 'decoded' or 'raw'.");
  if (depth !== undefined && !(Number.isSafeInteger(depth) && depth >= 1))
    throw optionsError('depth', 'Give a number of folders, a whole number, at least 1.', depth);
  if (carriesSession && depth === undefined)
    throw optionsError('params', '`session` needs `depth`. Give both, or leave `session` out.');

  /**
   * Returns the folder that a token for a path opens, in the spelling of `path`; `undefined` if the token opens the
   * path alone.
   *
   * @param decoded the same path, percent-decoded once
   */
  const folderToOpen = (path: string, decoded: string | undefined): string | undefined =>
    depth !== undefined && decoded !== undefined && hasFolders(path, depth) && !mayLeaveFolder(decoded)
      ? folderOf(path, depth)
      : undefined;

  const tokenOf = (
    text: (session?: string) => string,
    expires: number,
    session: string | undefined,
  ): Pick<Token, 'expires' | 'query'> => {
    const e = writeExpiry(expires);
    const named = carriesSession ? session : undefined;
    if (named !== undefined && !sessionForm.test(named))
      throw optionsError('session', 'This is not the id of a session. Give up to 64 letters, digits, - and _.');
    const query = { [params.token]: azionHash(secrets[0]!, text(named), e), [params.expires]: e };
    return { expires, query: { ...query, ...(named !== undefined && { [params.session!]: named }) } };
  };
  const signExactly = (url: URL, expires: number, session?: string): Token => {
    const path = pathToSign(url, pathForm);
    const search = searchToSign(url, names);
    const token = tokenOf((named) => pathText(path, named), expires, session);
    return { url: url.origin + url.pathname + search + url.hash, anyQuery: true, ...token };
  };

  return {
    name: 'secure-token',
    scope: depth === undefined ? 'url' : 'prefix',
    maxTtl,
    parameters: names,
    ...(carriesSession && { carriesSession }),

    opens(url) {
      const decoded = pathToSign(url, 'decoded');
      searchToSign(url, names);
      const folder = folderToOpen(url.pathname, decoded);
      return folder === undefined ? pathScope(url) : folderScope(url, folder);
    },

    sign(url: URL, expires: number, session?: string): Token {
      const decoded = pathToSign(url, 'decoded');
      searchToSign(url, names);
      const folder = folderToOpen(url.pathname, decoded);
      if (folder === undefined) return signExactly(url, expires, session);
      const hashed = canonicalPath(folder, pathForm)!;
      return { prefix: url.origin + folder, ...tokenOf((named) => folderText(hashed, named), expires, session) };
    },
    ...(depth !== undefined && { signExactly }),

    verify: judging(({ url }, now): Verdict => {
      const query = tokenQuery(url.search, names);
      if (!query) return refused.malformed;
      const [token, e, session] = query.values;
      if (!token || !e) return refused.missing;
      const path = canonicalPath(url.pathname, pathForm);
      const expires = readExpiry(e);
      if (path === undefined || expires === undefined || !tokenForm.test(token) || expires > now + maxTtl) {
        return refused.malformed;
      }
      if (session !== undefined && !sessionForm.test(session)) return refused.malformed;
      const folder = folderToOpen(path, canonicalPath(url.pathname, 'decoded'));
      let genuine = 0;
      for (const secret of secrets) {
        const isTokenOf = (uri: string): number => Number(equalInConstantTime(azionHash(secret, uri, e), token));
        genuine |= isTokenOf(pathText(path, session));
        if (folder !== undefined) genuine |= isTokenOf(folderText(folder, session));
      }
      if (!genuine) return refused.signature;
      if (expires < now) return refused.expired;
      const forwarded = url.origin + encodePath(path, pathForm) + query.rest;
      return { ok: true, expires, url: forwarded, ...(session !== undefined && { session }) };
    }),
  };
}

/** The canonical form of 16 bytes: they fill 21 characters and two bits of a 22nd, whose other four bits are zero. */
const tokenForm = /^[\w-]{21}[AQgw]$/;

/** Ids of `createSessions` have 22 characters. No id contains a colon or a slash. */
const sessionForm = /^[\w-]{1,64}$/;

/** Returns the text that is hashed for a folder. */
function folderText(folder: string, session?: string): string {
  return session === undefined ? folderMark + folder : `${folderMark}${session}:${folder}`;
}

/**
 * Returns the text that is hashed for a path. With a session, the text begins like that of a folder, which no other
 * layout can write.
 */
function pathText(path: string, session?: string): string {
  return session === undefined ? path : `${folderMark}${session}:path:${path}`;
}

/** Returns the hash of Azion's README: base64url(md5(secret + uri + expires)), 22 characters. */
export function azionHash(secret: string, uri: string, expires: string): string {
  return digest(md5, secret + uri + expires, 'base64url');
}
