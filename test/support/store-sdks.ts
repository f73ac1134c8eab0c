import { createRequire } from 'node:module';

// The SDKs of the stores, which `npm run test:all` installs: as much of them as is called here.

interface AzureSas {
  toString(): string;
}
interface AzureStorage {
  StorageSharedKeyCredential: new (account: string, key: string) => object;
  BlobSASPermissions: { parse(permissions: string): object };
  ContainerSASPermissions: { parse(permissions: string): object };
  generateBlobSASQueryParameters(values: object, credential: object): AzureSas;
}
interface AzureDataLake {
  StorageSharedKeyCredential: new (account: string, key: string) => object;
  DirectorySASPermissions: { parse(permissions: string): object };
  generateDataLakeSASQueryParameters(values: object, credential: object): AzureSas;
}

const requireExtra = createRequire(new URL('../extra/', import.meta.url));

/** One case of `test/vectors/stores.json`. */
export interface StoreVector {
  readonly store: 's3' | 'google-storage' | 'azure-blob';
  readonly note: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly url: string;
  /** Unix seconds at which the URL expires. */
  readonly expires: number;
  /** URL as the SDK of the store signs it. */
  readonly signed: string;
}

type Asked = Omit<StoreVector, 'signed'>;

interface S3Asked {
  region: string;
  endpoint?: string;
  bucket: string;
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  maxTtl: number;
}

/** `@aws-sdk/s3-request-presigner` */
export async function signedByAws({ options, url, expires }: Asked): Promise<string> {
  const { S3Client, GetObjectCommand } = requireExtra('@aws-sdk/client-s3') as Record<
    'S3Client' | 'GetObjectCommand',
    new (options: object) => object
  >;
  const { getSignedUrl } = requireExtra('@aws-sdk/s3-request-presigner') as {
    getSignedUrl(client: object, command: object, options: object): Promise<string>;
  };
  const { region, endpoint, bucket, sessionToken, maxTtl, ...keys } = options as unknown as S3Asked;
  const { hostname, pathname, searchParams } = new URL(url);
  const inHost = hostname.startsWith(`${bucket}.`);
  const client = new S3Client({
    region,
    credentials: { ...keys, ...(sessionToken && { sessionToken }) },
    forcePathStyle: !inHost,
    ...(endpoint && { endpoint }),
  });
  const path = decodeURIComponent(pathname.slice(1));
  const versionId = searchParams.get('versionId');
  const command = new GetObjectCommand({
    Bucket: bucket,
    Key: inHost ? path : path.slice(bucket.length + 1),
    ...(versionId !== null && { VersionId: versionId }),
  });
  return getSignedUrl(client, command, {
    expiresIn: maxTtl,
    signingDate: new Date((expires - maxTtl) * 1000),
  });
}

interface GoogleAsked {
  clientEmail: string;
  privateKey: string;
  maxTtl: number;
}

/** `@google-cloud/storage` */
export async function signedByGoogle({ options, url, expires }: Asked): Promise<string> {
  interface GoogleFile {
    getSignedUrl(options: object): Promise<[string]>;
  }
  const { Storage } = requireExtra('@google-cloud/storage') as {
    Storage: new (options: object) => { bucket(name: string): { file(name: string): GoogleFile } };
  };
  const { clientEmail, privateKey, maxTtl } = options as unknown as GoogleAsked;
  const { hostname, pathname, searchParams } = new URL(url);
  const path = decodeURIComponent(pathname.slice(1));
  const inHost = hostname.endsWith('.storage.googleapis.com');
  const bucket = inHost ? hostname.slice(0, -'.storage.googleapis.com'.length) : path.slice(0, path.indexOf('/'));
  const storage = new Storage({ projectId: 'p', credentials: { client_email: clientEmail, private_key: privateKey } });
  const file = storage.bucket(bucket).file(inHost ? path : path.slice(bucket.length + 1));
  const [signed] = await file.getSignedUrl({
    version: 'v4',
    action: 'read',
    virtualHostedStyle: inHost,
    accessibleAt: new Date((expires - maxTtl) * 1000),
    expires: new Date(expires * 1000),
    queryParams: Object.fromEntries(searchParams),
  });
  return signed;
}

interface AzureAsked {
  account: string;
  accountKey: string;
  resource: 'blob' | 'directory' | 'container';
  depth?: number;
  ip?: string;
  startsAt?: number;
}

/** `@azure/storage-blob`; directories are those of `@azure/storage-file-datalake` */
export function signedByAzure({ options, url, expires }: Asked): string {
  const { account, accountKey, resource, depth, ip, startsAt } = options as unknown as AzureAsked;
  const [containerName, ...names] = decodeURIComponent(new URL(url).pathname.slice(1)).split('/');
  const times = {
    expiresOn: new Date(expires * 1000),
    ...(startsAt !== undefined && { startsOn: new Date(startsAt * 1000) }),
    ...(ip !== undefined && { ipRange: { start: ip } }),
    protocol: 'https',
    version: '2020-12-06',
  };
  if (resource === 'directory') {
    const lake = requireExtra('@azure/storage-file-datalake') as AzureDataLake;
    const directory = names.slice(0, depth ?? -1);
    const values = {
      ...times,
      fileSystemName: containerName,
      pathName: directory.join('/'),
      isDirectory: true,
      directoryDepth: directory.length,
      permissions: lake.DirectorySASPermissions.parse('r'),
    };
    const credential = new lake.StorageSharedKeyCredential(account, accountKey);
    return `${url}?${lake.generateDataLakeSASQueryParameters(values, credential).toString()}`;
  }
  const azure = requireExtra('@azure/storage-blob') as AzureStorage;
  const permissions = (resource === 'blob' ? azure.BlobSASPermissions : azure.ContainerSASPermissions).parse('r');
  const values = { ...times, containerName, permissions, ...(resource === 'blob' && { blobName: names.join('/') }) };
  const credential = new azure.StorageSharedKeyCredential(account, accountKey);
  return `${url}?${azure.generateBlobSASQueryParameters(values, credential).toString()}`;
}

export async function signedBySdk(asked: Asked): Promise<string> {
  if (asked.store === 's3') return signedByAws(asked);
  return asked.store === 'google-storage' ? signedByGoogle(asked) : signedByAzure(asked);
}
