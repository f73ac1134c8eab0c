import { optionsError } from '../errors/options-error.ts';
import { isPlainObject } from '../errors/plain-object.ts';
import { DeniedUrls } from '../url/denied-urls.ts';
import { judgeScope } from '../url/judged-scope.ts';
import type { JudgedScope } from '../url/judged-scope.ts';
import { hostProblem, judgeUrl } from '../url/judged-url.ts';
import type { JudgedUrl } from '../url/judged-url.ts';
import type { Scope } from '../url/scope.ts';
import { deniedToViewer } from './endpoint-problems.ts';

/**
 * The URLs that a viewer may have: all, none (403), or all except `denied`, for `ttl` seconds; or a `Response` that the
 * endpoint sends unchanged, such as a 401 with `WWW-Authenticate`.
 *
 * An entry of `denied` is an absolute URL: it denies itself and everything below it, one with a query that query alone,
 * any other every query; one with a `*` denies the folder in which that stands. A token that opens any of it is not
 * granted.
 */
export type Grant = boolean | { denied?: readonly string[]; ttl?: number } | Response;

interface Permission {
  /** Whether a token of this scope opens anything that was denied. */
  readonly isDenied: (scope: JudgedScope) => boolean;
  /** Seconds. */
  readonly ttl: number;
}

/**
 * @throws `Problem` 403 for `false`, and for what a hook without types returned instead of it, such as nothing;
 *   `ERR_OPTIONS` for anything else that is no grant, for a `ttl` that is no lifetime, and for an entry of `denied`
 *   that cannot be judged: it would deny nothing
 */
export function readGrant(grant: Exclude<Grant, Response>, defaultTtl: number): Permission {
  if (!grant) throw deniedToViewer();
  if (grant !== true && !isPlainGrant(grant)) {
    throw optionsError(
      'authorize',
      'Return true, false, a Response, or a plain object with `denied` and `ttl` alone, without hidden members.',
      grant,
    );
  }
  const { ttl = defaultTtl } = grant === true ? {} : grant;
  const denied: unknown = grant !== true && Object.hasOwn(grant, 'denied') ? grant.denied : [];
  if (!(typeof ttl === 'number' && ttl >= 1))
    throw optionsError('ttl from authorize', 'Return seconds, at least 1.', ttl);
  if (!Array.isArray(denied)) throw optionsError('denied from authorize', 'Return a list of absolute URLs.', denied);
  // Not `map`, which passes over holes.
  const scopes = Array.from<unknown, JudgedScope>(denied, deniedScope);
  const deniedUrls = new DeniedUrls(scopes);
  return { isDenied: (scope) => deniedUrls.areReachedBy(scope), ttl };
}

/** A list, a map, a `Response` of another library or a misspelt field says something, and not that all may be had. */
function isPlainGrant(grant: unknown): grant is { denied?: readonly string[]; ttl?: number } {
  return isPlainObject(grant) && Reflect.ownKeys(grant).every((name) => name === 'denied' || name === 'ttl');
}

function deniedScope(entry: unknown): JudgedScope {
  const url = typeof entry === 'string' ? judgeUrl(entry) : undefined;
  const scope = url && judgeScope(entryScope(url));
  if (!scope || hostProblem(url.hostname) !== undefined) {
    throw optionsError(
      'denied from authorize',
      'One of its URLs is not absolute, or servers could read it in different ways. ' +
        'Return URLs as `authorize` gets them.',
    );
  }
  return scope;
}

/** A wildcard denies the folder it stands in, all that it may stand for; viewers may ask for such a name, too. */
function entryScope(url: JudgedUrl): Scope {
  const { path, search, href } = url;
  const wildcard = path.indexOf('*');
  const folder = path.slice(0, path.lastIndexOf('/', wildcard) + 1);
  if (wildcard >= 0) return { kind: 'folder', href: url.withPath(folder).href };
  if (search && !search.includes('*')) return { kind: 'url', href };
  return { kind: path.endsWith('/') ? 'folder' : 'path', href };
}
