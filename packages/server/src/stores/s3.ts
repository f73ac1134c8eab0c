import { AwsV4Signer } from 'aws4fetch';
import { checkNames } from '../errors/check-names.ts';
import type { TokenFormat } from '../token/token-format.ts';
import { checkCredentials, presignedFormat } from './presigned-format.ts';
import type { PresignedOptions } from './presigned-format.ts';

export interface S3Options extends PresignedOptions {
  /** Such as `'eu-central-1'`; `'auto'` for R2, usually `'us-east-1'` for MinIO. */
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  /**
   * The token of temporary credentials, which end the URL when they end: give a function as `format` that reads them.
   */
  sessionToken?: string;
}

/**
 * With the bucket in front, or not: regions, dual stack, acceleration, and the old global host. What manages buckets
 * (`s3-control`) holds no objects.
 */
const ownHosts = /^(?!(?:.*\.)?s3-control[.-])(.+\.)?s3(?:[.-][a-z\d]+)*\.amazonaws\.com(?:\.cn)?$/;

/** Signing keys that are kept: each is good for a day, and what is signed lies within a week. */
const maxKeys = 8;

/**
 * Presigned URLs of S3, R2, MinIO and other stores that speak its protocol (Signature Version 4 in the query). Each
 * token opens one object for GET, ranges included; stores refuse HEAD with it. The store is the edge: this format only
 * signs. Signs with `aws4fetch`.
 *
 * @throws `ERR_OPTIONS`; from `sign` for what is no object of the store, and for queries that `params` does not name
 */
export function s3(options: S3Options): TokenFormat {
  checkNames(options, {
    region: true,
    accessKeyId: true,
    secretAccessKey: true,
    sessionToken: true,
    endpoint: true,
    bucket: true,
    params: true,
    maxTtl: true,
  });
  const { region, accessKeyId, secretAccessKey, sessionToken } = options;
  checkCredentials({ region, accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) });
  const keys = new Map<string, ArrayBuffer>();

  return presignedFormat(options, {
    name: 's3',
    prefix: 'X-Amz-',
    ownHosts,
    async sign(url, { date, lifetime }) {
      if (keys.size >= maxKeys) keys.clear();
      url.searchParams.set('X-Amz-Expires', String(lifetime));
      const signer = new AwsV4Signer({
        ...{ method: 'GET', url: url.href, signQuery: true, service: 's3', region, datetime: date, cache: keys },
        ...{ accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
      });
      const { searchParams } = (await signer.sign()).url;
      return Object.fromEntries([...searchParams].filter(([name]) => name.startsWith('X-Amz-')));
    },
  });
}
