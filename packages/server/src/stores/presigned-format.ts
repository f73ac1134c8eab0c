import { optionsError } from '../errors/options-error.ts';
import { checkTimes } from '../format-parts/check-times.ts';
import { writeExpiry } from '../format-parts/expiry.ts';
import { urlScope } from '../format-parts/opened-scope.ts';
import { pathToSign } from '../format-parts/path-to-sign.ts';
import { searchToSign } from '../format-parts/search-to-sign.ts';
import type { TokenFormat } from '../token/token-format.ts';
import { parsedUrl } from '../url/judged-url.ts';

export interface PresignedOptions extends ObjectPlaceOptions {
  /**
   * Names of parameters that a URL may have, such as `versionId`: they are signed too. A URL with any other parameter
   * is not signed.
   *
   * @default none
   */
  params?: readonly string[];
  /**
   * Seconds from the time in the signature to the expiry, at most a week. The time in the signature is always this long
   * before the expiry, so that one URL and one expiry have one signature. If a policy of the bucket limits the age of
   * signatures, give the `ttl` of your endpoint.
   *
   * @default 86400
   */
  maxTtl?: number;
}

interface Presigner {
  readonly name: string;
  /** The prefix of the parameters of a token. */
  readonly prefix: 'X-Amz-' | 'X-Goog-';
  /** The hosts of the store, see `objectPlace`. */
  readonly ownHosts: RegExp;
  /** @returns the parameters of the token */
  readonly sign: (url: URL, times: SignatureTimes) => Promise<Readonly<Record<string, string>>>;
}

interface SignatureTimes {
  /** The time in the signature, such as `20130524T000000Z`. */
  readonly date: string;
  /** Seconds. */
  readonly lifetime: number;
}

/** The longest lifetime in seconds: all stores refuse longer ones. */
const week = 604_800;
const carried = ['Algorithm', 'Credential', 'Date', 'Expires', 'SignedHeaders', 'Security-Token', 'Signature'];

/**
 * Makes the parts that presigned URLs of S3 and of Google Cloud Storage have in common (Signature Version 4).
 *
 * @throws `ERR_OPTIONS`
 */
export function presignedFormat(options: PresignedOptions, { name, prefix, ownHosts, sign }: Presigner): TokenFormat {
  const { maxTtl = 86_400 } = options;
  checkTimes({ maxTtl });
  if (!(Number.isSafeInteger(maxTtl) && maxTtl <= week))
    throw optionsError('maxTtl', 'Stores take a week at most. Give whole seconds, up to 604800.', maxTtl);
  const parameters = carried.map((each) => prefix + each);
  const check = objectCheck(options, ownHosts);

  /** Returns the query to sign, without a token. @throws `ERR_OPTIONS` for a URL that the format does not sign */
  const searchOf = (url: URL): string => {
    pathToSign(url, 'decoded');
    const search = searchToSign(url, parameters);
    check(url, search);
    return search;
  };

  return {
    name,
    scope: 'url',
    maxTtl,
    parameters,
    opens: (url) => urlScope(url, searchOf(url)),
    async sign(url, expires) {
      const bare = url.origin + url.pathname + searchOf(url);
      const date = signingDate(Number(writeExpiry(expires)) - maxTtl);
      return { url: bare + url.hash, expires, query: { ...(await sign(new URL(bare), { date, lifetime: maxTtl })) } };
    },
  };
}

function signingDate(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(/[-:]|\.\d+/g, '');
}

/** @throws `ERR_OPTIONS` unless all credentials are text without spaces */
export function checkCredentials(credentials: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(credentials)) {
    if (typeof value !== 'string' || !/^[\x21-\x7e]+$/.test(value))
      throw optionsError(name, 'This is missing, empty, or has spaces in it. Give it as the store shows it.');
  }
}

interface ObjectPlaceOptions {
  /**
   * Base URL of the store, such as `https://ACCOUNT.r2.cloudflarestorage.com` or `https://minio.example.com:9000`.
   *
   * @default the store's own hosts
   */
  endpoint?: string | URL;
  /** Sign only objects of this bucket. @default any bucket that the credentials open */
  bucket?: string;
}

/** Returns the name of the bucket and the path of the object in it; `undefined` for a URL outside this store. */
type ObjectPlace = (url: URL) => { readonly bucket: string; readonly key: string } | undefined;

/**
 * Returns a function that finds the place of an object: a store names its bucket in the host
 * (`https://BUCKET.s3.eu-west-1.amazonaws.com/film.mp4`) or at the beginning of the path
 * (`https://s3.eu-west-1.amazonaws.com/BUCKET/film.mp4`).
 *
 * @param ownHosts the hosts of the store; the first group matches the bucket and a dot
 * @throws `ERR_OPTIONS`
 */
function objectPlace({ endpoint, bucket }: ObjectPlaceOptions, ownHosts: RegExp): ObjectPlace {
  if (bucket !== undefined && (typeof (bucket as unknown) !== 'string' || !/^[\w.-]+$/.test(bucket)))
    throw optionsError('bucket', 'This is not the name of a bucket. Give letters, digits and ._-', bucket);
  const base = endpoint === undefined ? undefined : parsedUrl(String(endpoint));
  if (endpoint !== undefined && (!base || !/^https?:$/.test(base.protocol) || base.search || base.hash))
    throw optionsError('endpoint', 'Give the http or https base URL of the store, without a query.', endpoint);
  const inPath = (path: string): { bucket: string; key: string } => {
    const slash = `${path}/`.indexOf('/');
    return { bucket: path.slice(0, slash), key: path.slice(slash + 1) };
  };
  if (!base) {
    return ({ hostname, pathname }) => {
      const found = ownHosts.exec(hostname);
      if (!found) return undefined;
      const path = pathname.slice(1);
      return found[1] === undefined ? inPath(path) : { bucket: found[1].slice(0, -1), key: path };
    };
  }
  // Some consoles show the endpoint with the bucket in its host.
  const host =
    bucket !== undefined && base.host.startsWith(`${bucket}.`) ? base.host.slice(bucket.length + 1) : base.host;
  const folder = base.pathname.replace(/\/?$/, '/');
  return (url) => {
    if (url.protocol !== base.protocol || !url.pathname.startsWith(folder)) return undefined;
    const path = url.pathname.slice(folder.length);
    if (url.host === host) return inPath(path);
    return url.host.endsWith(`.${host}`) ? { bucket: url.host.slice(0, -host.length - 1), key: path } : undefined;
  };
}

/**
 * Creates a check that refuses URLs of anything but objects: stores answer a request for a bucket, and some stores a
 * request for a folder, with a list of all objects.
 *
 * @param options.params names in the query that may be signed; `acl`, `list-type`, `response-content-type` and the like
 *   ask for something else than the object, or change the object
 * @returns a check of the path and the query of a URL, which throws `ERR_OPTIONS`
 * @throws `ERR_OPTIONS`
 */
function objectCheck(
  options: ObjectPlaceOptions & { params?: readonly string[] },
  ownHosts: RegExp,
): (url: URL, search: string) => void {
  const { bucket, params = [] } = options;
  const place = objectPlace(options, ownHosts);
  if (!Array.isArray(params) || !params.every((name) => typeof name === 'string' && /^[\w.~-]+$/.test(name)))
    throw optionsError('params', "Give a list of names, such as ['versionId'].", params);
  return (url, search) => {
    const found = place(url);
    if (!found?.bucket || !found.key || found.key.endsWith('/') || (bucket ?? found.bucket) !== found.bucket) {
      throw optionsError(
        'url',
        'This is not an object of the store. Check the host, `endpoint` and `bucket`; ' +
          'a bucket or a folder is not signed.',
      );
    }
    if (`${found.key}${search}`.includes('+'))
      throw optionsError('url', 'The URL has a `+`, which servers read in two ways. Write %2B or %20.');
    const names =
      search === ''
        ? []
        : search
            .slice(1)
            .split('&')
            .map((pair) => pair.replace(/=.*$/s, ''));
    if (new Set(names).size < names.length || !names.every((name) => params.includes(name)))
      throw optionsError(
        'url',
        'Its query has a parameter that is not in `params`, or one twice. Take it out: it may ask for another thing.',
      );
  };
}
