import { execFileSync } from 'node:child_process';
import { createTokenSource } from 'secure-token-core';
import { azion, verifyUrl } from 'secure-token-server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EndpointProcesses, codeOf, withSessions } from './language-endpoints.ts';
import type { LanguageEndpoint } from './language-endpoints.ts';

const secret = 'a secret';
const film = 'https://cdn.example.com/vod/7/master.m3u8';
const premium = 'https://cdn.example.com/vod/premium/master.m3u8';

/**
 * Tests what an endpoint of `examples/endpoints` has to do beyond the protocol, which `conform` tests
 * (`conform-endpoints.all.test.ts`).
 */
export function describeEndpoint(endpoint: LanguageEndpoint): void {
  describe(endpoint.file, { tags: [endpoint.program] }, () => {
    const processes = new EndpointProcesses();
    let url: string;
    beforeAll(async () => {
      url = await processes.serve(endpoint, withSessions(endpoint), secret);
    });
    afterAll(() => processes.stop());

    test('has 120 lines at most, in the form that the formatter of the language gives it', () => {
      expect(codeOf(endpoint).trimEnd().split('\n').length).toBeLessThanOrEqual(120);
      const [command, ...args] = endpoint.misformed ?? [];
      if (command) expect(execFileSync(command, [...args, endpoint.file], { encoding: 'utf8' })).toBe('');
    });

    const headers = { Cookie: 'theme=dark; session=a-session; last=7', 'Content-Type': 'application/json' };
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
      const { now, tokens, denied } = (await response.json()) as { now: number; tokens: object[]; denied: string[] };
      // members that may be left out may be null
      const given = tokens.map((token) => Object.fromEntries(Object.entries(token).filter(([, it]) => it !== null)));
      expect(given).toEqual([await azion({ secret }).sign(new URL(film), now + 300)]);
      expect(denied).toEqual([premium]);
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
      'https://cdn.example.com/vod/premium%2e/a.m3u8',
      'https://cdn.example.com/vod/premium%20/a.m3u8',
      'https://cdn.example.com/vod/premium /a.m3u8',
      'https://cdn.example.com/vod/7/a.m3u8.',
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
      expect(await statusOf(deep(3_000))).toBe(200);
      expect(await statusOf(deep(95_000))).toBe(403);
      expect(await statusOf(`${deep(4_000)}${'.'.repeat(100_000)}`)).toBe(403);
      expect(await statusOf(film)).toBe(200);
    });

    test.each([undefined, ''])('without a secret (%j) it does not sign', async (none) => {
      const started = await processes.serve(endpoint, withSessions(endpoint), none).catch((error: unknown) => error);
      if (started instanceof Error) {
        expect(started.message).toContain('CDN_SECRET is missing');
        return;
      }
      // PHP has no start of its own
      const response = await fetch(started as string, {
        method: 'POST',
        headers,
        body: JSON.stringify({ urls: [film] }),
      });
      expect(response.status).toBe(503);
    });

    test('a cookie of another name or with another session is nobody', async () => {
      for (const Cookie of ['session=another', 'xsession=a-session'])
        expect((await ask({ urls: [film] }, { headers: { ...headers, Cookie } })).status, Cookie).toBe(401);
    });
  });
}
