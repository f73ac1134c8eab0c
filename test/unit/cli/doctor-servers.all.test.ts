import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Code, Finding } from '../../../packages/cli/src/doctor/codes.ts';
import { examine } from '../../../packages/cli/src/doctor/doctor.ts';
import { azion } from '../../../packages/server/src/index.ts';
import { FILM, PAGE, SECRET, doctorOrigin } from '../../support/doctor-setups.ts';
import { listen } from '../../support/listen.ts';
import type { Listening } from '../../support/listen.ts';
import { startNginx } from '../../support/nginx.ts';
import type { Nginx } from '../../support/nginx.ts';

/** A configuration as a team writes it, by what differs from the right one. */
interface NginxCase {
  readonly arguments?: string;
  readonly expired?: string;
  readonly cors?: string;
  readonly more?: string;
  readonly locations?: string;
  /** What an nginx in front of the check caches. */
  readonly cached?: '200' | 'any';
}
const open = 'add_header Access-Control-Allow-Origin * always; proxy_pass $upstream;';
const always = 'add_header Access-Control-Allow-Origin * always; add_header Cache-Control no-store always;';

/** @param code that of the first finding; `undefined` for a configuration that is right */
const cases: readonly (readonly [name: string, code: Code | undefined, it: NginxCase])[] = [
  ['as it should be', undefined, {}],
  ['that answers 403 to what has expired', undefined, { expired: '403' }],
  [
    'whose refusals have no `always`',
    'edge-cors-missing-on-refusal',
    { cors: 'add_header Access-Control-Allow-Origin *;' },
  ],
  ['without add_header', 'edge-cors-missing', { cors: '' }],
  [
    'that adds what the origin sends, too',
    'edge-cors-missing',
    { more: `${always} add_header Access-Control-Allow-Origin ${PAGE};` },
  ],
  ['that does not know the expiry', 'edge-accepts-expired', { arguments: '$arg_st' }],
  ['that hashes another text', 'edge-refuses-valid', { more: 'set $secret other;' }],
  ['that lets media pass', 'child-open', { locations: `location ~ \\.m4s$ { ${open} }` }],
  ['with a rule for another folder', 'edge-open', { locations: `location /vod/7/ { ${open} }` }],
  ['behind an nginx that caches what was let through', 'edge-caches-across-tokens', { cached: '200' }],
  ['behind an nginx that caches refusals, too', 'edge-caches-refusals', { cached: 'any' }],
];

interface Given {
  readonly port: number;
  readonly upstream: string;
  readonly generation: number;
}
const config = ({ port, generation }: Given, http: string, server: string): string => `
worker_processes 1; pid nginx.pid; error_log stderr error; env LD_PRELOAD; env FAKETIME_TIMESTAMP_FILE; env FAKETIME_NO_CACHE;
events { worker_connections 64; }
http {
  access_log off; client_body_temp_path tmp/body; proxy_temp_path tmp/proxy;
  fastcgi_temp_path tmp/fastcgi; uwsgi_temp_path tmp/uwsgi; scgi_temp_path tmp/scgi;
  ${http}
  server { listen 127.0.0.1:${port}; location = /generation { return 200 ${generation}; } ${server} }
}`;

const edgeConfig = (
  { arguments: args = '$arg_st,$arg_e', expired = '410', cors = always, more = '', locations = '' }: NginxCase,
  given: Given,
): string =>
  config(
    given,
    '',
    `set $upstream ${given.upstream};
    set $secret "${SECRET}";
    ${locations}
    location / {
      ${cors}
      ${more}
      secure_link ${args};
      secure_link_md5 "$secret$uri${args.includes(',') ? '$secure_link_expires' : '$arg_e'}";
      if ($secure_link = "") { return 403; }
      if ($secure_link = "0") { return ${expired}; }
      proxy_pass $upstream;
    }`,
  );

const cacheConfig = (statuses: '200' | 'any', given: Given): string =>
  config(
    given,
    'proxy_cache_path tmp/cache keys_zone=all:1m;',
    `location / {
      proxy_cache all; proxy_cache_key $uri; proxy_ignore_headers Cache-Control Expires Vary;
      proxy_cache_valid ${statuses} 1m;
      proxy_pass ${given.upstream};
    }`,
  );

describe('the doctor of an nginx', { tags: ['nginx'] }, () => {
  let origin: Listening;
  const running: Nginx[] = [];
  beforeAll(async () => {
    const answer = doctorOrigin();
    origin = await listen(async (request) => answer(request));
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((nginx) => nginx.stop()));
  });
  afterAll(() => origin.close());

  const start = async (upstream: string, configure: (given: Given) => string, clockFile?: string): Promise<string> => {
    const nginx = await startNginx({ secret: SECRET, upstream, configure, ...(clockFile && { clockFile }) });
    running.push(nginx);
    return nginx.origin;
  };
  const findingsOf = async (it: NginxCase, clockFile?: string): Promise<readonly Finding[]> => {
    const edge = await start(origin.origin, (given) => edgeConfig(it, given), clockFile);
    const { cached } = it;
    const front = cached ? await start(edge, (given) => cacheConfig(cached, given)) : edge;
    return (await examine({ url: front + FILM, page: PAGE, format: azion({ secret: SECRET }) })).findings;
  };

  test.each(cases)('%s: %s', async (_, code, it) => {
    const findings = await findingsOf(it);
    expect(findings[0]?.code, JSON.stringify(findings, null, 1)).toBe(code);
  });

  test('with a clock two hours ahead: edge-clock', { tags: ['libfaketime'] }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'doctor-clock-'));
    const clockFile = join(folder, 'clock');
    writeFileSync(clockFile, '+2h');
    // nginx has another user
    chmodSync(folder, 0o755);
    expect((await findingsOf({}, clockFile))[0]).toMatchObject({ code: 'edge-clock' });
    rmSync(folder, { recursive: true });
  });
});
