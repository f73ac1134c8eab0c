import { afterEach, describe, expect, test, vi } from 'vitest';
import { examine } from '../../../packages/cli/src/doctor/doctor.ts';
import type { Diagnosis } from '../../../packages/cli/src/doctor/doctor.ts';
import { azion, signUrl } from '../../../packages/server/src/index.ts';
import { childSabotages } from '../../support/doctor-child-sabotages.ts';
import { edgeSabotages } from '../../support/doctor-edge-sabotages.ts';
import { endpointSabotages } from '../../support/doctor-endpoint-sabotages.ts';
import { healthySetUps } from '../../support/doctor-healthy-setups.ts';
import type { SetUp } from '../../support/doctor-case.ts';
import {
  FILM,
  PAGE,
  SECRET,
  cacheInFront,
  changed,
  isRefusal,
  nodeEdge,
  nodeEndpoint,
  ourEdge,
  ourEndpoint,
  soundEndpoint,
} from '../../support/doctor-setups.ts';
import { listen } from '../../support/listen.ts';

const format = azion({ secret: SECRET, depth: 2 });

async function diagnose(setUp: SetUp): Promise<Diagnosis> {
  const { edge: makeEdge, endpoint: makeEndpoint, other: makeOther, path = FILM, hasSecret, isDown } = setUp;
  const otherServer = makeOther?.();
  const other = otherServer && (await listen(async (request) => otherServer(request)));
  const edgeServer = makeEdge(other?.origin ?? '');
  const edge = await listen(async (request) => edgeServer(request));
  const endpointServer = makeEndpoint?.(edge.origin);
  const endpoint = endpointServer && (await listen(async (request) => endpointServer(request)));
  if (isDown === 'edge') await edge.close();
  if (isDown === 'endpoint') await endpoint!.close();
  try {
    const { isSigned } = setUp;
    const expires = Math.floor(Date.now() / 1000) + (isSigned === 'for a minute' ? 60 : -60);
    const url = edge.origin + path;
    return await examine({
      url: isSigned ? await signUrl(url, { format: setUp.format ?? format, expires }) : url,
      page: setUp.page ?? PAGE,
      ...(endpoint && { endpoint: `${endpoint.origin}/token` }),
      ...(hasSecret && { format: setUp.format ?? format }),
      ...(setUp.headers && { headers: setUp.headers }),
    });
  } finally {
    const open = [isDown === 'edge' ? undefined : edge, isDown === 'endpoint' ? undefined : endpoint, other];
    await Promise.all(open.map(async (each) => each?.close()));
  }
}

describe('a set-up that was sabotaged', () => {
  test.each([...edgeSabotages, ...endpointSabotages, ...childSabotages])(
    '$name: $code is first in the list',
    async (setUp) => {
      const { findings, asked, status } = await diagnose(setUp);
      expect(findings[0], JSON.stringify(findings, null, 1)).toMatchObject({ code: setUp.code });
      expect(status).toBe(1);
      expect(asked).toBeLessThanOrEqual(40);
    },
  );
});

describe('a mistake of a newcomer', () => {
  const hourBehind = (): number => Date.now() - 3_600_000;
  const throwing = () => {
    throw new TypeError('no user');
  };
  test.each<[string, Omit<SetUp, 'name'>, string[], string]>([
    [
      'authorize throws: the status and what it says, once',
      { edge: () => ourEdge(), endpoint: (edge) => ourEndpoint(edge, { authorize: throwing }) },
      ['endpoint-fails'],
      'answers 503 to a call: "Service Unavailable: The signing endpoint failed.',
    ],
    [
      'the clock of the endpoint is an hour behind: nothing blames the secret',
      { edge: () => ourEdge(), endpoint: (edge) => ourEndpoint(edge, { clock: hourBehind }), hasSecret: true },
      ['endpoint-clock'],
      's behind the clock of the edge',
    ],
    [
      'the clock of the edge, too, which answers 403 and the right date',
      { edge: () => nodeEdge({ clockOffset: 7200, statusOf: () => 403 }), hasSecret: true },
      ['edge-clock'],
      'ahead of the clock of the signer',
    ],
    [
      'a lifetime in milliseconds',
      { edge: () => ourEdge(), endpoint: (edge) => ourEndpoint(edge, { ttl: 60_000 }) },
      ['endpoint-lifetime'],
      '60000 s',
    ],
    [
      'one cache in front of all is not a wrong secret',
      {
        edge: () => cacheInFront(nodeEdge(), { keeps: isRefusal, keyOf: ({ pathname }) => pathname }),
        endpoint: soundEndpoint,
      },
      ['edge-caches-refusals'],
      'may be cached',
    ],
  ])('%s', async (name, setUp, codes, message) => {
    const { findings } = await diagnose({ name, ...setUp });
    expect(findings.map(({ code }) => code)).toEqual(codes);
    expect(findings[0]?.message).toContain(message);
  });
});

describe('the secret that is given, where edge and endpoint have different ones', () => {
  const another = azion({ secret: 'another', depth: 2 });
  const third = azion({ secret: 'a third one', depth: 2 });
  test.each([
    ['that of the endpoint', another, format, 'the edge is wrong'],
    ['that of the edge', format, another, 'the endpoint has another secret or format'],
    ['that of neither', another, third, 'the edge has neither secret'],
  ])('%s: says who is wrong', async (_, ofEdge, ofEndpoint, sentence) => {
    const { findings } = await diagnose({
      name: '',
      edge: () => ourEdge({ format: ofEdge }),
      endpoint: (edge) => ourEndpoint(edge, { format: ofEndpoint }),
      hasSecret: true,
    });
    expect(findings[0]).toMatchObject({ code: 'edge-refuses-valid', message: expect.stringContaining(sentence) });
  });

  test('not given: asks for it', async () => {
    const { notTried } = await diagnose({ name: '', edge: () => ourEdge({ format: another }), endpoint: ourEndpoint });
    expect(notTried.join()).toContain('whether edge or endpoint is wrong: give the secret');
  });
});

describe('a token of one file that the endpoint calls one of the folder', () => {
  test('the folder stands beside the file that is refused', async () => {
    const ofOneUrl = azion({ secret: SECRET });
    const { findings } = await diagnose({
      name: '',
      edge: () => ourEdge({ format: ofOneUrl }),
      endpoint: (edge) =>
        changed(ourEndpoint(edge, { format: ofOneUrl }), async (response, { method }) => {
          if (!response.ok || method !== 'POST') return response;
          const { tokens, ...rest } = (await response.json()) as { tokens: object[] };
          const prefix = `${edge}/vod/7/`;
          const ofFolder = tokens.map((token) => ({ ...token, url: undefined, anyQuery: undefined, prefix }));
          return Response.json({ ...rest, tokens: ofFolder }, { headers: response.headers });
        }),
    });
    const refused = findings.find(({ code }) => code === 'child-refused');
    expect(refused?.message).toMatch(/whose `prefix` is http:\S+\/vod\/7\/\.$/);
  });
});

describe('a healthy set-up', () => {
  test.each(healthySetUps)('$name: no error', async (setUp) => {
    const { findings, asked } = await diagnose(setUp);
    expect(findings.filter(({ severity }) => severity !== 'note')).toEqual([]);
    expect(asked).toBeLessThanOrEqual(40);
  });
});

describe('a playlist that names another host', () => {
  const MEDIA = '/vod/7/s1.m4s';
  const now = Math.floor(Date.now() / 1000);
  const opens = (url: string): object => ({ ...token, url });
  const token = {
    expires: now + 300,
    query: { t: 'QUERY-SECRET' },
    headers: { authorization: 'Bearer HEADER-SECRET' },
    credentials: true,
  };
  const cookie = { 'set-cookie': 'sid=COOKIE-SECRET; HttpOnly' };

  /** Returns what the other host gets to see of an examination with an endpoint that gives `tokensFor`. */
  async function seenElsewhere(
    tokensFor: (urls: string[], isOfEdge: (url: string) => boolean) => object[],
    headers?: Record<string, string>,
  ): Promise<string[]> {
    const seen: string[] = [];
    const other = await listen((request) => {
      seen.push(`${new URL(request.url).search} ${JSON.stringify([...request.headers])}`);
      return Promise.resolve(new Response('m', { status: request.url.includes('?') ? 200 : 403 }));
    });
    const text = `#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n${other.origin}${MEDIA}\n#EXT-X-ENDLIST\n`;
    const edge = await listen(({ headers: sent, url }) =>
      Promise.resolve(
        url.includes('QUERY-SECRET') || sent.get('cookie') === 'USER-SECRET'
          ? new Response(text, { headers: { 'content-type': 'application/vnd.apple.mpegurl' } })
          : new Response(null, { status: 403 }),
      ),
    );
    const isOfEdge = (url: string): boolean => url.startsWith(edge.origin);
    const endpoint = await listen(async (request) =>
      nodeEndpoint(({ urls }) => ({ now, tokens: tokensFor(urls, isOfEdge) }), cookie)(request),
    );
    try {
      const given = headers ? { headers } : { endpoint: `${endpoint.origin}/token` };
      await examine({ url: edge.origin + FILM, page: PAGE, ...given });
    } finally {
      await Promise.all([edge, endpoint, other].map((each) => each.close()));
    }
    expect(seen.length).toBeGreaterThan(0);
    return seen;
  }

  test('gives it no token that does not name it', async () => {
    const seen = await seenElsewhere((urls, isOfEdge) =>
      isOfEdge(urls[0]!) || urls[0]!.includes(MEDIA) ? [token] : [],
    );
    expect(seen.join()).not.toContain('SECRET');
  });

  test('gives it none of an endpoint that signs anything', async () => {
    const seen = await seenElsewhere((urls) => urls.map(opens));
    expect(seen.join()).not.toContain('SECRET');
  });

  test('gives it one that names it, without cookies', async () => {
    const seen = await seenElsewhere((urls) => urls.filter((url) => !url.includes('.invalid')).map(opens));
    expect(seen.join()).toMatch(/QUERY-SECRET.*HEADER-SECRET/);
    expect(seen.join()).not.toContain('COOKIE-SECRET');
  });

  test('gives it no header of the viewer', async () => {
    const seen = await seenElsewhere(() => [], { cookie: 'USER-SECRET', authorization: 'USER-SECRET' });
    expect(seen.join()).not.toContain('SECRET');
  });
});

describe('a playlist on a public host', () => {
  afterEach(() => void vi.unstubAllGlobals());

  /** The URLs that are asked for where a playlist names `named`. */
  async function askedFor(url: string, named: string): Promise<{ asked: string[]; notTried: readonly string[] }> {
    const asked: string[] = [];
    vi.stubGlobal('fetch', (address: string) => {
      asked.push(address);
      const headers = { 'content-type': 'application/vnd.apple.mpegurl' };
      return Promise.resolve(new Response(`#EXTM3U\n#EXTINF:4,\n${named}\n#EXT-X-ENDLIST\n`, { headers }));
    });
    const { notTried } = await examine({ url });
    return { asked, notTried };
  }

  test.each([
    'http://127.0.0.1/a.ts',
    'http://2130706433/a.ts',
    'http://[::1]/a.ts',
    'http://[::ffff:10.0.0.1]/a.ts',
    'http://[fd00::1]/a.ts',
    'https://10.1.2.3/a.ts',
    'https://172.16.0.1/a.ts',
    'https://192.168.1.1/a.ts',
    'https://169.254.169.254/latest/meta-data',
    'https://localhost/a.ts',
    'https://printer.local./a.ts',
    'https://metadata.google.internal/a.ts',
    'https://intranet/a.ts',
  ])('does not lead to %s', async (named) => {
    const { asked, notTried } = await askedFor('https://cdn.example.com/a.m3u8', named);
    expect(asked.filter((each) => !each.startsWith('https://cdn.example.com/'))).toEqual([]);
    expect(notTried.join()).toContain('private network');
  });

  test.each(['https://172.32.0.1/a.ts', 'https://cdn2.example.com/a.ts', 'https://[2001:db8::1]/a.ts'])(
    'leads to %s',
    async (named) => {
      expect((await askedFor('https://cdn.example.com/a.m3u8', named)).asked).toContain(named);
    },
  );

  test('leads to no URL that is longer than servers take', async () => {
    const { asked } = await askedFor(
      'https://cdn.example.com/a.m3u8',
      `https://cdn.example.com/${'a'.repeat(9000)}.ts`,
    );
    expect(asked.filter((each) => each.length > 9000)).toEqual([]);
  });

  test('one of a private network leads there', async () => {
    const named = 'http://192.168.1.2/a.ts';
    expect((await askedFor('http://192.168.1.1/a.m3u8', named)).asked).toContain(named);
  });
});

test('the endpoint is called in one session, as by one page', async () => {
  const seen: unknown[] = [];
  const endpoint = await listen(async (request) => {
    if (request.method === 'POST') seen.push(((await request.clone().json()) as { session?: unknown }).session);
    return soundEndpoint('http://127.0.0.1:9')(request);
  });
  await examine({ url: `http://127.0.0.1:9${FILM}`, endpoint: `${endpoint.origin}/token`, page: PAGE });
  await endpoint.close();
  expect(seen.length).toBeGreaterThan(2);
  expect(new Set(seen).size).toBe(1);
  expect(seen[0]).toMatch(/^[\w-]{21}[AQgw]$/);
});

test('a diagnosis has no query of the endpoint', async () => {
  const diagnosis = await examine({ url: 'http://127.0.0.1:9/a.m3u8', endpoint: 'http://127.0.0.1:9/t?key=SECRET' });
  expect(diagnosis.findings[0]).toMatchObject({ code: 'endpoint-unreachable', url: 'http://127.0.0.1:9/t' });
  expect(JSON.stringify(diagnosis)).not.toContain('SECRET');
});

test('no token and no secret is in a diagnosis', async () => {
  const url = await signUrl('http://127.0.0.1:9/vod/7/master.m3u8', { format, expiresIn: 60 });
  const diagnosis = await examine({ url, format });
  expect(JSON.stringify(diagnosis)).not.toMatch(/st=|secret of the doctor/);
  expect(diagnosis.status).toBe(2);
});
