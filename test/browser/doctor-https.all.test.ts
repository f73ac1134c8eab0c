import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createFilmOrigin } from '../../examples/origin/film-origin.mjs';
import { createEdgeHandler, createSigningEndpoint, secureToken } from '../../packages/server/src/index.ts';
import { makeCertificate } from '../support/certificate.ts';
import type { Certificate } from '../support/certificate.ts';
import { chromiumPath } from '../support/chromium.mjs';
import { runCli } from '../support/cli.ts';
import { listen } from '../support/listen.ts';
import type { Listening } from '../support/listen.ts';

const format = secureToken({ secret: 'a secret of the doctor', depth: 2 });
const film = createFilmOrigin({ root: 'test/media/fmp4', times: 1, base: '/vod/7/' });
const SEGMENT = /\/[^/]+\.m4s$/;
/** A host that no browser takes for this machine. Nothing is there: a request to it is blocked before it is sent. */
const OTHER = 'http://media.test';

type Server = (request: Request) => Response | Promise<Response>;

describe('secure-token doctor --browser, over https', { tags: ['openssl'] }, () => {
  let certificate: Certificate;
  let folder: string;
  /** A Chromium that takes any certificate. */
  let trusting: string;
  const running: Listening[] = [];

  beforeAll(async () => {
    certificate = makeCertificate();
    folder = mkdtempSync(join(tmpdir(), 'doctor-https-'));
    trusting = join(folder, 'chromium');
    writeFileSync(trusting, `#!/bin/sh\nexec '${await chromiumPath()}' --ignore-certificate-errors "$@"\n`);
    chmodSync(trusting, 0o755);
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((each) => each.close()));
  });
  afterAll(() => {
    certificate.dispose();
    rmSync(folder, { recursive: true });
  });

  const serve = async (server: Server, { isSecure = true } = {}): Promise<string> => {
    const listening = await listen(async (request) => server(request), isSecure ? certificate : undefined);
    running.push(listening);
    return listening.origin;
  };

  /** The findings about a film with these segments, on a page with this policy. */
  async function findingsOf({
    origin = film,
    policy,
  }: {
    origin?: Server;
    policy?: (edge: string, endpoint: string) => string;
  }): Promise<{ codes: string[]; messages: string }> {
    const edge = await serve(createEdgeHandler({ format, origin }));
    let answer: Server = () => new Response(null, { status: 503 });
    const page = await serve((request) => answer(request));
    const endpoint = await serve(
      createSigningEndpoint({
        format,
        allow: `${edge}/vod/`,
        ttl: 300,
        authorize: () => true,
        cors: { origins: [page] },
      }),
    );
    answer = () => new Response('', { headers: policy ? { 'content-security-policy': policy(edge, endpoint) } : {} });
    const args = ['--endpoint', `${endpoint}/token`, '--origin', `${page}/watch`, '--browser', '--json'];
    const { out, err } = await runCli(['doctor', `${edge}/vod/7/master.m3u8`, ...args], {
      env: { NODE_EXTRA_CA_CERTS: certificate.file, CHROMIUM_PATH: trusting },
    });
    expect(err).toBe('');
    expect(out).not.toContain('st=');
    const { findings } = JSON.parse(out) as { findings: { code: string; message: string }[] };
    return { codes: findings.map(({ code }) => code), messages: findings.map(({ message }) => message).join('\n') };
  }

  /** The film, whose media playlists name their segments below `folderUrl`. */
  const withSegmentsBelow =
    (folderUrl: string): Server =>
    async (request) => {
      const response = await film(request);
      if (!request.url.includes('.m3u8') || request.method !== 'GET') return response;
      const { pathname } = new URL('.', request.url);
      const text = (await response.text()).replace(/^(?!#)(.+\.m4s)$/gm, `${folderUrl}${pathname}$1`);
      return new Response(text, { headers: { 'content-type': response.headers.get('content-type')! } });
    };

  test('finds nothing where all of it is https', async () => {
    expect((await findingsOf({})).codes).toEqual([]);
  });

  test('a playlist that names segments over http: the name first, then that the browser has blocked it', async () => {
    const { codes } = await findingsOf({ origin: withSegmentsBelow(OTHER) });
    expect(codes).toEqual(['child-insecure', 'browser-mixed-content', 'browser-no-picture']);
  });

  test('an edge that redirects segments to http: only the browser sees it', async () => {
    const redirecting: Server = (request) =>
      SEGMENT.test(new URL(request.url).pathname)
        ? new Response(null, { status: 302, headers: { location: `${OTHER}/s.m4s` } })
        : film(request);
    expect((await findingsOf({ origin: redirecting })).codes).toEqual(['browser-mixed-content', 'browser-no-picture']);
  });

  test('segments over http on loopback, which a browser lets pass: no mixed content, and a picture', async () => {
    const open: Server = async (request) => {
      const { body, status } = await film(request);
      return new Response(body, { status, headers: { 'access-control-allow-origin': '*' } });
    };
    const other = await serve(open, { isSecure: false });
    const { codes } = await findingsOf({ origin: withSegmentsBelow(other) });
    expect(codes).toEqual(['child-other-host']);
  });

  test('a policy without blob: in media-src, which hls.js needs', async () => {
    const policy = (edge: string, endpoint: string): string => `connect-src ${edge} ${endpoint}; media-src ${edge}`;
    const { codes, messages } = await findingsOf({ policy });
    expect(codes).toEqual(['browser-csp', 'browser-no-picture']);
    expect(messages).toContain('media-src does not name blob');
  });

  test('a policy without the edge in connect-src', async () => {
    const policy = (_: string, endpoint: string): string => `connect-src ${endpoint}; media-src blob: data:`;
    const { codes, messages } = await findingsOf({ policy });
    expect(codes).toEqual(['browser-csp', 'browser-no-picture']);
    expect(messages).toMatch(/connect-src does not name https:\/\/127\.0\.0\.1:\d+\./);
  });

  test('the policy that docs/csp.md has', async () => {
    const policy = (edge: string, endpoint: string): string =>
      `default-src 'self'; connect-src 'self' ${endpoint} ${edge}; media-src 'self' blob: data: ${edge}; ` +
      `font-src 'self' data:; worker-src 'self' blob:`;
    expect((await findingsOf({ policy })).codes).toEqual([]);
  });
});
