import { readFileSync } from 'node:fs';
import { createSigningEndpoint, azion } from 'secure-token-server';
import type { SigningEndpointOptions } from 'secure-token-server';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { musts } from '../../../packages/cli/src/conform/musts.ts';
import { outcomeOf } from '../../../packages/cli/src/conform/outcome.ts';
import { gatherReplies } from '../../../packages/cli/src/conform/replies.ts';

const url = 'https://cdn.example.com/vod/7/master.m3u8';
const origin = 'https://app.example.com';
const cookie = 'session=SECRET';

type Handler = (request: Request) => Promise<Response>;

const endpointWith = (options: Partial<SigningEndpointOptions>): Handler =>
  createSigningEndpoint({
    format: azion({ secret: 'a secret' }),
    allow: 'https://cdn.example.com/vod/',
    ttl: 300,
    authorize: () => true,
    ...options,
  });

/** An endpoint of its own for each test, made at the first call: tests begin on the fake clock. */
const healthy = (): Handler => {
  let endpoint: Handler | undefined;
  const problem = { status: 401, headers: { 'Content-Type': 'application/problem+json' } };
  return (request) =>
    (endpoint ??= endpointWith({
      authorize: ({ headers }) => headers.get('Cookie') === cookie || Response.json({ status: 401 }, problem),
      cors: { origins: [origin], credentials: true },
      rateLimit: { limit: 60, window: 60, key: ({ headers }) => headers.get('Cookie') ?? 'nobody' },
    }))(request);
};

/** Runs the suite against a handler, on the fake clock. */
async function conform(
  handler: Handler,
  { burst = 0, loggedIn = true, isGiven = true } = {},
): Promise<{ failed: string[]; notTried: string[]; text: string; asked: number }> {
  vi.stubGlobal('fetch', (address: string, init: RequestInit) => {
    // a Request of undici drops what a page may not set
    const request = new Request(address, init);
    for (const [name, value] of Object.entries(init.headers as Record<string, string>))
      request.headers.set(name, value);
    return handler(request);
  });
  const viewer: Record<string, string> = loggedIn ? { cookie } : {};
  const named = isGiven ? { origin } : {};
  const gathered = gatherReplies({ endpoint: 'https://api.test/token', url, ...named, viewer, burst });
  const done = { is: false };
  void gathered.finally(() => {
    done.is = true;
  });
  while (!done.is) await vi.advanceTimersByTimeAsync(10);
  const replies = await gathered;
  const checks = musts.map((must) => ({ number: must.number, ...outcomeOf(must, replies) }));
  const numbers = (result: string): string[] =>
    checks.filter((check) => check.result === result).map(({ number }) => number);
  return {
    failed: numbers('failed'),
    notTried: numbers('not-tried'),
    text: JSON.stringify(checks),
    asked: replies.asked,
  };
}

interface Answer {
  now: number;
  tokens: Record<string, unknown>[];
  denied: string[];
}

/** Changes the JSON of the 200s of an endpoint. */
const withAnswer = (
  change: (answer: Answer, call: { urls: string[]; reason?: unknown; session?: unknown }) => unknown,
): Handler => {
  const endpoint = healthy();
  return async (request) => {
    const body = await request.clone().text();
    const response = await endpoint(request);
    if (response.status !== 200) return response;
    const answer = (await response.json()) as Answer;
    return Response.json(change(answer, JSON.parse(body) as never), { headers: response.headers });
  };
};
const withToken = (change: (token: Record<string, unknown>) => object): Handler =>
  withAnswer(({ tokens, ...answer }) => ({ ...answer, tokens: tokens.map((it) => ({ ...it, ...change(it) })) }));

/** Changes the answers of an endpoint: in place, or for another one. */
const withResponse = (change: (response: Response, request: Request) => unknown): Handler => {
  const endpoint = healthy();
  return async (request) => {
    const response = await endpoint(request);
    const other = change(response, request);
    return other instanceof Response ? other : response;
  };
};
const withHeader = (name: string, value: string, isMeant: (response: Response) => boolean = () => true): Handler =>
  withResponse((response) => isMeant(response) && response.headers.set(name, value));
const without = (name: string, isMeant: (response: Response) => boolean = () => true): Handler =>
  withResponse((response) => isMeant(response) && response.headers.delete(name));

const status = (of: number): Response => new Response(null, { status: of });
/** Answers another status to calls with a body that fits. */
const failingAt = (isMeant: (body: string) => boolean, of: number): Handler => {
  const endpoint = healthy();
  return async (request) => (isMeant(await request.clone().text()) ? status(of) : endpoint(request));
};
const hasMoreThan = (urls: number) => (body: string) => body.split('https:').length - 1 > urls;
/** Answers another status in place of one. */
const inPlaceOf = (was: number, of: number): Handler =>
  withResponse((response) => response.status === was && status(of));
const isRefusal = (response: Response): boolean => response.status >= 400;
const redirect = Response.redirect('https://api.test/login');

beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_400 });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('secure-token conform', () => {
  test('has the musts of docs/protocol.md, by number and by word', () => {
    const page = readFileSync('docs/protocol.md', 'utf8');
    const ofPage = [...page.matchAll(/^- \*\*P(\d+)\*\* (.*)$/gm)].map(([, number, must]) => [Number(number), must]);
    const ofTable = musts.map(({ number, must }) => [Number(number.slice(1)), must]);
    expect(ofPage.sort(([one], [other]) => Number(one) - Number(other))).toEqual(ofTable);
  });

  test('passes createSigningEndpoint in all but the must that needs an outage', async () => {
    const { failed, notTried, asked } = await conform(healthy(), { burst: 100 });
    expect(failed).toEqual([]);
    expect(notTried).toEqual(['P28']);
    expect(asked).toBeLessThan(110);
  });

  test('makes fifty calls at most, and tries no strangers without a log-in, and no CORS of an endpoint without', async () => {
    const { failed, notTried, asked } = await conform(endpointWith({}), { loggedIn: false, isGiven: false });
    expect(failed).toEqual([]);
    expect(notTried).toEqual(['P25', 'P27', 'P28', 'P29', 'P30', 'P31', 'P32', 'P34']);
    expect(asked).toBeLessThan(50);
  });

  describe('without --origin', () => {
    const unnamed = { isGiven: false };

    test('tests CORS as a page of https://app.example.com, if the endpoint allows it', async () => {
      const { failed, notTried } = await conform(healthy(), unnamed);
      expect(failed).toEqual([]);
      expect(notTried).toEqual(['P27', 'P28']);
    });

    test('finds failures that this page cannot read', async () => {
      const isOf401 = (response: Response): boolean => response.status === 401;
      const { failed } = await conform(without('Access-Control-Allow-Origin', isOf401), unnamed);
      expect(failed).toEqual(['P30']);
    });

    test('calls as a page beside the endpoint, if the endpoint refuses calls of pages that it does not know', async () => {
      const endpoint = endpointWith({});
      const guarded: Handler = async (request) =>
        request.headers.get('Origin') === 'https://api.test' ? endpoint(request) : status(403);
      const { failed, notTried, text } = await conform(guarded, { ...unnamed, loggedIn: false });
      expect(failed).toEqual([]);
      expect(notTried).toContain('P29');
      expect(text).toContain('Give the origin of such a page with --origin');
    });
  });

  test('judges P1 alone of an endpoint that denies the viewer, or cannot be reached', async () => {
    const denied = await conform(healthy(), { loggedIn: false });
    expect(denied.failed).toEqual(['P1']);
    expect(denied.notTried.length).toEqual(musts.length - 1);
    expect(denied.asked).toBe(1);
    const { failed, text } = await conform(() => Promise.reject(new TypeError('fetch failed')));
    expect(failed).toEqual(['P1']);
    expect(text).toContain('No answer: the connection failed.');
  });

  test('stops at a 429, and says that it needs fifty calls', async () => {
    let calls = 0;
    const endpoint = healthy();
    const limited: Handler = (request) => (++calls > 10 ? Promise.resolve(status(429)) : endpoint(request));
    const { failed, notTried, asked, text } = await conform(limited);
    expect(failed).toEqual([]);
    expect(notTried.length).toEqual(musts.length - 1);
    expect(text).toContain('room for fifty calls');
    expect(asked).toBeLessThan(20);
  });

  test('ends after ninety seconds', async () => {
    const begun = Date.now();
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
      expect(Date.now() + ms).toBeLessThanOrEqual(begun + 90_000);
      return new AbortController().signal;
    });
    const endpoint = endpointWith({});
    const slow: Handler = (request) => new Promise((resolve) => setTimeout(() => resolve(endpoint(request)), 5000));
    await conform(slow, { burst: 50 });
    timeout.mockRestore();
    // the handler does not look at the signal
    expect(Date.now() - begun).toBeLessThan(95_100);
  });

  test('sends one session: two would be one too many for an endpoint that counts them', async () => {
    const seen: unknown[] = [];
    await conform(
      withAnswer((answer, { session }) => {
        seen.push(session);
        return answer;
      }),
    );
    expect(new Set(seen).size).toBe(1);
    expect(seen[0]).toMatch(/^[\w-]{21}[AQgw]$/);
  });

  test('reports no token, no log-in and no secret', async () => {
    for (const handler of [healthy(), withToken(() => ({ query: ['TOKEN'], url: 'TOKEN' }))])
      expect((await conform(handler)).text).not.toMatch(/SECRET|TOKEN|a secret|"st"/);
  });

  test.each<[string, string, Handler]>([
    ['P1', 'a redirect', () => Promise.resolve(redirect)],
    ['P1', 'a page', () => Promise.resolve(new Response('<html>'))],
    ['P2', 'no more than 50 URLs', failingAt(hasMoreThan(50), 400)],
    ['P3', 'an outage at 101 URLs', failingAt(hasMoreThan(100), 500)],
    [
      'P4',
      'tokens in an order of their own',
      withAnswer(({ tokens, ...more }) => {
        const sorted = tokens.map(({ url: of, query }) => [of as string, query] as const).sort();
        return { ...more, tokens: tokens.map((token, i) => ({ ...token, query: sorted[i]![1] })) };
      }),
    ],
    ['P5', 'members that are not known', withAnswer((answer, call) => ('x-conform' in call ? {} : answer))],
    ['P6', 'a reason that is null', withAnswer((answer, { reason }) => (reason === null ? {} : answer))],
    ['P7', 'an outage at an unknown reason', failingAt((body) => body.includes('"conform"'), 500)],
    ['P8', 'an outage at a malformed body', inPlaceOf(400, 500)],
    ['P9', 'a body that is too long', inPlaceOf(413, 400)],
    ['P10', 'no look at the media type', inPlaceOf(415, 200)],
    ['P11', 'a 405 without Allow', without('Allow')],
    ['P12', 'tokens that are null', withAnswer((answer) => ({ ...answer, tokens: null }))],
    ['P13', 'a relative url', withToken(() => ({ url: '/vod/7/master.m3u8' }))],
    ['P13', 'several tokens for any URL', withToken(() => ({ url: null }))],
    ['P14', 'expires in milliseconds', withToken(({ expires }) => ({ expires: (expires as number) * 1000 }))],
    ['P15', 'no carrier', withToken(() => ({ query: null }))],
    ['P15', 'a header with a line break', withToken(() => ({ headers: { 'x-t': 'a\nb' } }))],
    ['P16', 'URLs that are left out', withAnswer((answer) => ({ ...answer, denied: [] }))],
    [
      'P17',
      'one bad URL that fails all',
      withAnswer((answer) => (answer.denied.length > 0 ? { ...answer, tokens: [] } : answer)),
    ],
    [
      'P18',
      'a token for any host',
      withAnswer((answer, { urls }) => ({
        ...answer,
        tokens: urls.map((each) => ({ ...answer.tokens[0], url: each })),
      })),
    ],
    ['P19', 'a 404 for all that is denied', inPlaceOf(403, 404)],
    ['P20', 'the same token after refused', withToken(() => ({ query: { st: 'same' } }))],
    ['P21', 'tokens that have ended', withToken(({ expires }) => ({ expires: (expires as number) - 400 }))],
    ['P22', 'a clock that is not that of Date', withHeader('Date', new Date(0).toUTCString())],
    ['P23', 'answers from a cache', withAnswer((answer) => ({ ...answer, now: 1_800_000_000 }))],
    ['P24', 'answers that may be kept', without('Cache-Control', isRefusal)],
    ['P25', 'a page to log in', withResponse((response) => response.status === 401 && redirect)],
    ['P26', 'a failure as a page', withHeader('Content-Type', 'text/html', isRefusal)],
    ['P27', 'a 429 that says nothing', without('Retry-After')],
    ['P29', 'no CORS', without('Access-Control-Allow-Origin')],
    ['P30', 'no CORS on a 401', without('Access-Control-Allow-Origin', (response) => response.status === 401)],
    ['P31', 'a preflight that needs a log-in', withResponse((_, { method }) => method === 'OPTIONS' && status(401))],
    ['P32', 'a wildcard with credentials', withHeader('Access-Control-Allow-Origin', '*')],
    [
      'P33',
      'any origin with credentials',
      withResponse(({ headers }, request) => {
        headers.set('Access-Control-Allow-Origin', request.headers.get('Origin') ?? '');
        headers.set('Access-Control-Allow-Credentials', 'true');
      }),
    ],
    ['P34', 'a Retry-After that is not exposed', without('Access-Control-Expose-Headers')],
  ])('catches by %s: %s', async (number, _, handler) => {
    const { failed } = await conform(handler, { burst: number === 'P27' ? 100 : 0 });
    expect(failed).toContain(number);
  });
});
