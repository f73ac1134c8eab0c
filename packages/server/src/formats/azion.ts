import { digest, md5 } from '../crypto/hash.ts';
import type { SecretOptions } from '../crypto/secret-list.ts';
import { macSigner } from '../crypto/signer.ts';
import { optionsError } from '../errors/options-error.ts';
import * as option from '../errors/options.ts';
import { queryCarrier } from '../format-parts/carriers.ts';
import { cdnFormat } from '../format-parts/cdn-format.ts';
import { folderOf, hasFolders, openedFolder, openedUrl } from '../format-parts/opened-scope.ts';
import { readExpiry } from '../format-parts/signing-format.ts';
import { withSecrets } from '../format-parts/with-secrets.ts';
import type { VerifyingTokenFormat } from '../token/token-format.ts';
import type { Verdict } from '../token/verdict.ts';
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
   * token of its path. `verify` accepts tokens of the folder and tokens of the path.
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
  const {
    maxTtl,
    params = { token: 'st', expires: 'e' },
    pathForm,
    depth,
  } = option.readOptions(options, {
    ...option.secrets,
    maxTtl: option.maxLifetime,
    params: option.given,
    pathForm: option.pathForm('decoded'),
    depth: option.optional(option.folderDepth),
  });
  if (params.session !== undefined && depth === undefined)
    throw optionsError('params', '`session` needs `depth`. Give both, or leave `session` out.');
  const names = [params.token, params.expires, ...(params.session === undefined ? [] : [params.session])];

  const hasFolder = (path: string): boolean => depth !== undefined && hasFolders(path, depth);

  const make = (secrets: readonly string[]): VerifyingTokenFormat =>
    cdnFormat({
      name: 'secure-token',
      scope: depth === undefined ? 'url' : 'prefix',
      maxTtl,
      pathForm,
      carrier: queryCarrier(names, { namedIn: 'params', needed: 2, decodes: false }),
      carriesSession: params.session !== undefined,
      signsExactly: depth !== undefined,
      signers: secrets.map((secret) =>
        macSigner(({ text, expires }: { text: string; expires: string }) => azionHash(secret, text, expires)),
      ),

      open: ({ url, path, search, isAlone }) =>
        depth === undefined || isAlone || !hasFolder(path)
          ? { opened: openedUrl(url, search, true), textFor: (session?: string) => pathText(path, session) }
          : {
              opened: openedFolder(url, depth),
              textFor: (session?: string) => folderText(folderOf(path, depth), session),
            },
      message({ textFor }, expires, session) {
        if (session !== undefined && !sessionForm.test(session))
          throw optionsError('session', 'This is not the id of a session. Give up to 64 letters, digits, - and _.');
        return { text: textFor(session), expires: String(expires) };
      },
      write(token, _, expires, session) {
        const texts = { [params.token]: token, [params.expires]: String(expires) };
        return session === undefined ? texts : { ...texts, [params.session!]: session };
      },
      read({ values: [token = '', expires = '', session] }, path) {
        if (!tokenForm.test(token) || (session !== undefined && !sessionForm.test(session))) return undefined;
        const texts = [pathText(path, session)];
        if (hasFolder(path)) texts.push(folderText(folderOf(path, depth!), session));
        return {
          signature: token,
          messages: texts.map((text) => ({ text, expires })),
          expires: readExpiry(expires),
          session,
        };
      },
    });
  // It hashes at once, and so returns no promise.
  return withSecrets(options, make, ['/', folderMark]) as AzionFormat;
}

/**
 * The text in front of a folder in what is hashed. What is hashed for a path begins with a slash, so the two differ.
 * `secureLink` refuses layouts that could write this text.
 */
export const folderMark = 'folder:';

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
