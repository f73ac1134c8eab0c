import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { listen } from './listen.ts';
import type { Nginx } from './nginx.ts';
import { startNginx } from './nginx.ts';
import type { RawAnswer } from './raw-http.ts';
import { rawHttp } from './raw-http.ts';

const shipped = (name: string): string => readFileSync(`packages/server/nginx/${name}`, 'utf8');
/** The secret with which `signed` signs, and which `send` and `get` name. */
export const secret = 'mysecret';

/** The token of a path as nginx hashes it: any bytes. @param expires unix seconds */
export const tokenOf = (path: Buffer | string, expires: number): string =>
  createHash('md5').update(secret).update(path).update(String(expires)).digest('base64url');
/** Returns what nginx hashes of a path: its bytes, percent-decoded once. */
export const decoded = (path: string): Buffer =>
  Buffer.from(
    path.replace(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    'latin1',
  );
/** Signs a path with a token for a minute. */
export const signed = (path: string): string => {
  const expires = Math.floor(Date.now() / 1000) + 60;
  return `${path}?st=${tokenOf(decoded(path), expires)}&e=${expires}`;
};

const limit = 'if ($secure_token_too_far) { return 403; }';

export interface ShippedNginx {
  readonly nginx: Nginx;
  /** Requests that the origin got: method, path and query. */
  readonly asked: readonly string[];
  /** Headers and bodies of the requests that the origin got. */
  readonly received: readonly { headers: Headers; body: string }[];
  /** The status for a request line of any bytes, with `X-Secret`, and `X-Now` where the clock comes from there. */
  status(target: Buffer | string, secret: string, now?: number): Promise<number>;
  /** The answer to a request of these lines, with the secret of `signed`. */
  send(lines: readonly string[], body?: string): Promise<RawAnswer>;
  get(target: string, headers?: readonly string[]): Promise<RawAnswer>;
  stop(): Promise<void>;
}

/**
 * nginx with the files of `packages/server/nginx`. The secret of a request is its header `X-Secret`, so that every
 * vector can be judged by one server. With `judgeOnly` no origin is asked, which may refuse what nginx lets through.
 * `/own/` is the location of a team with `proxy_set_header` lines of its own, `/base/` one with a path in its
 * `proxy_pass`, `/moved/` one with a `rewrite`, `/chosen/` one with a variable for the origin, `/pattern/` one with
 * groups, `/cached/` one with a cache.
 *
 * @param options.server directives for the server
 */
export async function startShippedNginx({
  limited = true,
  clockFromHeader = false,
  judgeOnly = false,
  server = '',
} = {}): Promise<ShippedNginx> {
  const asked: string[] = [];
  const received: { headers: Headers; body: string }[] = [];
  const upstream = await listen(async (request) => {
    received.push({ headers: new Headers(request.headers), body: await request.text() });
    asked.push(`${request.method} ${request.url.slice(new URL(request.url).origin.length)}`);
    return new Response('x'.repeat(100), {
      headers: { ETag: '"1"', 'Cache-Control': 'max-age=60', 'Access-Control-Allow-Origin': 'https://origin.example' },
    });
  });
  const maps = shipped('secure-token.conf');
  const check = shipped('secure-token-check.conf');
  if (!check.includes(limit)) throw new Error('The line that limits the lifetime is not where it was.');
  const nginx = await startNginx({
    secret: '',
    upstream: upstream.origin,
    configure: ({ port, generation }) => `
worker_processes 1;
pid nginx.pid;
error_log stderr error;
events { worker_connections 512; }
http {
  access_log off;
  proxy_cache_path cache keys_zone=films:1m;
  client_body_temp_path tmp/body; proxy_temp_path tmp/proxy;
  fastcgi_temp_path tmp/fastcgi; uwsgi_temp_path tmp/uwsgi; scgi_temp_path tmp/scgi;
  large_client_header_buffers 4 32k;
  ${clockFromHeader ? maps.replaceAll('$msec', '$http_x_now') : maps}
  map $http_x_secret $secure_token_secret { default $http_x_secret; }
  server {
    listen 127.0.0.1:${port};
    ${server}
    proxy_set_header X-Team server;
    location /own/ {
      ${check}
      proxy_set_header X-Team location;
      proxy_pass ${upstream.origin};
    }
    location ~ ^/pattern/(.*)/(?<file>.*)$ {
      ${check}
      proxy_set_header X-First $1;
      proxy_set_header X-File $file;
      proxy_pass ${upstream.origin};
    }
    location /moved/ {
      ${check}
      rewrite ^/moved/(.*)$ /bucket/$1 break;
      proxy_pass ${upstream.origin};
    }
    location /chosen/ {
      ${check}
      set $chosen ${upstream.origin};
      proxy_pass $chosen;
    }
    location /cached/ {
      ${check}
      proxy_cache films;
      proxy_cache_key "$host $args $uri";
      proxy_cache_valid 200 1m;
      proxy_pass ${upstream.origin};
    }
    location /base/ {
      ${check}
      proxy_pass ${upstream.origin}/bucket/;
    }
    location / {
      ${limited ? check : check.replace(limit, '')}
      ${judgeOnly ? 'return 200;' : `proxy_pass ${upstream.origin};`}
    }
    location = /nginx.conf {
      ${check}
      root .;
    }
    location = /generation { return 200 "${generation}"; }
  }
}
`,
  });
  const { hostname, port } = new URL(nginx.origin);
  const send: ShippedNginx['send'] = (lines, body = '') =>
    rawHttp(Number(port), [...lines, `X-Secret: ${secret}`, 'Connection: close', '', body].join('\r\n'));
  return {
    nginx,
    asked,
    received,
    status: (target, secret, now) => rawStatus({ hostname, port: Number(port) }, target, { secret, now }),
    send,
    get: (target, headers = []) => send([`GET ${target} HTTP/1.1`, 'Host: cdn.example.com', ...headers]),
    async stop() {
      await nginx.stop();
      await upstream.close();
    },
  };
}

/** `fetch` would tidy the path up before it is sent. */
function rawStatus(
  { hostname, port }: { hostname: string; port: number },
  target: Buffer | string,
  { secret, now }: { secret: string; now: number | undefined },
): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, hostname);
    let answer = '';
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
    });
    socket.on('close', () => resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1])));
    const time = now === undefined ? '' : `X-Now: ${now}.000\r\n`;
    socket.write(
      Buffer.concat([
        Buffer.from('GET '),
        Buffer.from(target),
        Buffer.from(` HTTP/1.1\r\nHost: cdn.example.com\r\nX-Secret: ${secret}\r\n${time}Connection: close\r\n\r\n`),
      ]),
    );
  });
}
