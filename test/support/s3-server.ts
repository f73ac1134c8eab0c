import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsClient } from 'aws4fetch';

interface S3Rver {
  run(): Promise<{ port: number }>;
  close(): Promise<void>;
}
const requireExtra = createRequire(new URL('../extra/', import.meta.url));

/** The keys with which `s3` signs for this server. */
export const s3Keys = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' } as const;

/** Pages of any origin may read ranges, as `docs/cdns.md` says. */
const cors = `<CORSConfiguration><CORSRule>
  <AllowedOrigin>*</AllowedOrigin>
  <AllowedMethod>GET</AllowedMethod><AllowedMethod>HEAD</AllowedMethod>
  <AllowedHeader>range</AllowedHeader>
  <ExposeHeader>Content-Range</ExposeHeader><ExposeHeader>Content-Length</ExposeHeader><ExposeHeader>ETag</ExposeHeader>
  <ExposeHeader>Accept-Ranges</ExposeHeader><ExposeHeader>Date</ExposeHeader>
</CORSRule></CORSConfiguration>`;

export interface S3Server {
  readonly endpoint: string;
  /** Stores an object in the bucket `films`. @param path encoded as in a URL */
  put(path: string, body: string | Buffer): Promise<void>;
  stop(): Promise<void>;
}

/**
 * A server of S3 that is not ours, with a bucket `films`: it judges what we sign, and lets pass what nobody has signed.
 */
export async function startS3Server(): Promise<S3Server> {
  const directory = mkdtempSync(join(tmpdir(), 's3-'));
  const S3rverClass = requireExtra('@20minutes/s3rver') as new (options: object) => S3Rver;
  const server = new S3rverClass({
    address: '127.0.0.1',
    port: 0,
    directory,
    silent: true,
    resetOnClose: true,
    vhostBuckets: false,
    configureBuckets: [{ name: 'films', configs: [cors] }],
  });
  const endpoint = `http://127.0.0.1:${(await server.run()).port}`;
  const client = new AwsClient({ ...s3Keys, region: 'us-east-1', service: 's3' });
  return {
    endpoint,
    async put(path, body) {
      const { status } = await client.fetch(`${endpoint}/films/${path}`, { method: 'PUT', body: body as BodyInit });
      if (status !== 200) throw new Error(`The server of S3 answered ${status} to a PUT.`);
    },
    async stop() {
      await server.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
