import { execFileSync } from 'node:child_process';
import { createTokenSource } from 'secure-token-core';
import { azion, verifyUrl } from 'secure-token-server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EndpointProcesses, codeOf, withSessions } from './language-endpoints.ts';
import type { LanguageEndpoint } from './language-endpoints.ts';

const secret = 'a secret';
const page = 'https://app.example.com';
const film = 'https://cdn.example.com/vod/7/master.m3u8';
const premium = 'https://cdn.example.com/vod/premium/master.m3u8';

/** Members that may be left out may be null. */
const withoutNulls = (token: unknown): unknown =>
  Object.fromEntries(Object.entries(token as object).filter(([, value]) => value !== null));

/** Tests what an endpoint of `examples/endpoints` has to do. */
export function describeEndpoint(endpoint: LanguageEndpoint): void {
  describe(endpoint.file, { tags: [endpoint.program] }, () => {
    const processes = new EndpointProcesses();
    let url: string;
    beforeAll(async () => void (url = await processes.serve(endpoint, withSessions(endpoint), secret)));
    afterAll(() => processes.stop());

    test('has 120 lines at most', () => {
      expect(codeOf(endpoint).trimEnd().split('\n').length).toBeLessThanOrEqual(120);
    });

    const { misformed } = endpoint;
    if (misformed)
      test("has the form that the language's own formatter gives it", () => {
        const [command, ...args] = misformed;
        expect(execFileSync(command!, [...args, endpoint.file], { encoding: 'utf8' })).toBe('');
      });

    const cookie = 'theme=dark; session=a-session; last=7';
    const headers = { Cookie: cookie, 'Content-Type': 'application/json', Origin: page };
    const ask = (body: unknown, init: RequestInit = {}): Promise<Response> =>
      fetch(url, { method: 'POST', headers, body: typeof body === 'string' ? body : JSON.stringify(body), ...init });

    test('as it stands, it fits the first example of a player: everyone may watch', async () => {
      const source = createTokenSource(await processes.serve(endpoint, codeOf(endpoint), secret));
      const { url: signed } = await source.sign(film);
      expect(await verifyUrl(signed, { format: azion({ secret }) })).toMatchObject({ ok: true });
      source.destroy();
    });

    test('makes the token that the server package makes, and denies what the viewer may not have', async () => {
      const response = await ask({ urls: [film, premium, film], reason: 'initial' });
      expect(response.status).toBe(200);
      expect(response.headers.get('Cache-Control')).toBe('no-store');
      const { now, tokens, denied } = (await response.json()) as { now: number; tokens: unknown[]; denied: string[] };
      expect(tokens.map(withoutNulls)).toEqual([await azion({ secret }).sign(new URL(film), now + 300)]);
      expect(denied).toEqual([premium]);
    });

    test('a player plays with it', async () => {
      const source = createTokenSource({ endpoint: url, request: { headers } });
      const { url: signed } = await source.sign(`${film}?a=1`);
      expect(await verifyUrl(signed, { format: azion({ secret }) })).toMatchObject({ ok: true });
      await expect(source.sign(premium)).rejects.toMatchObject({ code: 'ERR_DENIED' });
      source.destroy();
    });

    test('a token that was refused is not handed out again', async () => {
      const { now, tokens } = (await (await ask({ urls: [film], reason: 'refused' })).json()) as {
        now: number;
        tokens: { expires: number }[];
      };
      expect(tokens[0]!.expires).toBe(now + 301);
    });

    test.each([
      'https://cdn.example.com/live/a.m3u8',
      'http://cdn.example.com/vod/a.m3u8',
      'https://cdn.example.com.evil.example/vod/a.m3u8',
      'https://cdn.example.com/vod/../live/a.m3u8',
      'https://cdn.example.com/vod/%2e%2e/live/a.m3u8',
      'https://cdn.example.com/vod/./a.m3u8',
      'https://cdn.example.com/vod//premium/a.m3u8',
      'https://cdn.example.com/vod/7;x/a.m3u8',
      'https://cdn.example.com/vod/premium./a.m3u8',
      'https://cdn.example.com/vod/premium../a.m3u8',
      'https://cdn.example.com/vod/premium%2e/a.m3u8',
      'https://cdn.example.com/vod/premium%20/a.m3u8',
      'https://cdn.example.com/vod/premium /a.m3u8',
      'https://cdn.example.com/vod/premium./a.m3u8?x',
      'https://cdn.example.com/vod/7/a.m3u8.',
      'https://cdn.example.com/vod/7/...',
      'https://cdn.example.com/vod/PREMIU~1/a.m3u8',
      'https://cdn.example.com/vod/7/é.m3u8',
      `${film}\n`,
      `${film}#a`,
    ])('signs nothing else: %j', async (other) => {
      expect((await ask({ urls: [other] })).status).toBe(403);
      expect(((await (await ask({ urls: [film, other] })).json()) as { denied: string[] }).denied).toEqual([other]);
    });

    test('a URL of thousands of folders is refused, and the endpoint answers the next call', async () => {
      const deep = (folders: number): string => `https://cdn.example.com/vod${'/a'.repeat(folders)}`;
      const statusOf = async (other: string): Promise<number> =>
        // what never answers would hold the connection for ever
        (await ask({ urls: [other] }, { signal: AbortSignal.timeout(20_000) })).status;
      // `createSigningEndpoint` takes 8,192 characters too
      expect([deep(3_000).length <= 8192, await statusOf(deep(3_000))]).toEqual([true, 200]);
      expect([deep(5_000).length > 8192, await statusOf(deep(5_000))]).toEqual([true, 403]);
      expect(await statusOf(deep(95_000))).toBe(403);
      expect(await statusOf(`${deep(4_000)}${'.'.repeat(100_000)}`)).toBe(403);
      expect(await statusOf(film)).toBe(200);
    });

    test.each([undefined, ''])('without a secret (%j) it does not sign', async (none) => {
      const started = await processes.serve(endpoint, withSessions(endpoint), none).catch((error: unknown) => error);
      if (started instanceof Error) expect(started.message).toContain('CDN_SECRET is missing');
      // PHP has no start of its own
      else
        expect(
          (await fetch(started as string, { method: 'POST', headers, body: JSON.stringify({ urls: [film] }) })).status,
        ).toBe(503);
    });

    test.each([
      ['a text', 'urls', 400],
      ['a list', [film], 400],
      ['no URLs', { urls: [] }, 400],
      ['numbers', { urls: [1] }, 400],
      ['an object of URLs', { urls: { a: film } }, 400],
      ['too many', { urls: Array.from({ length: 101 }, () => film) }, 400],
      ['deep', '['.repeat(100_000), 400],
      ['too long', ' '.repeat(200_001), 413],
    ])('answers a problem to %s', async (_, body, status) => {
      const response = await ask(body);
      expect(response.status).toBe(status);
      expect(response.headers.get('Content-Type')).toBe('application/problem+json');
      expect(await response.json()).toMatchObject({ status });
    });

    test('nobody is 401, a form is 415, a GET is 405', async () => {
      for (const Cookie of ['', 'session=another', 'xsession=a-session'])
        expect((await ask({ urls: [film] }, { headers: { ...headers, Cookie } })).status, Cookie).toBe(401);
      expect((await ask({ urls: [film] }, { headers: { ...headers, 'Content-Type': 'text/plain' } })).status).toBe(415);
      const got = await fetch(url, { headers });
      expect([got.status, got.headers.get('Allow')]).toEqual([405, 'POST, OPTIONS']);
    });

    test('CORS: for its own pages, on refusals too', async () => {
      const preflight = await fetch(url, { method: 'OPTIONS', headers: { Origin: page } });
      expect(preflight.status).toBe(204);
      expect(preflight.headers.get('Access-Control-Allow-Headers')).toContain('content-type');
      const refusal = await ask('', {});
      expect(refusal.headers.get('Access-Control-Allow-Origin')).toBe(page);
      const stranger = await ask({ urls: [film] }, { headers: { ...headers, Origin: 'https://evil.example' } });
      expect(stranger.headers.get('Access-Control-Allow-Origin')).toBeNull();
    });
  });
}
