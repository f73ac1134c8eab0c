import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { doctorOrigin } from './doctor-setups.ts';
import { listen } from './listen.ts';
import type { Nginx } from './nginx.ts';
import { startNginx } from './nginx.ts';
import { pathOf } from './programs.ts';
import type { RawAnswer } from './raw-http.ts';
import { rawHttp } from './raw-http.ts';

const names = ['secure-token.conf', 'secure-token-njs.conf', 'secure-token-njs-check.conf', 'secure-token.js'];
/** The files that are shipped, which stand beside `nginx.conf`. */
export const njsFiles: Readonly<Record<string, string>> = Object.fromEntries(
  names.map((name) => [name, readFileSync(`packages/server/nginx/${name}`, 'utf8')]),
);

/** What stands around the lines of an `http` block in a test. */
export const njsConfiguration = (http: string): string => `
load_module ${pathOf('njs')!};
worker_processes 1;
pid nginx.pid;
error_log stderr crit;
events { worker_connections 512; }
http {
  access_log off;
  client_body_temp_path tmp/body; proxy_temp_path tmp/proxy;
  fastcgi_temp_path tmp/fastcgi; uwsgi_temp_path tmp/uwsgi; scgi_temp_path tmp/scgi;
  large_client_header_buffers 4 32k;
  variables_hash_max_size 2048;
  ${http}
}
`;

/** The content of `secure-token.json`. */
export type NjsOptions = Readonly<Record<string, unknown>>;

export interface ShippedNjs {
  readonly nginx: Nginx;
  /** Requests that the origin got: method, path and query. */
  readonly asked: readonly string[];
  readonly received: readonly Headers[];
  /** Sends bytes as they are. */
  send(lines: readonly (string | Buffer)[]): Promise<RawAnswer>;
  get(target: string, headers?: readonly string[]): Promise<RawAnswer>;
  /** Writes `secure-token.json`, and reloads nginx. */
  reload(options: NjsOptions): Promise<void>;
  /** The access log. */
  log(): string;
  stop(): Promise<void>;
}

const film = doctorOrigin();
const newLine = Buffer.from('\r\n');

/**
 * nginx with njs, and with the files of `packages/server/nginx`. `/vod/` and all else is what an origin has, `/files/`
 * are the files of nginx, `/doctor/` are films, `/cached/` has a cache, `/pattern/` has groups, `/short/` is rewritten
 * to `/vod/7/` before anything is judged.
 *
 * @param options.told whether options and clock come from the headers `X-Options` and `X-Now`, so that one server can
 *   judge every vector; no origin is asked, and nginx merges no slashes
 * @param options.upstream another origin
 */
export async function startShippedNjs(
  options: NjsOptions,
  { told = false, upstream }: { told?: boolean; upstream?: string } = {},
): Promise<ShippedNjs> {
  const asked: string[] = [];
  const received: Headers[] = [];
  const origin = await listen(async (request) => {
    if (request.url.includes('/doctor/')) return film(request);
    received.push(new Headers(request.headers));
    asked.push(`${request.method} ${request.url.slice(new URL(request.url).origin.length)}`);
    return new Response('x'.repeat(100), {
      headers: { ETag: '"1"', 'Cache-Control': 'max-age=60', 'Access-Control-Allow-Origin': 'https://origin.example' },
    });
  });
  const toldScript = njsFiles['secure-token.js']!.replaceAll('readOptions()', 'readOptions(r)')
    .replaceAll('secure_token_options', "JSON.parse(r.headersIn['X-Options'])")
    .replaceAll('Date.now()', "Number(r.headersIn['X-Now']) * 1000");
  const check = 'include secure-token-njs-check.conf;';
  const pass = `proxy_pass ${upstream ?? origin.origin};`;
  const nginx = await startNginx({
    secret: '',
    upstream: '',
    files: {
      ...njsFiles,
      ...(told && { 'secure-token.js': toldScript }),
      'secure-token.json': JSON.stringify(options),
      'film.mp4': 'x'.repeat(100),
    },
    configure: ({ port, generation }) =>
      njsConfiguration(`
  proxy_cache_path cache keys_zone=films:1m;
  include secure-token.conf;
  include secure-token-njs.conf;
  server {
    listen 127.0.0.1:${port};
    access_log access.log secure_token;
    ${told ? 'merge_slashes off;' : 'rewrite ^/short/(.*)$ /vod/7/$1;'}
    location = /generation { access_log off; return 200 "${generation}"; }
    location / { ${check} ${told ? 'return 200;' : pass} }
    location /files/ { ${check} alias ./; }
    location /cached/ {
      ${check}
      proxy_cache films;
      proxy_cache_key "$host $args $uri";
      proxy_cache_valid 200 1m;
      ${pass}
    }
    location ~ ^/pattern/(.*)/(?<file>.*)$ {
      ${check}
      proxy_set_header X-First $1;
      proxy_set_header X-File $file;
      ${pass}
    }
  }`),
  });
  const port = Number(new URL(nginx.origin).port);
  const send: ShippedNjs['send'] = (lines) =>
    rawHttp(port, Buffer.concat([...lines, 'Connection: close', ''].flatMap((line) => [Buffer.from(line), newLine])));
  return {
    nginx,
    asked,
    received,
    send,
    get: (target, headers = []) => send([`GET ${target} HTTP/1.1`, 'Host: cdn.example.com', ...headers]),
    async reload(changed) {
      writeFileSync(join(nginx.folder, 'secure-token.json'), JSON.stringify(changed));
      await nginx.setSecret('');
    },
    log: () => readFileSync(join(nginx.folder, 'access.log'), 'utf8'),
    async stop() {
      await nginx.stop();
      await origin.close();
    },
  };
}
