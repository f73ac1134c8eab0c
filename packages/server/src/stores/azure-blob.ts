import { base64Bytes } from '../crypto/base64url.ts';
import { hmac, sha256 } from '../crypto/hash.ts';
import { checkNames } from '../errors/check-names.ts';
import { optionsError } from '../errors/options-error.ts';
import { checkTimes } from '../format-parts/check-times.ts';
import { writeExpiry } from '../format-parts/expiry.ts';
import { checkFolderCount, folderOf } from '../format-parts/folders.ts';
import { ipBytes } from '../format-parts/ip-bytes.ts';
import { folderScope, pathScope } from '../format-parts/opened-scope.ts';
import { pathToSign } from '../format-parts/path-to-sign.ts';
import { searchToSign } from '../format-parts/search-to-sign.ts';
import type { SignedToken, TokenFormat } from '../token/token-format.ts';
import { parsedUrl } from '../url/judged-url.ts';

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
  checkNames(options, {
    account: true,
    accountKey: true,
    resource: true,
    depth: true,
    container: true,
    endpoint: true,
    ip: true,
    startsAt: true,
    maxTtl: true,
  });
  const { account, resource = 'blob', depth = Infinity, container, ip, startsAt, maxTtl = 86_400 } = options;
  if (typeof (account as unknown) !== 'string' || !/^[a-z\d-]+$/.test(account))
    throw optionsError('account', 'This is not the name of a storage account. Give it as the portal shows it.');
  const key = base64Bytes(options.accountKey);
  if (!key?.length)
    throw optionsError('accountKey', 'This is missing, empty or not base64. Give it as the portal shows it.');
  const sr = (resources as Readonly<Record<string, string>>)[resource];
  if (!sr) throw optionsError('resource', "This is unknown. Give 'blob', 'directory' or 'container'.");
  if (options.depth !== undefined && resource !== 'directory')
    throw optionsError('depth', "It has no effect without `resource: 'directory'`. Leave it out.");
  checkFolderCount(depth);
  checkTimes({ maxTtl, startsAt });
  if (ip !== undefined) ipBytes(ip);
  if (container !== undefined && !/^[a-z\d$-]+$/.test(container))
    throw optionsError('container', 'This is not the name of a container. Give small letters, digits and -');
  const base = endpointOf(options.endpoint ?? `https://${account}.blob.core.windows.net`);

  /**
   * Returns the resource that a token for `url` opens.
   *
   * @throws `ERR_OPTIONS` for a URL that the format does not sign
   */
  const openedBy = (url: URL): AzureResource => {
    const path = pathToSign(url, 'decoded');
    const search = searchToSign(url, parameters);
    const [, name = '', blob = ''] = /^([^/]+)\/(.+)$/s.exec(path.slice(base.folder.length)) ?? [];
    const isHere = url.origin === base.origin && path.startsWith(base.folder);
    if (!isHere || !blob || blob.endsWith('/') || (container ?? name) !== name) {
      throw optionsError('url', 'This is not a blob of the account. Check the host, `endpoint` and `container`.');
    }
    // The folders of the endpoint and the container come before those of the blob.
    const above = base.folder.split('/').length - 1;
    const folder = folderOf(url.pathname, resource === 'container' ? above : above + depth);
    const directory = folderOf(`/${blob}`, depth).slice(1, -1);
    if (resource === 'directory' && directory === '')
      throw optionsError('url', 'The blob lies in no directory. Put it into one, or sign blobs.');
    const signed = { blob: `/${blob}`, directory: `/${directory}`, container: '' }[resource];
    return {
      search,
      folder,
      canonical: `/blob/${account}/${name}${signed}`,
      ...(resource === 'directory' && { sdd: String(directory.split('/').length) }),
    };
  };

  return {
    name: 'azure-blob',
    scope: resource === 'blob' ? 'url' : 'prefix',
    maxTtl,
    parameters,

    opens(url) {
      const { folder } = openedBy(url);
      return resource === 'blob' ? pathScope(url) : folderScope(url, folder);
    },

    sign(url, expires): SignedToken {
      const { search, folder, canonical, sdd } = openedBy(url);
      const query = {
        ...{ sv: version, sr, sp: 'r', se: isoTime(Number(writeExpiry(expires))), spr: base.protocols },
        ...(startsAt !== undefined && { st: isoTime(startsAt) }),
        ...(ip !== undefined && { sip: ip }),
        ...(sdd !== undefined && { sdd }),
      };
      const opened =
        resource === 'blob'
          ? { url: url.origin + url.pathname + search + url.hash, anyQuery: true }
          : { prefix: url.origin + folder };
      return { ...opened, expires, query: { ...query, sig: signature(key, canonical, query) } };
    },
  };
}

interface AzureResource {
  readonly search: string;
  /** The folder, in the spelling of the URL. */
  readonly folder: string;
  /** The canonicalized resource, as it is signed. */
  readonly canonical: string;
  /** The number of folders of a directory. */
  readonly sdd?: string;
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

interface AzureEndpoint {
  readonly origin: string;
  /** The path before the container, with a slash at both ends. */
  readonly folder: string;
  readonly protocols: string;
}

/** @throws `ERR_OPTIONS` */
function endpointOf(endpoint: string | URL): AzureEndpoint {
  const url = parsedUrl(String(endpoint));
  if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash)
    throw optionsError('endpoint', 'Give the http or https base URL of the blobs, without a query.', endpoint);
  return {
    origin: url.origin,
    folder: url.pathname.replace(/\/?$/, '/'),
    protocols: url.protocol === 'https:' ? 'https' : 'https,http',
  };
}

function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(/\.\d+/, '');
}
