import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Code, Finding } from '../../../packages/cli/src/doctor/codes.ts';
import { examine } from '../../../packages/cli/src/doctor/doctor.ts';
import { azion } from '../../../packages/server/src/index.ts';
import { doctorOrigin } from '../../support/doctor-origin.ts';
import { FILM, PAGE, SECRET, nodeEdge, ourEdge } from '../../support/doctor-setups.ts';
import { freePort } from '../../support/free-port.ts';
import { listen } from '../../support/listen.ts';
import type { Listening } from '../../support/listen.ts';
import { startNginx } from '../../support/nginx.ts';
import type { Nginx } from '../../support/nginx.ts';

const format = azion({ secret: SECRET });

/** Returns what the doctor finds at an edge that takes a token for each path. */
async function findingsOf(edge: string, endpoint?: string, path = FILM): Promise<readonly Finding[]> {
  const given = endpoint === undefined ? { format } : { endpoint };
  return (await examine({ url: edge + path, page: PAGE, ...given })).findings;
}

/** A configuration as a team writes it, by what differs from the right one. */
interface NginxCase {
  readonly name: string;
  /** `undefined`: healthy. */
  readonly code?: Code;
  readonly arguments?: string;
  readonly expired?: string;
  readonly cors?: string;
  readonly more?: string;
  readonly locations?: string;
  readonly http?: string;
  readonly cached?: 'content' | 'all';
  readonly path?: string;
}
const always = 'add_header Access-Control-Allow-Origin * always; add_header Cache-Control no-store always;';

const nginxCases: readonly NginxCase[] = [
  { name: 'as it should be' },
  { name: 'with an MP4', path: '/vod/7/film.mp4' },
  { name: 'that answers 403 to what has expired', expired: '403' },
  {
    name: 'whose refusals have no `always`',
    code: 'edge-cors-missing-on-refusal',
    cors: 'add_header Access-Control-Allow-Origin *;',
  },
  { name: 'without add_header', code: 'edge-cors-missing', cors: '' },
  {
    name: 'that adds what the origin sends, too',
    code: 'edge-cors-missing',
    more: `${always} add_header Access-Control-Allow-Origin ${PAGE};`,
  },
  { name: 'that does not know the expiry', code: 'edge-accepts-expired', arguments: '$arg_st' },
  { name: 'that hashes another text', code: 'edge-refuses-valid', more: 'set $secret other;' },
  {
    name: 'that lets media pass',
    code: 'child-open',
    locations: 'location ~ \\.m4s$ { add_header Access-Control-Allow-Origin * always; proxy_pass $upstream; }',
  },
  {
    name: 'with a rule for another folder',
    code: 'edge-open',
    locations: 'location /vod/7/ { add_header Access-Control-Allow-Origin * always; proxy_pass $upstream; }',
  },
  {
    name: 'that takes ranges away',
    code: 'edge-range-ignored',
    path: '/vod/7/film.mp4',
    more: 'proxy_set_header Range ""; proxy_force_ranges off; max_ranges 0;',
  },
  {
    name: 'that caches refusals of an hour',
    code: 'edge-caches-refusals',
    cors: 'add_header Access-Control-Allow-Origin * always; add_header Cache-Control "public, max-age=3600" always;',
  },
  { name: 'behind an nginx that caches what was let through', code: 'edge-caches-across-tokens', cached: 'content' },
  { name: 'behind an nginx that caches refusals, too', code: 'edge-caches-refusals', cached: 'all' },
];

const nginxConfig = (
  {
    arguments: args = '$arg_st,$arg_e',
    expired = '410',
    cors = always,
    more = '',
    locations = '',
    http = '',
  }: NginxCase,
  { port, upstream, generation }: { port: number; upstream: string; generation: number },
): string => `
worker_processes 1; pid nginx.pid; error_log stderr error; env LD_PRELOAD; env FAKETIME_TIMESTAMP_FILE; env FAKETIME_NO_CACHE;
events { worker_connections 64; }
http {
  access_log off; client_body_temp_path tmp/body; proxy_temp_path tmp/proxy;
  fastcgi_temp_path tmp/fastcgi; uwsgi_temp_path tmp/uwsgi; scgi_temp_path tmp/scgi;
  ${http}
  server {
    listen 127.0.0.1:${port};
    set $upstream ${upstream};
    set $secret "${SECRET}";
    location = /generation { return 200 ${generation}; }
    ${locations}
    location / {
      ${cors}
      ${more}
      if ($request_method = OPTIONS) { return 204; }
      secure_link ${args};
      secure_link_md5 "$secret$uri${args.includes(',') ? '$secure_link_expires' : '$arg_e'}";
      if ($secure_link = "") { return 403; }
      if ($secure_link = "0") { return ${expired}; }
      proxy_pass $upstream;
    }
  }
}`;

const cacheConfig = (
  kind: 'content' | 'all',
  { port, upstream, generation }: { port: number; upstream: string; generation: number },
): string => `
worker_processes 1; pid nginx.pid; error_log stderr error;
events { worker_connections 64; }
http {
  access_log off; client_body_temp_path tmp/body; proxy_temp_path tmp/proxy;
  fastcgi_temp_path tmp/fastcgi; uwsgi_temp_path tmp/uwsgi; scgi_temp_path tmp/scgi;
  proxy_cache_path tmp/cache keys_zone=all:1m;
  server {
    listen 127.0.0.1:${port};
    location = /generation { return 200 ${generation}; }
    location / {
      proxy_cache all; proxy_cache_key $uri; proxy_ignore_headers Cache-Control Expires Vary;
      proxy_cache_valid ${kind === 'all' ? 'any' : '200'} 1m;
      proxy_pass ${upstream};
    }
  }
}`;

describe('nginx', { tags: ['nginx'] }, () => {
  let origin: Listening;
  const running: Nginx[] = [];
  const start = async (options: Parameters<typeof startNginx>[0]): Promise<string> => {
    const nginx = await startNginx(options);
    running.push(nginx);
    return nginx.origin;
  };
  beforeAll(async () => {
    const answer = doctorOrigin();
    origin = await listen(async (request) => answer(request));
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((nginx) => nginx.stop()));
  });
  afterAll(() => origin.close());

  const edgeOf = async (it: NginxCase, clockFile?: string): Promise<string> => {
    const options = { secret: SECRET, upstream: origin.origin, ...(clockFile && { clockFile }) };
    return start({ ...options, configure: (given) => nginxConfig(it, given) });
  };

  test.each(nginxCases)('$name: $code', async (it) => {
    const edge = await edgeOf(it);
    const { cached } = it;
    const front = cached
      ? await start({ secret: SECRET, upstream: edge, configure: (given) => cacheConfig(cached, given) })
      : edge;
    const findings = await findingsOf(front, undefined, it.path);
    if (it.code) expect(findings[0], JSON.stringify(findings, null, 1)).toMatchObject({ code: it.code });
    else expect(findings.filter(({ severity }) => severity !== 'note')).toEqual([]);
  });

  test('with a clock two hours ahead: edge-clock', { tags: ['libfaketime'] }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'doctor-clock-'));
    const clockFile = join(folder, 'clock');
    writeFileSync(clockFile, '+2h');
    // nginx has another user
    chmodSync(folder, 0o755);
    const findings = await findingsOf(await edgeOf({ name: '' }, clockFile));
    expect(findings[0]).toMatchObject({ code: 'edge-clock' });
    rmSync(folder, { recursive: true });
  });
});

const serveWsgi = `
import sys
from wsgiref.simple_server import make_server, WSGIRequestHandler
sys.path.insert(0, ".")
from token_endpoint import app
WSGIRequestHandler.log_message = lambda *_: None
make_server("127.0.0.1", int(sys.argv[1]), app).serve_forever()
`;

/** Endpoints of examples/endpoints, and mistakes in them. */
const endpoints: readonly {
  interpreter: 'python3' | 'php';
  path: string;
  file: string;
  args: (port: number) => string[];
  cases: readonly (readonly [name: string, find: string, replace: string, code: Code | undefined])[];
}[] = [
  {
    interpreter: 'python3',
    path: 'examples/endpoints/python/token_endpoint.py',
    file: 'token_endpoint.py',
    args: (port) => ['-c', serveWsgi, String(port)],
    cases: [
      ['as it stands', '', '', undefined],
      ['in milliseconds', '"expires": expires,', '"expires": expires * 1000,', 'endpoint-milliseconds'],
      ['the same token after a refusal', '(1 if reason == "refused" else 0)', '0', 'endpoint-same-token-after-refused'],
      ['for another page', '{"https://app.example.com"}', '{"https://www.example.com"}', 'endpoint-cors-missing'],
      ['that may be cached', '("Cache-Control", "no-store")', '("Cache-Control", "max-age=60")', 'endpoint-cacheable'],
      ['a clock that is behind', 'now = int(time.time())', 'now = int(time.time()) - 900', 'endpoint-clock'],
      ['nobody is logged in', 'return "a viewer"', 'return None', 'endpoint-denies'],
      [
        'the token of another path',
        'token_for(url, allowed[1], expires)',
        'token_for(url, "/x", expires)',
        'edge-refuses-valid',
      ],
    ],
  },
  {
    interpreter: 'php',
    path: 'examples/endpoints/php/token.php',
    file: 'token.php',
    args: (port) => ['-n', '-S', `127.0.0.1:${port}`, 'token.php'],
    cases: [
      ['as it stands', '', '', undefined],
      ['without a carrier', "'query' => [", "'params' => [", 'endpoint-no-carrier'],
      ['tokens of two seconds', 'const TTL = 300;', 'const TTL = 2;', 'endpoint-lifetime'],
      [
        'that signs whatever is asked for',
        'if (strlen($url) <= MAX_URL && preg_match(ALLOWED, $url, $found) && mayWatch',
        'if (($found = [0, parse_url($url, PHP_URL_PATH)]) && mayWatch',
        'endpoint-signs-anything',
      ],
      [
        'that prints a warning first',
        'declare(strict_types=1);',
        'declare(strict_types=1);\necho "<br><b>Warning</b>: Undefined variable";',
        'endpoint-not-json',
      ],
    ],
  },
];

describe.each(endpoints)('the endpoint of $path', ({ interpreter, path, file, args, cases }) => {
  describe(interpreter, { tags: [interpreter] }, () => {
    const code = readFileSync(path, 'utf8');
    const folder = mkdtempSync(join(tmpdir(), 'doctor-endpoint-'));
    const children: ChildProcess[] = [];
    let edge: Listening;
    beforeAll(async () => {
      const server = interpreter === 'php' ? nodeEdge() : ourEdge({ format });
      edge = await listen(async (request) => server(request));
    });
    afterAll(async () => {
      for (const child of children) child.kill();
      await edge.close();
      rmSync(folder, { recursive: true, force: true });
    });

    const serve = async (text: string): Promise<string> => {
      const cwd = mkdtempSync(join(folder, 'one-'));
      writeFileSync(join(cwd, file), text);
      const port = await freePort();
      const env = { ...process.env, CDN_SECRET: SECRET };
      children.push(spawn(interpreter, args(port), { cwd, env, stdio: 'ignore' }));
      const url = `http://127.0.0.1:${port}/token`;
      for (let i = 0; i < 200; i++) {
        const isUp = await fetch(url).then(
          () => true,
          () => false,
        );
        if (isUp) return url;
        await delay(50);
      }
      throw new Error(`${url} does not answer`);
    };

    test.each(cases)('%s', async (_, find, replace, expected) => {
      expect(code).toContain(find);
      const here = code.replace('https://cdn\\.example\\.com', edge.origin.replaceAll('.', '\\.'));
      const findings = await findingsOf(edge.origin, await serve(here.replace(find, () => replace)));
      if (expected) expect(findings[0], JSON.stringify(findings, null, 1)).toMatchObject({ code: expected });
      else expect(findings.filter(({ severity }) => severity !== 'note')).toEqual([]);
    });
  });
});
