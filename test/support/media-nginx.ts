import { spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export interface MediaNginxSettings {
  /** Folder that is served: every file in it needs a token of its own. */
  root: string;
  secret: string;
  /** Bytes a second of one connection; 0 is unlimited. */
  rate: number;
  /** What a page may read: all it needs, not which part of the file it got, or nothing. */
  cors: 'full' | 'hidden' | 'none';
}

export interface MediaNginx {
  readonly origin: string;
  /** New requests follow the new settings from here on. */
  configure(settings: Partial<MediaNginxSettings>): Promise<void>;
  /** It neither reads nor writes, and closes nothing: a network that has gone silent. */
  freeze(is: boolean): void;
  /** Status and path of all finished requests but preflights. */
  log(): { status: number; uri: string }[];
  stop(): Promise<void>;
}

const binary = ['/usr/sbin/nginx', '/usr/local/sbin/nginx', '/opt/homebrew/bin/nginx'].find(existsSync);

/** Whether this machine has an nginx with `secure_link`. */
export const hasNginx: boolean = !!binary && spawnSync(binary, ['-V'], { encoding: 'utf8' }).stderr.includes('http_secure_link_module');

const NOBODY = 65534;

const config = ({ root, secret, rate, cors }: MediaNginxSettings, port: number, generation: number): string => `
worker_processes 1;
pid nginx.pid;
error_log stderr error;
events { worker_connections 512; }
http {
  types { video/mp4 mp4; application/vnd.apple.mpegurl m3u8; video/mp2t ts; text/vtt vtt; }
  log_format counted '$status $request_method $uri';
  access_log access.log counted;
  client_body_temp_path tmp/a; proxy_temp_path tmp/b; fastcgi_temp_path tmp/c; uwsgi_temp_path tmp/d; scgi_temp_path tmp/e;
  keepalive_requests 10000;
  server {
    listen 127.0.0.1:${port};
    root ${root};
    ${rate ? `limit_rate ${rate};` : ''}
    ${cors === 'none' ? '' : `add_header Access-Control-Allow-Origin * always; add_header Access-Control-Allow-Headers "Range, If-Range" always;`}
    ${cors === 'full' ? 'add_header Access-Control-Expose-Headers "Content-Range, Content-Length, Accept-Ranges, ETag" always;' : ''}
    location = /generation { return 200 "${generation}"; }
    location / {
      if ($request_method = OPTIONS) { return 204; }
      secure_link $arg_st,$arg_e;
      secure_link_md5 "${secret}$uri$secure_link_expires";
      if ($secure_link = "") { return 403; }
      if ($secure_link = "0") { return 410; }
    }
  }
}
`;

/** A real nginx that serves the files of a folder, each against its own token (`secure_link`), on a port of its own. */
export async function startMediaNginx(start: MediaNginxSettings): Promise<MediaNginx> {
  const folder = mkdtempSync(join(tmpdir(), 'nginx-'));
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  let settings = start;
  let generation = 0;
  mkdirSync(join(folder, 'tmp'));
  const write = (): void => writeFileSync(join(folder, 'nginx.conf'), config(settings, port, ++generation));
  write();
  const isRoot = process.getuid?.() === 0;
  if (isRoot) for (const path of [folder, join(folder, 'tmp')]) chownSync(path, NOBODY, NOBODY);
  const child = spawn(binary!, ['-p', folder, '-c', 'nginx.conf', '-e', 'stderr', '-g', 'daemon off;'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    ...(isRoot && { uid: NOBODY, gid: NOBODY }),
  });
  const serving = async (): Promise<void> => {
    for (let attempt = 0; attempt < 400; attempt++) {
      const answer = fetch(`${origin}/generation`, { headers: { connection: 'close' } });
      if ((await answer.then((response) => response.text(), () => '')) === String(generation)) return;
      await delay(25);
    }
    throw new Error('nginx does not serve');
  };
  await serving();
  return {
    origin,
    async configure(change) {
      settings = { ...settings, ...change };
      write();
      child.kill('SIGHUP');
      await serving();
    },
    freeze(is) {
      const children = spawnSync('ps', ['-o', 'pid=', '--ppid', String(child.pid)], { encoding: 'utf8' }).stdout;
      for (const pid of children.trim().split(/\s+/)) process.kill(Number(pid), is ? 'SIGSTOP' : 'SIGCONT');
    },
    log: () =>
      readFileSync(join(folder, 'access.log'), 'utf8')
        .split('\n')
        .map((line) => /^(\d+) (\w+) (.*)$/.exec(line))
        .filter((match) => match !== null && match[2] !== 'OPTIONS' && match[3] !== '/generation')
        .map((match) => ({ status: Number(match![1]), uri: match![3]! })),
    async stop() {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
