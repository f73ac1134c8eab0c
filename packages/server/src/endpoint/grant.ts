import { isPlainObject } from '../errors/hooks.ts';
import { optionsError } from '../errors/options-error.ts';
import { isHost, judgeUrl } from '../url/judged-url.ts';
import { JudgedScope } from '../url/scope.ts';

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
 * @throws `ERR_OPTIONS` for a value that is not a grant, for a `ttl` that is not a lifetime, and for an entry of `denied`
 *   that cannot be judged, because it would deny nothing
 */
export function readGrant(grant: Exclude<Grant, Response>, defaultTtl: number): Permission {
  const given: unknown = grant === true ? {} : grant;
  // A list, a map, a `Response` of another library or a misspelt field has a meaning, but does not mean that the viewer
  // may have everything.
  if (!isPlainObject(given) || !Reflect.ownKeys(given).every((name) => name === 'denied' || name === 'ttl')) {
    throw optionsError(
      'authorize',
      'Return true, false, a Response, or a plain object with `denied` and `ttl` alone, without hidden members.',
      grant,
    );
  }
  const { ttl = defaultTtl } = given;
  const denied: unknown = Object.hasOwn(given, 'denied') ? given.denied : [];
  if (!(typeof ttl === 'number' && ttl >= 1))
    throw optionsError('ttl from authorize', 'Return seconds, at least 1.', ttl);
  if (!Array.isArray(denied)) throw optionsError('denied from authorize', 'Return a list of absolute URLs.', denied);
  // `map` would skip holes of the list.
  const scopes = Array.from<unknown, JudgedScope>(denied, deniedScope);
  return { isDenied: (scope) => scopes.some((each) => scope.reaches(each)), ttl };
}

/**
 * Returns the scope that an entry denies. A wildcard denies the folder that contains it, with all that it may stand
 * for. Viewers may also request a name that contains a `*`.
 */
function deniedScope(entry: unknown): JudgedScope {
  const url = typeof entry === 'string' ? judgeUrl(entry) : undefined;
  if (!url || !isHost(url.hostname)) {
    throw optionsError(
      'denied from authorize',
      'One of its URLs is not absolute, or servers could read it in different ways. ' +
        'Return URLs as `authorize` gets them.',
    );
  }
  const { path, search } = url;
  if (path.includes('*')) return new JudgedScope('folder', url.folder(path.indexOf('*')));
  if (search && !search.includes('*')) return new JudgedScope('url', url);
  return new JudgedScope(path.endsWith('/') ? 'folder' : 'path', url);
}
