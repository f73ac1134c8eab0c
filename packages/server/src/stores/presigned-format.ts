import { optionsError } from '../errors/options-error.ts';
import { queryCarrier } from '../format-parts/carriers.ts';
import { openedUrl } from '../format-parts/opened-scope.ts';
import type { OptionReader } from '../errors/options.ts';
import * as option from '../errors/options.ts';
import { signingFormat } from '../format-parts/signing-format.ts';
import type { TokenFormat } from '../token/token-format.ts';
import { parsedUrl } from '../url/judged-url.ts';

export interface PresignedOptions {
  /**
   * Base URL of the store, such as `https://ACCOUNT.r2.cloudflarestorage.com` or `https://minio.example.com:9000`.
   *
   * @default the store's own hosts
   */
  endpoint?: string | URL;
  /** Sign only objects of this bucket. @default any bucket that the credentials open */
  bucket?: string;
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

/** The options that `presignedFormat` reads. */
export const presigned: option.Given<keyof PresignedOptions> = {
  endpoint: option.given,
  bucket: option.given,
  params: option.given,
  maxTtl: option.given,
};

interface Presigner {
  readonly name: string;
  /** The prefix of the parameters of a token. */
  readonly prefix: 'X-Amz-' | 'X-Goog-';
  /** The hosts of the store, see `objectCheck`. */
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
  const maxTtl = option.maxLifetime(options.maxTtl, 'maxTtl');
  if (!(Number.isSafeInteger(maxTtl) && maxTtl <= week))
    throw optionsError('maxTtl', 'Stores take a week at most. Give whole seconds, up to 604800.', maxTtl);
  const check = objectCheck(options, ownHosts);

  return signingFormat({
    name,
    scope: 'url',
    maxTtl,
    pathForm: 'decoded',
    carrier: queryCarrier(carried.map((each) => prefix + each)),

    open({ url, search }) {
      check(url, search);
      return { opened: openedUrl(url, search, false), url: url.origin + url.pathname + search };
    },
    texts: ({ url }, expires) => sign(new URL(url), { date: signingDate(expires - maxTtl), lifetime: maxTtl }),
  });
}

function signingDate(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(/[-:]|\.\d+/g, '');
}

/** Credentials are text without spaces. */
export const credential: OptionReader<string> = option.matching(
  /^[\x21-\x7e]+$/,
  'This is missing, empty, or has spaces in it. Give it as the store shows it.',
);

/** @throws `ERR_OPTIONS` */
export function storeEndpoint(endpoint: string | URL): { url: URL; folder: string } {
  const url = parsedUrl(String(endpoint));
  if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash)
    throw optionsError('endpoint', 'Give the http or https base URL of the store, without a query.', endpoint);
  return { url, folder: url.pathname.replace(/\/?$/, '/') };
}

/**
 * Creates a check that refuses URLs of anything but objects: stores answer a request for a bucket, and some stores a
 * request for a folder, with a list of all objects. A store names its bucket in the host
 * (`https://BUCKET.s3.eu-west-1.amazonaws.com/film.mp4`) or at the beginning of the path
 * (`https://s3.eu-west-1.amazonaws.com/BUCKET/film.mp4`).
 *
 * @param options.params names in the query that may be signed; `acl`, `list-type`, `response-content-type` and the like
 *   ask for something else than the object, or change the object
 * @param ownHosts the hosts of the store; the first group matches the bucket and a dot
 * @returns a check of the path and the query of a URL, which throws `ERR_OPTIONS`
 * @throws `ERR_OPTIONS`
 */
function objectCheck(
  { bucket, params = [], endpoint }: PresignedOptions,
  ownHosts: RegExp,
): (url: URL, search: string) => void {
  if (bucket !== undefined && (typeof (bucket as unknown) !== 'string' || !/^[\w.-]+$/.test(bucket)))
    throw optionsError('bucket', 'This is not the name of a bucket. Give letters, digits and ._-', bucket);
  if (!Array.isArray(params) || !params.every((name) => typeof name === 'string' && /^[\w.~-]+$/.test(name)))
    throw optionsError('params', "Give a list of names, such as ['versionId'].", params);
  const { url: base, folder } = endpoint === undefined ? { folder: '/' } : storeEndpoint(endpoint);
  // Some consoles show the endpoint with the bucket in its host.
  const host = base && bucket && base.host.startsWith(`${bucket}.`) ? base.host.slice(bucket.length + 1) : base?.host;
  const hosts = host === undefined ? ownHosts : new RegExp(`^(.+\\.)?${host.replace(/[.[\]]/g, '\\$&')}$`);
  return (url, search) => {
    const found = url.protocol === (base ?? url).protocol && url.pathname.startsWith(folder) && hosts.exec(url.host);
    const inHost = found ? found[1]?.slice(0, -1) : undefined;
    const path = url.pathname.slice(folder.length);
    const [name = '', ...key] = inHost === undefined ? path.split('/') : [inHost, path];
    if (!found || key.join('/') === '' || path.endsWith('/') || name === '' || (bucket ?? name) !== name)
      throw optionsError(
        'url',
        'This is not an object of the store. Check the host, `endpoint` and `bucket`; ' +
          'a bucket or a folder is not signed.',
      );
    if (`${path}${search}`.includes('+'))
      throw optionsError('url', 'The URL has a `+`, which servers read in two ways. Write %2B or %20.');
    const asked = [...search.matchAll(/[?&]([^=&]*)/g)].map(([, parameter]) => parameter!);
    if (new Set(asked).size < asked.length || !asked.every((each) => params.includes(each)))
      throw optionsError(
        'url',
        'Its query has a parameter that is not in `params`, or one twice. Take it out: it may ask for another thing.',
      );
  };
}
