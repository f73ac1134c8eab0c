import { createSigningEndpoint, azion } from 'secure-token-server';
import { afterAll, describe, expect, test } from 'vitest';
import { runProgram } from '../support/cli.ts';
import { EndpointProcesses, languageEndpoints, withSessions } from '../support/language-endpoints.ts';
import type { LanguageEndpoint } from '../support/language-endpoints.ts';
import { listen } from '../support/listen.ts';

// some languages start slowly beside others; it ends what hangs
const timeout = 300_000;
const secret = 'a secret';
const film = 'https://cdn.example.com/vod/7/master.m3u8';
const page = 'https://app.example.com';
const processes = new EndpointProcesses();
afterAll(() => processes.stop());

/** Runs the suite as a viewer whose log-in is a cookie. */
async function conform(url: string): Promise<{ code: number; failed: string[]; notTried: string[] }> {
  const args = ['--header', 'Cookie: session=a-session', '--origin', page, '--burst', '200', '--json'];
  const { code, out, err } = await runProgram(['conform', url, film, ...args]);
  expect(err).toBe('');
  expect(out).not.toMatch(/a-session|"st"/);
  const { checks } = JSON.parse(out) as { checks: { number: string; result: string }[] };
  const numbers = (result: string): string[] =>
    checks.filter((check) => check.result === result).map(({ number }) => number);
  return { code, failed: numbers('failed'), notTried: numbers('not-tried') };
}

/** A limit that a burst reaches, also one over the turn of a minute, and the calls in front of it do not. */
const withLimit = (code: string): string => code.replace(/(calls_?per_?minute\b[^;\n]*?\b)600\b/i, '$160');

const serve = (endpoint: LanguageEndpoint): Promise<string> =>
  processes.serve(endpoint, withLimit(withSessions(endpoint)), secret);

/** P28 asks for an outage, which nobody can cause from outside. */
const asIs = { code: 0, failed: [], notTried: ['P28'] };

describe('secure-token conform passes', { concurrent: true, timeout }, () => {
  test('createSigningEndpoint', async () => {
    const token = createSigningEndpoint({
      format: azion({ secret }),
      allow: 'https://cdn.example.com/vod/',
      ttl: 300,
      authorize: (request) =>
        request.headers.get('Cookie') === 'session=a-session' ||
        Response.json({ status: 401 }, { status: 401, headers: { 'Content-Type': 'application/problem+json' } }),
      cors: { origins: [page], credentials: true },
      rateLimit: { limit: 60, window: 60, key: (request) => request.headers.get('Cookie') ?? 'nobody' },
    });
    const { origin, close } = await listen(token);
    expect(await conform(`${origin}/token`)).toMatchObject(asIs);
    await close();
  });

  for (const endpoint of languageEndpoints)
    test(`the endpoint in ${endpoint.name}`, { tags: [endpoint.program] }, async () => {
      expect(await conform(await serve(endpoint))).toMatchObject(asIs);
    });
});
