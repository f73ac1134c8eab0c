import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const hasNginx = spawnSync('nginx', ['-v']).status === 0;

export interface NginxServer {
  /** Sends the bytes of `target` as they are: no client may repair what is tested. */
  readonly ask: (target: Buffer, method: string, headers?: Readonly<Record<string, Buffer>>) => Promise<NginxAnswer>;
  readonly stop: () => Promise<void>;
}
export interface NginxAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

const http = (folder: string, port: number, server: string): string => `
  daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log ${folder}/error.log warn;
  events { worker_connections 128; }
  http {
    access_log off; large_client_header_buffers 4 32k; default_type text/plain;
    client_body_temp_path ${folder}/b; proxy_temp_path ${folder}/p; fastcgi_temp_path ${folder}/f;
    uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
    include ${folder}/secure-token-http.conf;
    # The secret comes with the request, so that one server judges every vector.
    map $http_x_secret $secure_token_secret { default $http_x_secret; }
    server { listen 127.0.0.1:${port}; ${server} }
  }`;

/** An nginx on loopback with the configuration that the package ships. */
export async function startNginx(port: number, server: (folder: string) => string): Promise<NginxServer> {
  const folder = mkdtempSync(join(tmpdir(), 'secure-token-nginx-'));
  chmodSync(folder, 0o755); // the workers of an nginx started by root are nobody
  cpSync('packages/server/nginx', folder, { recursive: true });
  mkdirSync(join(folder, 'media/files'), { recursive: true });
  writeFileSync(join(folder, 'media/files/film.mp4'), 'x'.repeat(1000));
  writeFileSync(join(folder, 'nginx.conf'), http(folder, port, server(folder)));
  const child = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ask: NginxServer['ask'] = (target, method, headers = {}) => send(port, target, method, headers);
  await untilReady(child, () => ask(Buffer.from('/'), 'GET'));
  return {
    ask,
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGQUIT');
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}

async function untilReady(child: ChildProcess, probe: () => Promise<unknown>): Promise<void> {
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  for (let attempt = 0; attempt < 100; attempt++) {
    if (child.exitCode !== null) throw new Error(`nginx: ${said}`);
    if (
      await probe().then(
        () => true,
        () => false,
      )
    )
      return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`nginx does not answer: ${said}`);
}

function send(
  port: number,
  target: Buffer,
  method: string,
  headers: Readonly<Record<string, Buffer>>,
): Promise<NginxAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk)).on('error', reject);
    socket.on('end', () => {
      const [head = '', ...body] = Buffer.concat(chunks).toString('latin1').split('\r\n\r\n');
      const [first = '', ...lines] = head.split('\r\n');
      const pairs = lines.map((line): [string, string] => [
        line.split(':')[0]!.toLowerCase(),
        line.slice(line.indexOf(':') + 2),
      ]);
      resolve({ status: Number(first.split(' ')[1]), headers: Object.fromEntries(pairs), body: body.join('\r\n\r\n') });
    });
    const fields = Object.entries({
      Host: Buffer.from('cdn.example.com'),
      Connection: Buffer.from('close'),
      ...headers,
    });
    const lines = fields.flatMap(([name, value]) => [Buffer.from(`${name}: `), value, Buffer.from('\r\n')]);
    socket.write(
      Buffer.concat([Buffer.from(`${method} `), target, Buffer.from(' HTTP/1.1\r\n'), ...lines, Buffer.from('\r\n')]),
    );
  });
}
