import { base64Bytes } from '../crypto/base64url.ts';
import { hmac, sha256 } from '../crypto/hash.ts';
import { optionsError } from '../errors/options-error.ts';
import * as option from '../errors/options.ts';
import { queryCarrier } from '../format-parts/carriers.ts';
import { address } from '../format-parts/ip.ts';
import { folderOf, openedUrl } from '../format-parts/opened-scope.ts';
import { signingFormat } from '../format-parts/signing-format.ts';
import type { TokenFormat } from '../token/token-format.ts';
import { storeEndpoint } from './presigned-format.ts';

export interface AzureBlobOptions {
  /** Name of the storage account. */
  account: string;
  /** One of its two access keys, in base64. */
  accountKey: string;
  /**
   * The scope of a token: one blob; a directory and everything below it, in accounts with a hierarchical namespace; or
   * the whole container.
   *
   * @default 'blob'
   */
  resource?: 'blob' | 'directory' | 'container';
  /** For directories: the number of folders from the container to the directory that a token opens. @default all */
  depth?: number;
  /** Sign only blobs in this container. @default any container of the account */
  container?: string;
  /**
   * Base URL of the blobs, for a host of your own and for the emulator (`http://127.0.0.1:10000/devstoreaccount1`).
   *
   * @default 'https://ACCOUNT.blob.core.windows.net'
   */
  endpoint?: string | URL;
  /** The client's address, for tokens that are bound to it. */
  ip?: string;
  /** Unix seconds before which the token opens nothing. */
  startsAt?: number;
  /** @default 86400 seconds */
  maxTtl?: number;
}

/** The version of the service (`sv`), which defines what is signed, and how. */
const version = '2020-12-06';
const resources = { blob: 'b', directory: 'd', container: 'c' } as const;
/**
 * All parameters that a service SAS may have. A parameter that is left over from another SAS would be read with ours.
 */
const parameters =
  'sv sr sp st se spr sip sdd sig si ses rscc rscd rsce rscl rsct skoid sktid skt ske sks skv saoid suoid scid ss srt'.split(
    ' ',
  );

/**
 * Signs URLs of Azure Blob Storage with a service SAS and a key of the account. The SAS permits reading, but neither
 * listing nor writing. The store is the edge: this format only signs.
 *
 * @throws `ERR_OPTIONS`; from `sign` for URLs outside the account or the container, and with `resource: 'directory'`
 *   for blobs that lie in no directory
 */
export function azureBlob(options: AzureBlobOptions): TokenFormat {
  const { account, resource, depth, container, ip, startsAt, maxTtl } = option.readOptions(options, {
    account: option.matching(
      /^[a-z\d-]+$/,
      'This is not the name of a storage account. Give it as the portal shows it.',
    ),
    accountKey: option.given,
    resource: option.oneOf(['blob', 'directory', 'container'], 'blob'),
    depth: option.folderCount,
    container: option.matching(
      /^[a-z\d$-]+$/,
      'This is not the name of a container. Give small letters, digits and -',
      undefined,
    ),
    endpoint: option.given,
    ip: address,
    startsAt: option.unixTime,
    maxTtl: option.maxLifetime,
  });
  const key = base64Bytes(options.accountKey);
  if (!key?.length)
    throw optionsError('accountKey', 'This is missing, empty or not base64. Give it as the portal shows it.');
  if (options.depth !== undefined && resource !== 'directory')
    throw optionsError('depth', "It has no effect without `resource: 'directory'`. Leave it out.");
  const { url: base, folder: baseFolder } = storeEndpoint(
    options.endpoint ?? `https://${account}.blob.core.windows.net`,
  );

  return signingFormat({
    name: 'azure-blob',
    scope: resource === 'blob' ? 'url' : 'prefix',
    maxTtl,
    pathForm: 'decoded',
    carrier: queryCarrier(parameters),

    open({ url, path, search }) {
      const [, name = '', blob = ''] = /^([^/]+)\/(.+)$/s.exec(path.slice(baseFolder.length)) ?? [];
      const isHere = url.origin === base.origin && path.startsWith(baseFolder);
      if (!isHere || !blob || blob.endsWith('/') || (container ?? name) !== name)
        throw optionsError('url', 'This is not a blob of the account. Check the host, `endpoint` and `container`.');
      // The folders of the endpoint and the container come before those of the blob.
      const above = baseFolder.split('/').length - 1;
      const folder = folderOf(url.pathname, resource === 'container' ? above : above + depth);
      const directory = folderOf(`/${blob}`, depth).slice(1, -1);
      if (resource === 'directory' && directory === '')
        throw optionsError('url', 'The blob lies in no directory. Put it into one, or sign blobs.');
      const signed = { blob: `/${blob}`, directory: `/${directory}`, container: '' }[resource];
      return {
        opened: resource === 'blob' ? openedUrl(url, search, true) : { prefix: url.origin + folder },
        canonical: `/blob/${account}/${name}${signed}`,
        ...(resource === 'directory' && { sdd: String(directory.split('/').length) }),
      };
    },
    texts({ canonical, sdd }, expires) {
      const query = {
        sv: version,
        sr: resources[resource],
        sp: 'r',
        se: isoTime(expires),
        spr: base.protocol === 'https:' ? 'https' : 'https,http',
        ...(startsAt !== undefined && { st: isoTime(startsAt) }),
        ...(ip !== undefined && { sip: ip }),
        ...(sdd !== undefined && { sdd }),
      };
      return { ...query, sig: signature(key, canonical, query) };
    },
  });
}

interface SignedFields {
  readonly sv: string;
  readonly sr: string;
  readonly sp: string;
  readonly se: string;
  readonly spr: string;
  readonly st?: string;
  readonly sip?: string;
}

/** Signs the string-to-sign of a service SAS ("Create a service SAS", version 2020-12-06 and later). */
function signature(
  key: Uint8Array,
  canonical: string,
  { sp, st = '', se, sip = '', spr, sv, sr }: SignedFields,
): string {
  // The empty fields: no stored access policy; at the end no snapshot, no encryption scope, and no headers of the
  // answer.
  const lines = [sp, st, se, canonical, '', sip, spr, sv, sr, '', '', '', '', '', '', ''];
  const mac = hmac(sha256, key, lines.join('\n'), 'base64url');
  return `${mac.replaceAll('-', '+').replaceAll('_', '/')}=`;
}

function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(/\.\d+/, '');
}
