import type { Token } from 'secure-token-core';
import { equalInConstantTime } from '../crypto/hash.ts';
import { optionsError } from '../errors/options-error.ts';
import { checkTimes } from '../format-parts/check-times.ts';
import { writeExpiry } from '../format-parts/expiry.ts';
import { checkDepth, folderOf, foldersOpening, hasFolders } from '../format-parts/folders.ts';
import type { Depth } from '../format-parts/folders.ts';
import { judging } from '../format-parts/judging.ts';
import { folderScope, pathScope, urlScope } from '../format-parts/opened-scope.ts';
import { pathToSign } from '../format-parts/path-to-sign.ts';
import type { VerifyingTokenFormat } from '../token/token-format.ts';
import { refused } from '../token/verdict.ts';
import type { Verdict } from '../token/verdict.ts';
import { canonicalPath, encodePath } from '../url/canonical-path.ts';
import type { PathForm } from '../url/canonical-path.ts';
import { linkCarrier } from './link-carrier.ts';
import type { LinkFields, TokenCarrierOptions } from './link-carrier.ts';

interface LinkFormatOptions extends TokenCarrierOptions {
  readonly name: string;
  /**
   * One function for each secret, the signing one first. It returns the token for `path`, `uri` (with the query),
   * `expires` and so on.
   */
  readonly macs: readonly ((fields: LinkFields) => string)[];
  /** Matches the tokens of `macs`, and no second spelling of them. */
  readonly tokenPattern: string;
  /** The part of a URL that is signed: a folder, a path, or a path with its query. */
  readonly signs: 'folder' | 'path' | 'uri';
  readonly time: LinkTime;
  readonly depth: Depth;
  readonly pathForm: PathForm;
  /** Seconds between the time in the URL and the expiry. */
  readonly validity: number;
  readonly maxTtl: number;
  /**
   * Returns why the hashed text of these fields could be read in another way; `undefined` if it could not.
   *
   * @param stamp the time in the URL, once it is known
   */
  readonly ambiguity?: (fields: LinkFields, stamp?: string) => string | undefined;
}

/**
 * Makes the formats `secureLink`, `fastly` and `cloudflare`: a hash and a time, in the query or before the path.
 *
 * @throws `ERR_OPTIONS`
 */
export function linkFormat(options: LinkFormatOptions): VerifyingTokenFormat {
  const { name, macs, tokenPattern, signs, time, depth, pathForm, validity, maxTtl } = options;
  const form = timeForms[time] as (typeof timeForms)[LinkTime] | undefined;
  if (!form) throw optionsError('time', "This is unknown. Give 'decimal', 'hex', 'HEX' or 'minutes'.");
  const carrier = linkCarrier(options, { token: tokenPattern, expires: form.pattern });
  const stampForm = new RegExp(`^${form.pattern}$`);
  checkTimes({ maxTtl, validity });
  checkDepth(depth);
  if (!['decoded', 'raw'].includes(pathForm))
    throw optionsError('pathForm', "This is unknown. Give 'decoded' or 'raw'.");
  // A player uses a token with a prefix for the folders below it too, which a token of one folder does not open. So
  // each URL gets its own token.
  const opensBelow = signs === 'folder' && (depth !== 'parent' || options.base !== undefined);

  const ambiguityOf = (fields: LinkFields, stamp?: string): string | undefined =>
    // The first `?` of path and query must be the one between them.
    signs === 'uri' && fields.path!.includes('?') ? 'a `?` in its path' : options.ambiguity?.(fields, stamp);

  /**
   * Returns the fields to sign, and the query without a token.
   *
   * @throws `ERR_OPTIONS` for a URL that the format does not sign
   */
  const fieldsToSign = (url: URL, stamp?: string): { fields: LinkFields; search: string } => {
    const path = pathToSign(url, pathForm);
    const search = carrier.searchOf(url);
    if (signs === 'folder' && !foldersOpening(path, depth))
      throw optionsError('url', 'The path has more folders than a token can open. Use fewer folders.');
    const fields = linkFields(signs === 'folder' ? folderOf(path, depth) : path, search, stamp);
    const ambiguity = ambiguityOf(fields, stamp);
    if (ambiguity !== undefined)
      throw optionsError(
        'url',
        `The URL has ${ambiguity}, so that another URL would have the same token. Rename the file or folder.`,
      );
    return { fields, search };
  };

  return {
    name,
    scope: opensBelow ? 'prefix' : 'url',
    maxTtl,
    ...(carrier.bare && { bare: carrier.bare }),
    ...(carrier.parameters && { parameters: carrier.parameters }),

    opens(url) {
      const { search } = fieldsToSign(url);
      if (signs === 'folder') return folderScope(url, folderOf(url.pathname, depth));
      return signs === 'uri' ? urlScope(url, search) : pathScope(url);
    },

    sign(url, expires): Token {
      writeExpiry(expires);
      const stamp = form.write(expires - validity);
      if (!stampForm.test(stamp))
        throw optionsError('expires', 'This time cannot be written as `time` says. Give a later or an earlier one.');
      const { fields, search } = fieldsToSign(url, stamp);
      const token = macs[0]!(fields);
      const until = form.read(stamp) + validity;
      // If the path has fewer folders than `depth`, the token opens its folder without those below it.
      const isWhole = typeof depth !== 'number' || hasFolders(url.pathname, depth);
      const prefix = opensBelow && isWhole ? url.origin + folderOf(url.pathname, depth) : undefined;
      const opened = {
        url: url.origin + url.pathname + search + url.hash,
        ...(signs !== 'uri' && { anyQuery: true }),
      };
      return carrier.token({ origin: url.origin, prefix, opened, expires: until, fields: { token, expires: stamp } });
    },

    verify: judging(({ url }, now): Verdict => {
      const carried = carrier.read(url);
      if (typeof carried === 'string') return refused[carried];
      const { token, stamp, pathname, search } = carried;
      const path = canonicalPath(pathname, pathForm);
      const expires = form.read(stamp) + validity;
      if (path === undefined || !(expires <= now + maxTtl)) return refused.malformed;
      const signed = signs === 'folder' ? foldersOpening(path, depth) : [path];
      const readings = signed
        ?.map((each) => linkFields(each, search, stamp))
        .filter((each) => ambiguityOf(each, stamp) === undefined);
      if (!readings?.length) return refused.malformed;
      let genuine = 0;
      for (const mac of macs) {
        for (const fields of readings) genuine |= Number(equalInConstantTime(mac(fields), token));
      }
      if (!genuine) return refused.signature;
      if (expires < now) return refused.expired;
      return { ok: true, expires, url: url.origin + encodePath(path, pathForm) + search };
    }),
  };
}

/** Returns the fields for a path. @param stamp the time in the URL, once it is known */
function linkFields(path: string, search: string, stamp = ''): LinkFields {
  const folder = path.endsWith('/') ? path.slice(0, -1) : path;
  return { path, relativePath: path.slice(1), directory: path, folder, uri: path + search, expires: stamp };
}

/** Ways to write a point in time: unix seconds, hex in either case, or minutes of China Standard Time (UTC+8). */
export type LinkTime = 'decimal' | 'hex' | 'HEX' | 'minutes';

interface TimeForm {
  /** Matches exactly what `write` returns, so that no time has two spellings. */
  readonly pattern: string;
  /** @param seconds unix seconds */
  readonly write: (seconds: number) => string;
  /** Returns unix seconds; NaN for a date that does not exist. */
  readonly read: (text: string) => number;
}

const offset = 8 * 3600;

export const timeForms: Readonly<Record<LinkTime, TimeForm>> = {
  decimal: { pattern: '[1-9]\\d{9}', write: String, read: Number },
  hex: { pattern: '[1-9a-f][\\da-f]{7}', write: (seconds) => seconds.toString(16), read: (text) => parseInt(text, 16) },
  HEX: {
    pattern: '[1-9A-F][\\dA-F]{7}',
    write: (seconds) => seconds.toString(16).toUpperCase(),
    read: (text) => parseInt(text, 16),
  },
  minutes: {
    pattern: '[1-9]\\d{11}',
    write: (seconds) => new Date((seconds + offset) * 1000).toISOString().replace(/\D/g, '').slice(0, 12),
    read: (text) => {
      const [, year, month, day, hour, minute] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text) ?? [];
      const iso = `${year}-${month}-${day}T${hour}:${minute}:00.000Z`;
      const date = new Date(iso);
      return date.getTime() > 0 && date.toISOString() === iso ? date.getTime() / 1000 - offset : NaN;
    },
  },
};
