import { describe, expect, test } from 'vitest';
import { examine } from '../../../packages/cli/src/doctor/doctor.ts';
import type { Diagnosis } from '../../../packages/cli/src/doctor/doctor.ts';
import { azion, signUrl } from '../../../packages/server/src/index.ts';
import { faulty, healthy } from '../../support/doctor-cases.ts';
import type { SetUp } from '../../support/doctor-cases.ts';
import {
  FILM,
  PAGE,
  SECRET,
  cacheInFront,
  changed,
  isRefusal,
  nodeEdge,
  ourEdge,
  ourEndpoint,
  soundEndpoint,
} from '../../support/doctor-setups.ts';
import type { Server } from '../../support/doctor-setups.ts';
import { listen } from '../../support/listen.ts';
import type { Listening } from '../../support/listen.ts';

const ofFolders = azion({ secret: SECRET, depth: 2 });

async function diagnose(setUp: SetUp): Promise<Diagnosis> {
  const { edge: edgeOf = () => nodeEdge(), path = FILM, format = ofFolders, hasSecret, headers, signedFor } = setUp;
  const running: Listening[] = [];
  const start = async (server: Server): Promise<Listening> => {
    const listening = await listen(async (request) => server(request));
    running.push(listening);
    return listening;
  };
  const other = setUp.other && (await start(setUp.other()));
  const edge = await start(edgeOf(other?.origin ?? ''));
  const endpoint = setUp.endpoint && (await start(setUp.endpoint(edge.origin)));
  const down = setUp.isDown && { edge, endpoint }[setUp.isDown];
  await down?.close();
  try {
    const url = edge.origin + path;
    const expires = Math.floor(Date.now() / 1000) + (signedFor ?? 0);
    return await examine({
      url: signedFor === undefined ? url : await signUrl(url, { format, expires }),
      page: PAGE,
      ...(endpoint && { endpoint: `${endpoint.origin}/token` }),
      ...(hasSecret && { format }),
      ...(headers && { headers }),
    });
  } finally {
    await Promise.all(running.filter((each) => each !== down).map((each) => each.close()));
  }
}

describe('the doctor', () => {
  test.each(faulty)('%s is the first finding: %s', async (code, _, setUp) => {
    const { findings, asked, status } = await diagnose(setUp);
    expect(findings[0], JSON.stringify(findings, null, 1)).toMatchObject({ code });
    expect(status).toBe(1);
    expect(asked).toBeLessThanOrEqual(40);
  });

  test.each(healthy)('finds no fault: %s', async (_, setUp) => {
    const { findings, asked } = await diagnose(setUp);
    expect(findings.filter(({ severity }) => severity !== 'note')).toEqual([]);
    expect(asked).toBeLessThanOrEqual(40);
  });
});

describe('one fault is one finding', () => {
  const hourBehind = (): number => Date.now() - 3_600_000;
  const throwing = () => {
    throw new TypeError('no user');
  };
  test.each<[string, SetUp, string, string]>([
    [
      '`authorize` throws',
      { endpoint: (edge) => ourEndpoint(edge, { authorize: throwing }) },
      'endpoint-fails',
      'answers 503 to a call: "Service Unavailable: The signing endpoint failed.',
    ],
    [
      'the clock of the endpoint is an hour behind',
      { edge: () => ourEdge(), endpoint: (edge) => ourEndpoint(edge, { clock: hourBehind }), hasSecret: true },
      'endpoint-clock',
      's behind the clock of the edge',
    ],
    [
      'the clock of the edge is ahead, with a 403 and the right date',
      { edge: () => nodeEdge({ clockOffset: 7200, statusOfExpired: 403 }), hasSecret: true },
      'edge-clock',
      'ahead of the clock of the signer',
    ],
    [
      'a lifetime in milliseconds',
      { edge: () => ourEdge(), endpoint: (edge) => ourEndpoint(edge, { ttl: 60_000 }) },
      'endpoint-lifetime',
      '60000 s',
    ],
    [
      'a cache keeps refusals',
      { edge: () => cacheInFront(nodeEdge(), isRefusal), endpoint: soundEndpoint },
      'edge-caches-refusals',
      'may be cached',
    ],
  ])('%s', async (_, setUp, code, message) => {
    const { findings } = await diagnose(setUp);
    expect(findings.map((each) => each.code)).toEqual([code]);
    expect(findings[0]?.message).toContain(message);
  });
});

describe('where edge and endpoint have different secrets', () => {
  const another = azion({ secret: 'another', depth: 2 });
  const third = azion({ secret: 'a third one', depth: 2 });
  test.each([
    ['that of the endpoint', another, ofFolders, 'the edge is wrong'],
    ['that of the edge', ofFolders, another, 'the endpoint has another secret or format'],
    ['that of neither', another, third, 'the edge has neither secret'],
  ])('the doctor, given %s, says who is wrong', async (_, ofEdge, ofEndpoint, sentence) => {
    const { findings } = await diagnose({
      edge: () => ourEdge({ format: ofEdge }),
      endpoint: (edge) => ourEndpoint(edge, { format: ofEndpoint }),
      hasSecret: true,
    });
    expect(findings[0]).toMatchObject({ code: 'edge-refuses-valid', message: expect.stringContaining(sentence) });
  });

  test('the doctor asks for the secret', async () => {
    const { notTried } = await diagnose({ edge: () => ourEdge({ format: another }), endpoint: ourEndpoint });
    expect(notTried.join()).toContain('whether edge or endpoint is wrong: give the secret');
  });
});

test('a token of one file that the endpoint calls one of the folder: the finding names the folder', async () => {
  const ofUrl = azion({ secret: SECRET });
  const { findings } = await diagnose({
    edge: () => ourEdge({ format: ofUrl }),
    endpoint: (edge) =>
      changed(ourEndpoint(edge, { format: ofUrl }), async (response, { method }) => {
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

test('the endpoint sees one session, as of one page', async () => {
  const seen: unknown[] = [];
  await diagnose({
    endpoint: (edge) => async (request) => {
      if (request.method === 'POST') seen.push(((await request.clone().json()) as { session?: unknown }).session);
      return soundEndpoint(edge)(request);
    },
  });
  expect(seen.length).toBeGreaterThan(2);
  expect(new Set(seen).size).toBe(1);
  expect(seen[0]).toMatch(/^[\w-]{21}[AQgw]$/);
});
