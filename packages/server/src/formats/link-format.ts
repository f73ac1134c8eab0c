import type { Token } from 'secure-token-core';
import { canonicalPath, encodePath } from '../canonical-path.ts';
import type { PathForm } from '../canonical-path.ts';
import { equalInConstantTime } from '../equal-in-constant-time.ts';
import { optionsError } from '../options-error.ts';
import type { TokenFormat } from '../token-format.ts';
import { refused } from '../verdict.ts';
import type { Verdict } from '../verdict.ts';
import { checkDepth, folderOf, foldersOpening } from './folders.ts';
import type { Depth } from './folders.ts';
import { linkCarrier } from './link-carrier.ts';
import type { LinkCarrierOptions } from './link-carrier.ts';
import type { LinkFields } from './link-template.ts';
import { timeForms } from './link-time.ts';
import type { LinkTime } from './link-time.ts';

interface LinkFormatOptions extends LinkCarrierOptions {
  readonly name: string;
  /** One function a secret, the signing one first: the token for `path`, `uri` (with the query), `expires` and so on. */
  readonly macs: readonly ((fields: LinkFields) => string)[];
  /** Matches what `macs` makes, and no second spelling of it. */
  readonly tokenPattern: string;
  /** Whether a folder, a path or a path with its query is signed. */
  readonly signs: 'folder' | 'path' | 'uri';
  readonly time: LinkTime;
  readonly depth: Depth;
  readonly pathForm: PathForm;
  /** Seconds between the time in the URL and the expiry. */
  readonly validity: number;
  readonly maxTtl: number;
}

/**
 * What `secureLink`, `fastly` and `cloudflare` have in common: a hash and a time, in the query or in front of the path.
 *
 * @throws `ERR_OPTIONS`
 */
export function linkFormat(options: LinkFormatOptions): TokenFormat {
  const { name, macs, tokenPattern, signs, time, depth, pathForm, validity, maxTtl } = options;
  const form = timeForms[time];
  const carrier = linkCarrier(options, { token: tokenPattern, expires: form.pattern });
  if (!(maxTtl > 0)) throw optionsError('maxTtl', 'give a positive number of seconds, or Infinity');
  if (!(validity >= 0)) throw optionsError('validity', 'give seconds, 0 or more');
  checkDepth(depth);
  // A player takes a prefix for the folders below it too, which this token does not open: it gets one a URL.
  const opensBelow = signs === 'folder' && (depth !== 'parent' || options.base !== undefined);

  return {
    name,
    scope: opensBelow ? 'prefix' : 'url',
    maxTtl,
    ...(carrier.bare && { bare: carrier.bare }),

    sign(url, expires): Token {
      const path = canonicalPath(url.pathname, pathForm);
      if (path === undefined) throw optionsError('url', 'this path has more than one reading and is never signed');
      const search = carrier.searchOf(url);
      const stamp = form.write(expires - validity);
      if (!Number.isInteger(expires) || !new RegExp(`^${form.pattern}$`).test(stamp)) {
        throw optionsError('expires', 'give unix seconds, a whole number');
      }
      const signed = signs === 'folder' ? folderOf(path, depth) : path;
      const token = macs[0]!({ ...pathFields(signed, search), expires: stamp });
      const until = form.read(stamp) + validity;
      const prefix = opensBelow ? url.origin + folderOf(url.pathname, depth) : undefined;
      const opened = {
        url: url.origin + url.pathname + search + url.hash,
        ...(signs !== 'uri' && { anyQuery: true }),
      };
      return carrier.token({ origin: url.origin, prefix, opened, expires: until, fields: { token, expires: stamp } });
    },

    verify(request, now): Verdict {
      const url = new URL(request.url);
      const carried = carrier.read(url);
      if (typeof carried === 'string') return refused[carried];
      const { token, stamp, pathname, search } = carried;
      const path = canonicalPath(pathname, pathForm);
      const expires = form.read(stamp) + validity;
      if (path === undefined || !(expires <= now + maxTtl)) return refused.malformed;
      let genuine = 0;
      for (const mac of macs) {
        for (const signed of signs === 'folder' ? foldersOpening(path, depth) : [path]) {
          genuine |= Number(equalInConstantTime(mac({ ...pathFields(signed, search), expires: stamp }), token));
        }
      }
      if (!genuine) return refused.signature;
      if (expires < now) return refused.expired;
      return { ok: true, expires, url: url.origin + encodePath(path, pathForm) + search };
    },
  };
}

function pathFields(path: string, search: string): Record<string, string> {
  const folder = path.replace(/\/$/, '');
  return { path, relativePath: path.slice(1), directory: path, folder, uri: path + search };
}
