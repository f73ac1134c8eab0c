import { exportPKCS8, exportSPKI, generateKeyPair } from 'jose';
import { describe, expect, test } from 'vitest';
import { commonAccessToken } from '../../../../packages/server/src/cat.ts';
import {
  bunny,
  cloudFront,
  createEdgeHandler,
  edgeAuth,
  mediaCdnToken,
  secureLink,
} from '../../../../packages/server/src/index.ts';
import type { VerifyingTokenFormat } from '../../../../packages/server/src/index.ts';
import { jwt } from '../../../../packages/server/src/jwt.ts';
import { HOST, NOW } from '../../../support/edge.ts';
import { base64Key, hexKey, rsaKey, secret } from '../../../support/format-samples.ts';
import { requestWith } from '../../../support/token-request.ts';

/** Returns what an edge makes of a playlist for a viewer with a token of another format. */
async function served(
  format: VerifyingTokenFormat,
  viewer: VerifyingTokenFormat,
  {
    uris,
    path = '/live/7/a/i.m3u8',
    expires = NOW + 600,
    headers = {},
  }: { uris: string[]; path?: string; expires?: number; headers?: Record<string, string> },
): Promise<{ status: number; lines: string[]; asked: URL; errors: unknown[] }> {
  const errors: unknown[] = [];
  const edge = createEdgeHandler({
    format,
    origin: () => new Response(['#EXTM3U', ...uris].join('\n')),
    clock: () => NOW * 1000,
    signPlaylists: true,
    onError: (error) => errors.push(error),
  });
  const request = requestWith(HOST + path, await viewer.sign(new URL(HOST + path), expires), headers);
  const response = await edge(request);
  const [, ...lines] = (await response.text()).split('\n');
  return { status: response.status, lines, asked: new URL(request.url), errors };
}

const wide = { key: hexKey, depth: 2 };

describe('a child of a signed playlist', () => {
  test('stays unsigned at an edge that has the public key alone', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
    const [edge, viewer] = [await exportSPKI(publicKey), await exportPKCS8(privateKey)].map((key) =>
      jwt({ keys: [{ key }], algorithm: 'ES256', claims: ({ pathname }) => ({ path: pathname }) }),
    ) as [VerifyingTokenFormat, VerifyingTokenFormat];
    expect(await served(edge, viewer, { uris: ['1.ts'] })).toMatchObject({ status: 200, lines: ['1.ts'], errors: [] });
  });

  test('has the token that the viewer sent, where that opens it', async () => {
    const viewer = edgeAuth({ key: hexKey, acl: '/live/7/a/*', sessionId: 'viewer 1', payload: 'x=1&y+z' });
    const { lines, asked } = await served(edgeAuth(wide), viewer, { uris: ['1.ts', 'hd/2.ts?x=1', '/live/7/a/3.ts'] });
    for (const line of lines)
      expect(new URL(line, HOST).searchParams.get('hdnts')).toBe(asked.searchParams.get('hdnts'));
    expect(lines[1]).toMatch(/^hd\/2\.ts\?x=1&hdnts=/);
  });

  test('has one of its own path, where only the playlist opens it', async () => {
    const { lines } = await served(edgeAuth(wide), edgeAuth({ key: hexKey }), { uris: ['../b/1.ts', '/live/8/2.ts'] });
    expect(lines[0]).toContain(`?hdnts=exp=${NOW + 600}~acl=/live/7/b/1.ts~hmac=`);
    expect(lines[1]).toContain(`?hdnts=exp=${NOW + 600}~acl=/live/8/2.ts~hmac=`);
    const media = { keys: [base64Key], algorithm: 'sha256' as const };
    const globs = await served(mediaCdnToken({ ...media, depth: 2 }), mediaCdnToken(media), { uris: ['../b/1.ts'] });
    expect(globs.lines[0]).toContain(`?hdnts=PathGlobs=/live/7/b/1.ts~Expires=${NOW + 600}~hmac=`);
  });

  test.each(['a*.ts', 'a!.ts', 'a~.ts'])('has none where an access list with %s would open more', async (file) => {
    const { lines } = await served(edgeAuth(wide), edgeAuth({ key: hexKey }), { uris: [`../b/${file}`, '1.ts'] });
    expect(lines).toEqual([`../b/${file}`, expect.stringContaining('1.ts?hdnts=')]);
  });

  test('inherits a token in the path, and gets it in front of a path from the root', async () => {
    for (const [format, viewer] of [
      [bunny({ secret, depth: 1 }), bunny({ secret })],
      [secureLink({ secret, hash: '{secret}{directory}{expires}', base: '/s/{token}/{expires}' }), undefined],
    ] as const) {
      const uris = ['1.ts', 'hd/2.ts?x=1', '/live/7/a/3.ts', `${HOST}/live/7/a/4.ts`];
      const { lines, asked } = await served(format, viewer ?? format, { uris });
      expect(lines.slice(0, 2)).toEqual(uris.slice(0, 2));
      const front = asked.href.slice(0, -'i.m3u8'.length);
      expect(lines.slice(2)).toEqual([`${front}3.ts`, `${front}4.ts`]);
    }
  });

  test('has none of its own where the token of the viewer is slower: a new one would have no speed limit', async () => {
    const exact = { secret, carrier: 'query', exact: true } as const;
    const limited = bunny({ ...exact, limit: 100 });
    expect((await served(bunny(exact), limited, { uris: ['1.ts'] })).lines).toEqual(['1.ts']);
    expect((await served(limited, limited, { uris: ['1.ts'] })).lines).toEqual([expect.stringContaining('&limit=100')]);
  });

  test.each([
    [2, 'reuse is detected', true],
    [1, 'there is a single use', false],
  ])('is no use of its token (catreplay %i: %s)', async (kind, _, opensChildren) => {
    const uses: string[] = [];
    const keys = [{ id: 'k', key: hexKey }];
    const id = Uint8Array.of(7);
    const viewer = commonAccessToken({
      keys,
      claims: new Map<number, unknown>([
        [308, kind],
        [7, id],
      ]),
    });
    const format = commonAccessToken({ keys, replay: (use) => uses.push(use.id) === 1 });
    const { lines } = await served(format, viewer, { uris: ['1.ts', '2.ts', '3.ts'] });
    expect(lines.map((line) => line.includes('cat='))).toEqual(lines.map(() => opensChildren));
    expect(uses).toEqual(['07']);
  });
});

describe('a token with conditions that the edge would not write', () => {
  const headers = { 'X-Plan': 'gold' };
  const media = { keys: [base64Key], algorithm: 'sha256' as const };
  const ranges = { ipRanges: ['203.0.113.0/24'] };
  const ip = '203.0.113.9';
  const inQuery = { secret, carrier: 'query' as const, exact: true };
  const marked = { sessionId: 'session-1', data: 'mark-9' };
  const akamai = { key: hexKey, exact: true };
  const ownJwt = (more: object = {}): VerifyingTokenFormat =>
    jwt({ keys: [{ key: secret }], algorithm: 'HS256', claims: ({ pathname }) => ({ sub: pathname, ...more }) });

  test.each<[string, VerifyingTokenFormat, VerifyingTokenFormat]>([
    [
      'mediaCdnToken',
      mediaCdnToken({ ...media, ip, exact: true }),
      mediaCdnToken({ ...media, ...ranges, exact: true }),
    ],
    [
      'mediaCdnToken, session',
      mediaCdnToken({ ...media, exact: true }),
      mediaCdnToken({ ...media, ...marked, exact: true }),
    ],
    ['edgeAuth, id', edgeAuth({ ...akamai }), edgeAuth({ ...akamai, sessionId: 'session 1' })],
    ['jwt, address', ownJwt(), ownJwt({ ip: '203.0.113.7' })],
    ['bunny', bunny({ ...inQuery, country: 'BR' }), bunny({ ...inQuery, countries: ['BR'] })],
  ])('%s: becomes no token without them', async (_, format, viewer) => {
    expect(await served(format, viewer, { uris: ['1.ts'], headers })).toMatchObject({ status: 200, lines: ['1.ts'] });
    // those of the edge's own making are signed on
    expect((await served(format, format, { uris: ['1.ts'], headers })).lines[0]).not.toBe('1.ts');
  });
});

test('a token in a cookie or header cannot be put on a URL, which the log says', async () => {
  const pem = { keys: [{ id: 'K', privateKey: rsaKey }] };
  for (const format of [cloudFront(pem), edgeAuth({ key: hexKey, carrier: 'header' })]) {
    const { status, errors } = await served(format, format, { uris: ['1.ts'] });
    expect(status).toBe(502);
    expect(String(errors[0])).toEqual(expect.stringContaining('headers or cookies'));
  }
});
