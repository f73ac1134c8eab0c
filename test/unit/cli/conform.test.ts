import { readFileSync } from 'node:fs';
import { createSigningEndpoint, azion } from 'secure-token-server';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { EndpointCaller } from '../../../packages/cli/src/conform/endpoint-caller.ts';
import { musts } from '../../../packages/cli/src/conform/musts.ts';
import { outcomeOf } from '../../../packages/cli/src/conform/outcome.ts';
import { gatherReplies } from '../../../packages/cli/src/conform/replies.ts';

const url = 'https://cdn.example.com/vod/7/master.m3u8';
const origin = 'https://app.example.com';
const cookie = 'session=SECRET';

type Handler = (request: Request) => Promise<Response>;

/** An endpoint of its own for each test, which begins on the fake clock. */
const healthy = (): Handler => {
  let endpoint: Handler | undefined;
  return (request) => (endpoint ??= create())(request);
};

const create = (): Handler =>
  createSigningEndpoint({
    format: azion({ secret: 'a secret' }),
    allow: 'https://cdn.example.com/vod/',
    ttl: 300,
    authorize: (request) =>
      request.headers.get('Cookie') === cookie ||
      Response.json({ status: 401 }, { status: 401, headers: { 'Content-Type': 'application/problem+json' } }),
    cors: { origins: [origin], credentials: true },
    rateLimit: { limit: 60, window: 60, key: (request) => request.headers.get('Cookie') ?? 'nobody' },
  });

interface Checked {
  readonly failed: string[];
  readonly notTried: string[];
  readonly text: string;
  readonly asked: number;
}

/** Runs the suite against a handler, on the fake clock. */
async function conform(handler: Handler, { burst = 0, loggedIn = true, isGiven = true } = {}): Promise<Checked> {
  vi.stubGlobal('fetch', (address: string, init: RequestInit) => {
    // a Request of undici drops what a page may not set
    const request = new Request(address, init);
    for (const [name, value] of Object.entries(init.headers as Record<string, string>))
      request.headers.set(name, value);
    return handler(request);
  });
  const viewer: Record<string, string> = loggedIn ? { cookie } : {};
  const caller = new EndpointCaller('https://api.test/token', { ...viewer, origin });
  const gathered = gatherReplies(caller, {
    url,
    page: { origin, isFrom: isGiven ? 'the caller' : 'the endpoint' },
    viewer,
    burst,
  });
  const done = { is: false };
  void gathered.finally(() => (done.is = true));
  while (!done.is) await vi.advanceTimersByTimeAsync(10);
  const replies = await gathered;
  const checks = musts.map((must) => ({ number: must.number, ...outcomeOf(must, replies) }));
  const numbers = (result: string): string[] =>
    checks.filter((check) => check.result === result).map(({ number }) => number);
  return {
    failed: numbers('failed'),
    notTried: numbers('not-tried'),
    text: JSON.stringify(checks),
    asked: caller.asked,
  };
}

/** An endpoint without a limit. */
const open: Handler = (request) =>
  createSigningEndpoint({
    format: azion({ secret: 'a secret' }),
    allow: 'https://cdn.example.com/vod/',
    ttl: 300,
    authorize: () => true,
  })(request);

/** Changes the JSON of the 200s of an endpoint. */
const withAnswer =
  (
    change: (answer: Answer, call: { urls: string[]; reason?: string | null; session?: unknown }) => unknown,
    endpoint = healthy(),
  ): Handler =>
  async (request) => {
    const body = await request.clone().text();
    const response = await endpoint(request);
    if (response.status !== 200) return response;
    const answer = (await response.json()) as Answer;
    return Response.json(change(answer, JSON.parse(body) as never), { headers: response.headers });
  };

interface Answer {
  now: number;
  tokens: Record<string, unknown>[];
  denied: string[];
}

/** Changes the tokens of an answer. */
const withToken = (change: (token: Record<string, unknown>) => Record<string, unknown>): Handler =>
  withAnswer((answer) => ({ ...answer, tokens: answer.tokens.map(change) }));

/** Changes the statuses and headers of an endpoint. */
const withResponse =
  (change: (response: Response, request: Request) => Response | undefined, endpoint = healthy()): Handler =>
  async (request) => {
    const response = await endpoint(request);
    return change(response, request) ?? response;
  };

const withHeader = (name: string, value: string, isMeant: (response: Response) => boolean = () => true): Handler =>
  withResponse((response) => {
    if (isMeant(response)) response.headers.set(name, value);
    return undefined;
  });

const without = (names: string, isMeant: (response: Response, request: Request) => boolean = () => true): Handler =>
  withResponse((response, request) => {
    if (isMeant(response, request)) for (const name of names.split(' ')) response.headers.delete(name);
    return undefined;
  });

beforeEach(() => void vi.useFakeTimers({ now: 1_800_000_000_400 }));
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('secure-token conform', () => {
  test('the musts are those of docs/protocol.md, by number and by word', () => {
    const page = readFileSync('docs/protocol.md', 'utf8');
    const ofPage = [...page.matchAll(/^- \*\*P(\d+)\*\* (.*)$/gm)].map(([, number, must]) => [Number(number), must]);
    const ofTable = musts.map(({ number, must }) => [Number(number.slice(1)), must]);
    expect(ofPage.sort(([one], [other]) => Number(one) - Number(other))).toEqual(ofTable);
    expect(new Set(musts.map(({ number }) => number)).size).toBe(musts.length);
  });

  test('createSigningEndpoint passes all but the one that needs an outage', async () => {
    const { failed, notTried, asked } = await conform(healthy(), { burst: 100 });
    expect([failed, notTried]).toEqual([[], ['P28']]);
    expect(asked).toBeLessThan(110);
  });

  test('it makes fifty calls at most without a burst, and says what a try would need', async () => {
    const { failed, notTried, asked } = await conform(healthy());
    expect([failed, notTried]).toEqual([[], ['P27', 'P28']]);
    expect(asked).toBeLessThan(50);
  });

  test('without a log-in it cannot try what happens to strangers', async () => {
    const { failed, notTried } = await conform(open, { loggedIn: false, isGiven: false });
    expect([failed, notTried]).toEqual([[], ['P25', 'P27', 'P28', 'P29', 'P30', 'P31', 'P32', 'P34']]);
  });

  test('of an endpoint that denies the viewer, or cannot be reached, only P1 is judged', async () => {
    const denied = await conform(healthy(), { loggedIn: false });
    expect([denied.failed, denied.notTried.length, denied.asked]).toEqual([['P1'], musts.length - 1, 1]);
    const { failed, text } = await conform(() => Promise.reject(new TypeError('fetch failed')));
    expect(failed).toEqual(['P1']);
    expect(text).toContain('No answer: the connection failed.');
  });

  test('it stops at a 429 before its end, and says that it needs fifty calls', async () => {
    let calls = 0;
    const limited: Handler = (request) => (++calls > 10 ? Promise.resolve(status(429)) : healthy()(request));
    const { failed, notTried, asked, text } = await conform(limited);
    expect([failed, notTried.length]).toEqual([[], musts.length - 1]);
    expect(text).toContain('room for fifty calls');
    expect(asked).toBeLessThan(20);
  });

  test('one session is sent in all calls: two would be one too many for an endpoint that counts them', async () => {
    const seen: unknown[] = [];
    const endpoint = withAnswer((answer, { session }) => (seen.push(session), answer));
    await conform(endpoint, { burst: 3 });
    await conform(endpoint);
    expect(new Set(seen).size).toBe(2);
    for (const session of seen) expect(session).toMatch(/^[\w-]{21}[AQgw]$/);
  });

  test('it ends after ninety seconds at an endpoint that takes five seconds for each call', async () => {
    const begun = Date.now();
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
      expect(Date.now() + ms).toBeLessThanOrEqual(begun + 90_000);
      return new AbortController().signal;
    });
    await conform(
      async (request) => {
        await new Promise((resolve) => setTimeout(resolve, 5000));
        return open(request);
      },
      { burst: 50 },
    );
    timeout.mockRestore();
    // the handler does not look at the signal
    expect(Date.now() - begun).toBeLessThan(95_100);
  });

  test('no text of the report holds a token, a log-in or a secret', async () => {
    for (const handler of [healthy(), withToken((token) => ({ ...token, query: ['TOKEN'], url: 'TOKEN' }))])
      expect((await conform(handler)).text).not.toMatch(/SECRET|TOKEN|a secret|"st"/);
  });
});

describe('secure-token conform catches', () => {
  const isRefusal = ({ status }: Response): boolean => status >= 400;

  test.each<[string, string, Handler]>([
    ['P1', 'a redirect', () => Promise.resolve(Response.redirect('https://api.test/login'))],
    ['P1', 'a page', () => Promise.resolve(new Response('<html>'))],
    [
      'P2',
      'no more than 50 URLs',
      async (request) => ((await urlsOf(request)) > 50 ? status(400) : healthy()(request)),
    ],
    [
      'P3',
      'an outage at 101 URLs',
      async (request) => ((await urlsOf(request)) > 100 ? status(500) : healthy()(request)),
    ],
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
    [
      'P7',
      'an outage at an unknown reason',
      async (request) => ((await request.clone().text()).includes('"conform"') ? status(500) : healthy()(request)),
    ],
    ['P8', 'a malformed body', withResponse(({ status: of }) => (of === 400 ? status(500) : undefined))],
    ['P9', 'a body that is too long', withResponse(({ status: of }) => (of === 413 ? status(400) : undefined))],
    [
      'P10',
      'text/plain',
      (request) => {
        request.headers.set('Content-Type', 'application/json');
        return healthy()(request);
      },
    ],
    ['P11', 'a 405 without Allow', without('Allow')],
    ['P12', 'tokens that are null', withAnswer((answer) => ({ ...answer, tokens: null }))],
    ['P13', 'a relative url', withToken((token) => ({ ...token, url: '/vod/7/master.m3u8' }))],
    ['P13', 'several tokens for any URL', withToken((token) => ({ ...token, url: null }))],
    ['P14', 'expires in milliseconds', withToken((token) => ({ ...token, expires: (token.expires as number) * 1000 }))],
    ['P15', 'no carrier', withToken((token) => ({ ...token, query: null }))],
    ['P15', 'a header with a line break', withToken((token) => ({ ...token, headers: { 'x-t': 'a\nb' } }))],
    ['P16', 'URLs that are left out', withAnswer((answer) => ({ ...answer, denied: [] }))],
    [
      'P17',
      'one bad URL that fails all',
      withAnswer(({ denied, ...answer }) => (denied.length > 0 ? { ...answer, tokens: [], denied } : answer)),
    ],
    [
      'P18',
      'a token for any host',
      withAnswer((answer, { urls }) => ({
        ...answer,
        tokens: urls.map((each) => ({ ...answer.tokens[0], url: each })),
      })),
    ],
    ['P19', 'a 404 for all that is denied', withResponse(({ status: of }) => (of === 403 ? status(404) : undefined))],
    ['P20', 'the same token after refused', withToken((token) => ({ ...token, query: { st: 'same' } }))],
    ['P21', 'tokens that have ended', withToken((token) => ({ ...token, expires: (token.expires as number) - 400 }))],
    ['P22', 'a clock that is not that of Date', withHeader('Date', new Date(0).toUTCString())],
    ['P23', 'answers from a cache', withAnswer((answer) => ({ ...answer, now: 1_800_000_000 }))],
    ['P24', 'answers that may be kept', without('Cache-Control', isRefusal)],
    [
      'P25',
      'a page to log in',
      withResponse(({ status: of }) => (of === 401 ? Response.redirect('https://api.test/login') : undefined)),
    ],
    ['P26', 'a failure as a page', withHeader('Content-Type', 'text/html', isRefusal)],
    ['P27', 'a 429 that says nothing', without('Retry-After')],
    ['P29', 'no CORS', without('Access-Control-Allow-Origin')],
    ['P30', 'no CORS on a 401', without('Access-Control-Allow-Origin', ({ status: of }) => of === 401)],
    [
      'P31',
      'a preflight that needs a log-in',
      withResponse((_, { method }) => (method === 'OPTIONS' ? status(401) : undefined)),
    ],
    ['P32', 'a wildcard with credentials', withHeader('Access-Control-Allow-Origin', '*')],
    [
      'P33',
      'any origin with credentials',
      withResponse((response, request) => {
        response.headers.set('Access-Control-Allow-Origin', request.headers.get('Origin')!);
        response.headers.set('Access-Control-Allow-Credentials', 'true');
        return undefined;
      }),
    ],
    ['P34', 'a Retry-After that is not exposed', without('Access-Control-Expose-Headers')],
  ])('%s: %s', async (number, _, handler) => {
    const { failed } = await conform(handler, { burst: number === 'P27' ? 100 : 0 });
    expect(failed).toContain(number);
  });
});

const status = (of: number): Response => new Response(null, { status: of });

/** Counts the URLs of a call. */
async function urlsOf(request: Request): Promise<number> {
  const text = await request.clone().text();
  return text.split('https:').length - 1;
}
