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
 * The URLs that a viewer may have: all (`true`), none (`false`, a 403), or all except `denied`, for `ttl` seconds. Or a
 * `Response`, such as a 401 with `WWW-Authenticate`, which the endpoint sends with its CORS headers and with
 * `Cache-Control: no-store`.
 *
 * An entry of `denied` is an absolute URL, and denies itself and everything below it. An entry with a query denies that
 * query alone, unless the query contains a `*`; any other entry denies every query. An entry with a `*` in its path
 * denies the folder that contains the `*`. A token that opens any denied URL is not granted.
 */
export type Grant = boolean | { denied?: readonly string[]; ttl?: number } | Response;

interface Permission {
  /** Whether a token of this scope opens anything that was denied. */
  readonly isDenied: (scope: JudgedScope) => boolean;
  /** Seconds. */
  readonly ttl: number;
}

/**
 * Reads what `authorize` has returned.
 *
 * @throws `Problem` 403 for `false`, and for a value that a hook without types returned instead of it, such as nothing;
 *   `ERR_OPTIONS` for any other value that is not a grant, for a `ttl` that is not a lifetime, and for an entry of
 *   `denied` that cannot be judged, because it would deny nothing
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
  // `map` would skip holes of the list.
  const scopes = Array.from<unknown, JudgedScope>(denied, deniedScope);
  const deniedUrls = new DeniedUrls(scopes);
  return { isDenied: (scope) => deniedUrls.areReachedBy(scope), ttl };
}

/**
 * Whether a value is a plain grant. A list, a map, a `Response` of another library or a misspelt field has a meaning,
 * but does not mean that the viewer may have everything.
 */
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

/**
 * Returns the scope that an entry denies. A wildcard denies the folder that contains it, with all that it may stand
 * for. Viewers may also request a name that contains a `*`.
 */
function entryScope(url: JudgedUrl): Scope {
  const { path, search, href } = url;
  const wildcard = path.indexOf('*');
  const folder = path.slice(0, path.lastIndexOf('/', wildcard) + 1);
  if (wildcard >= 0) return { kind: 'folder', href: url.withPath(folder).href };
  if (search && !search.includes('*')) return { kind: 'url', href };
  return { kind: path.endsWith('/') ? 'folder' : 'path', href };
}
