import { AwsV4Signer } from 'aws4fetch';
import * as option from '../errors/options.ts';
import type { TokenFormat } from '../token/token-format.ts';
import { credential, presigned, presignedFormat } from './presigned-format.ts';
import type { PresignedOptions } from './presigned-format.ts';

export interface S3Options extends PresignedOptions {
  /** The region, such as `'eu-central-1'`; `'auto'` for R2, usually `'us-east-1'` for MinIO. */
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  /**
   * The token of temporary credentials. When the credentials end, the URL ends too: give a function as `format` that
   * reads the current credentials, such as `async () => s3({ region, ...(await credentials()) })`.
   */
  sessionToken?: string;
  /** What else a credential provider of the AWS SDK returns is not used, so that its result fits as it is. */
  expiration?: Date;
  accountId?: string;
  credentialScope?: string;
  $source?: unknown;
}

/**
 * The hosts of S3, with the bucket in front or without it: regions, dual stack, acceleration, and the old global host.
 * Excludes `s3-control`, which manages buckets and holds no objects.
 */
const ownHosts = /^(?!(?:.*\.)?s3-control[.-])(.+\.)?s3(?:[.-][a-z\d]+)*\.amazonaws\.com(?:\.cn)?$/;

/**
 * The number of signing keys that are kept: each key is valid for one day, and the days of all signatures lie within a
 * week.
 */
const maxKeys = 8;

/**
 * Signs URLs of S3, R2, MinIO and other stores with the same protocol (Signature Version 4 in the query). Each token
 * opens one object for GET, ranges included; stores refuse HEAD with it. The store is the edge: this format only signs.
 * Signs with `aws4fetch`.
 *
 * @throws `ERR_OPTIONS`; from `sign` for a URL that is no object of the store, and for a query with a name that
 *   `params` does not contain
 */
export function s3(options: S3Options): TokenFormat {
  const { region, accessKeyId, secretAccessKey, sessionToken } = option.readOptions(options, {
    region: credential,
    accessKeyId: credential,
    secretAccessKey: credential,
    sessionToken: option.optional(credential),
    expiration: option.given,
    accountId: option.given,
    credentialScope: option.given,
    $source: option.given,
    ...presigned,
  });
  const keys = new Map<string, ArrayBuffer>();

  return presignedFormat(options, {
    name: 's3',
    prefix: 'X-Amz-',
    ownHosts,
    async sign(url, { date, lifetime }) {
      if (keys.size >= maxKeys) keys.clear();
      url.searchParams.set('X-Amz-Expires', String(lifetime));
      const signer = new AwsV4Signer({
        method: 'GET',
        url: url.href,
        signQuery: true,
        service: 's3',
        region,
        datetime: date,
        cache: keys,
        accessKeyId,
        secretAccessKey,
        ...(sessionToken !== undefined && { sessionToken }),
      });
      const { searchParams } = (await signer.sign()).url;
      return Object.fromEntries([...searchParams].filter(([name]) => name.startsWith('X-Amz-')));
    },
  });
}
