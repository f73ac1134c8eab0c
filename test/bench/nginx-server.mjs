import { spawn } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, get } from 'node:http';
import { join } from 'node:path';

export const nginxBinary = ['/usr/sbin/nginx', '/usr/local/bin/nginx', '/opt/homebrew/bin/nginx'].find((path) =>
  existsSync(path),
);

/** @returns {Promise<number>} */
const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });

/** The shipped configuration, for `http` and for a location. @param {string} secret */
export function shippedNginx(secret) {
  const shipped = (/** @type {string} */ name) =>
    readFileSync(new URL(`../../packages/server/nginx/${name}`, import.meta.url), 'utf8');
  return {
    maps: `${shipped('secure-token.conf')} map "" $secure_token_secret { default "${secret}"; }`,
    check: shipped('secure-token-check.conf'),
  };
}

/**
 * An nginx of one process, whose files are in `folder`.
 * @param {string} folder
 * @param {string} server what is in its server
 * @param {string} [http] what is beside it
 */
export async function startNginx(folder, server, http = '') {
  const port = await freePort();
  mkdirSync(join(folder, 'tmp'));
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  writeFileSync(
    join(folder, 'nginx.conf'),
    `master_process off; pid nginx.pid; error_log stderr error; events { worker_connections 256; }
http {
  access_log off; sendfile on; keepalive_requests 1000000;
  ${temporary.map((name) => `${name}_temp_path tmp/${name};`).join(' ')}
  ${http}
  server { listen 127.0.0.1:${port}; ${server} }
}`,
  );
  const user = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  if (user.uid) for (const name of ['', 'tmp', 'nginx.conf']) chownSync(join(folder, name), user.uid, user.gid);
  const child = spawn(
    /** @type {string} */ (nginxBinary),
    ['-p', folder, '-c', 'nginx.conf', '-e', 'stderr', '-g', 'daemon off;'],
    {
      stdio: 'ignore',
      ...user,
    },
  );
  for (let attempt = 0; attempt < 100; attempt++) {
    if (
      await fetch(`http://127.0.0.1:${port}/`).then(
        () => true,
        () => false,
      )
    )
      break;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  const stop = () => new Promise((resolve) => child.once('exit', resolve) && child.kill());
  return { port, pid: /** @type {number} */ (child.pid), stop };
}

/** @param {number} port @param {string} path @param {import('node:http').Agent} agent @returns {Promise<number>} bytes */
export const load = (port, path, agent) =>
  new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, agent }, async (response) => {
      let bytes = 0;
      for await (const chunk of response) bytes += chunk.length;
      if (response.statusCode === 200) resolve(bytes);
      else reject(new Error(`${path}: ${response.statusCode}`));
    }).on('error', reject);
  });
