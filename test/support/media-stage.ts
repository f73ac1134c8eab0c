import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { longMp4 } from '../../examples/origin/long-mp4.mjs';
import { createSigningEndpoint, azion } from '../../packages/server/src/index.ts';
import { listen } from './listen.ts';
import { mediaNginxConfig } from './media-nginx-config.ts';
import { mediaPage } from './media-page.ts';
import { startNginx } from './nginx.ts';
import { withTransit } from './signer.ts';
import type { SlowNetwork } from './slow-network.ts';
import { startSlowNetwork } from './slow-network.ts';

const media = new URL('../media/', import.meta.url).pathname;
const SECRET = 'mysecret';

/** Settings that can be changed while the signing endpoint runs. */
interface SignerSettings {
  /** Seconds that a token lives. */
  ttl: number;
  /** Seconds of transit, as on a stage: `TRANSIT` where no refusal is expected. @default 0 */
  transit: number;
  secret: string;
  /** Answers every call with this status; 0 is off. */
  failWith: number;
  denies: boolean;
  /** The worker's file begins with this comment: another one is a new version. */
  version: string;
}

export interface MediaStage {
  /**
   * Origin of the page. The page asks this server for tokens too, and finds the protected files there, by way of the
   * edge.
   */
  readonly origin: string;
  /** Origin of the edge, behind the slow network. */
  readonly edge: string;
  readonly network: SlowNetwork;
  readonly signer: SignerSettings & { calls: { urls: string[]; reason: string }[] };
  /** Folder of the protected files. */
  readonly root: string;
  /** URL of a protected file, unsigned. Below `hidden/` CORS exposes no headers, below `none/` there is no CORS, below `open/`
   * no token is needed.
   */
  url(path: string): string;
  /** The edge verifies with this secret from now on, and the endpoint signs with it. */
  setSecret(secret: string): Promise<void>;
  /** Counts the refusals of the edge. */
  refusals(): Promise<number>;
  stop(): Promise<void>;
}

/** Length and size of a stage's `film.mp4`. */
export interface Film {
  /** @default 600 */
  readonly seconds?: number;
  /** Bytes. @default 64e6 */
  readonly size?: number;
}

const films = new Map<string, string>();
/** Path of a film; those of a process are written once. */
function filmOf({ seconds = 600, size = 64e6 }: Film): string {
  const name = `${seconds}-${size}`;
  const known = films.get(name);
  if (known) return known;
  const folder = mkdtempSync(join(tmpdir(), 'film-'));
  chmodSync(folder, 0o755);
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'film.mp4');
  for (const part of longMp4(readFileSync(join(media, 'v.mp4')), { turns: seconds / 20, size }))
    appendFileSync(path, part);
  films.set(name, path);
  return path;
}

/** A page, a signing endpoint, and a slow network to an nginx in front of an MP4. */
export async function startMediaStage(film: Film = {}): Promise<MediaStage> {
  const folder = mkdtempSync(join(tmpdir(), 'media-'));
  const root = join(folder, 'root');
  mkdirSync(root);
  // nginx runs as nobody
  chmodSync(folder, 0o755);
  symlinkSync(filmOf(film), join(root, 'film.mp4'));
  symlinkSync(join(media, 'v.mp4'), join(root, 'short.mp4'));
  for (const name of ['ts', 'fmp4', 'aes', 'range', 'dash']) symlinkSync(join(media, name), join(root, name));
  for (const name of ['hidden', 'none', 'open']) symlinkSync('.', join(root, name));

  const nginx = await startNginx({
    secret: SECRET,
    upstream: '',
    configure: (given) => mediaNginxConfig({ ...given, root }),
  });
  const network = await startSlowNetwork(nginx.origin);
  const settings = { ttl: 3, transit: 0, secret: SECRET, failWith: 0, denies: false, version: '1' };
  const signer: MediaStage['signer'] = { ...settings, calls: [] };
  const page = mediaPage({ version: () => signer.version, edge: network.origin });

  const server = await listen(async (request) => {
    const { origin, pathname, search } = new URL(request.url);
    if (existsSync(join(root, pathname)) && pathname !== '/')
      return fetch(network.origin + pathname + search, { headers: request.headers });
    if (pathname !== '/token') return page(pathname);
    signer.calls.push((await request.clone().json()) as { urls: string[]; reason: string });
    if (signer.failWith) return new Response(null, { status: signer.failWith });
    return createSigningEndpoint({
      format: withTransit(azion({ secret: signer.secret }), signer.transit),
      authorize: (_, urls) => (signer.denies ? { denied: urls, ttl: signer.ttl } : true),
      allow: [`${network.origin}/`, `${origin}/`],
      ttl: signer.ttl,
    })(request);
  });
  return {
    origin: server.origin,
    edge: network.origin,
    network,
    signer,
    root,
    url: (path) => `${network.origin}/${path}`,
    async setSecret(secret) {
      signer.secret = secret;
      await nginx.setSecret(secret);
    },
    refusals: async () => (await nginx.refusals()).length,
    async stop() {
      await server.close();
      await network.stop();
      await nginx.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
