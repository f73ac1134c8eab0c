import { createHmac } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { encode, Tagged } from 'cborg';
import { describe, expect, test } from 'vitest';
import { commonAccessToken } from '../../../../packages/server/src/cat.ts';
import type { CatAlgorithm, CommonAccessTokenOptions } from '../../../../packages/server/src/cat.ts';
import { claimName } from '../../../../packages/server/src/cat/labels.ts';
import { askEdgeWorker } from '../../../support/akamai-edgeworkers.ts';
import type { EdgeWorkerAnswer, EdgeWorkerSituation } from '../../../support/akamai-edgeworkers.ts';
import { requestWith } from '../../../support/token-request.ts';
import type { CatVector } from '../../../support/cat-vector.ts';

const NOW = 1_795_500_000;
const key = '11'.repeat(32);
const keys = [{ id: 'key-1', key }];
const url = 'https://cdn.example.com/vod/7/index.m3u8';

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../../packages/server/vectors/cat/${name}`, import.meta.url), 'utf8'));
const known = read('keys.json') as Record<CatAlgorithm, { id: string; key?: string; public: string }[]>;
const vectors = (read('vectors.json') as CatVector[]).filter(({ options }) => options?.profile !== 'cloudfront');

/**
 * Claims that an EdgeWorker refuses because it is not told what they need, or cannot compute that; `commonAccessToken`
 * has options for them.
 */
const stricter: Readonly<Record<string, string>> = {
  'catu, SHA-512/256 of the path': 'refused: catu',
  catalpn: 'refused: catalpn',
};

const verdictOf = ({ status, log }: EdgeWorkerAnswer): string => {
  const label = /claim (\S+)$/.exec(log[0] ?? '')?.[1];
  if (status === undefined) return 'ok';
  if (status === 410) return 'expired';
  if (status !== 403) return `broken: ${status}`;
  return label === undefined ? 'refused' : `refused: ${claimName(label === 'unknown' ? '' : Number(label))}`;
};

function asked(vector: CatVector): Promise<EdgeWorkerAnswer> {
  const { algorithm = 'HS256', options = {}, now, allKeys, token, method } = vector;
  const { issuer = '', audience = '', country, ip } = options;
  const [land, region] = (country?.toUpperCase() ?? '').split('-');
  const given = known[algorithm].map(({ id, key: hex, public: pem }, i) => ({ id, hex, pem, variable: `PMUSER_${i}` }));
  const used = allKeys ? given : given.slice(0, 1);
  const settings = {
    ALGORITHM: algorithm,
    KEYS: used.map(({ id, hex, pem, variable }) => ({ id, key: hex === undefined ? pem : variable })),
    CARRIER: 'header',
    NAME: 'Common-Access-Token',
    ISSUER: issuer,
    AUDIENCE: audience,
  };
  return askEdgeWorker(new Request(vector.url, { method: method ?? 'GET', headers: { [settings.NAME]: token } }), {
    settings,
    now,
    variables: Object.fromEntries(used.map(({ variable, hex }) => [variable, hex ?? ''])),
    clientIp: ip ?? '',
    ...(country !== undefined && { userLocation: { country: land!, ...(region !== undefined && { region }) } }),
  });
}

const answered = (request: Request, situation: Partial<EdgeWorkerSituation> = {}): Promise<EdgeWorkerAnswer> =>
  askEdgeWorker(request, { now: NOW, variables: { PMUSER_CAT_KEY: key }, ...situation });
const signed = async (options: Partial<CommonAccessTokenOptions> = {}, target = url) =>
  requestWith(target, await commonAccessToken({ keys, profile: 'akamai', ...options }).sign(new URL(url), NOW + 60));

const everyone = new Tagged(52, [0, Uint8Array.of(0, 0, 0, 0)]);

/** A genuine token of these claims, whatever they are. */
function sealed(claims: ReadonlyMap<unknown, unknown>): string {
  const header = Uint8Array.of(0xa1, 1, 5);
  const payload = encode(claims, { mapSorter: () => 0 });
  const mac = createHmac('sha256', Buffer.from(key, 'hex')).update(encode(['MAC0', header, new Uint8Array(), payload]));
  const id = new Map([[4, new TextEncoder().encode('key-1')]]);
  return Buffer.from([0xd1, ...encode([header, id, payload, Uint8Array.from(mac.digest())])]).toString('base64url');
}

describe('the EdgeWorker for Akamai', () => {
  test.each(vectors.map((vector) => [vector.name, vector] as const))('vector: %s', async (name, vector) => {
    const { expected, claim } = vector;
    const isPlain = expected === 'ok' || expected === 'expired';
    const verdict = isPlain ? expected : `refused${claim === undefined ? '' : `: ${claim}`}`;
    const answer = await asked(vector);
    expect(verdictOf(answer)).toBe(stricter[name] ?? verdict);
    expect(answer.log.join().includes(vector.token)).toBe(false);
  });

  test('lets through what the format has signed, without the token', async () => {
    expect(await answered(await signed())).toMatchObject({ status: undefined, query: '', log: [] });
    const inQuery = new Request(`${(await signed()).url}&a=1&b`);
    expect(await answered(inQuery)).toMatchObject({ status: undefined, query: 'a=1&b' });
    const settings = { CARRIER: 'header', NAME: 'Common-Access-Token' };
    const inHeader = await answered(await signed({ carrier: 'header' }), { settings });
    expect(inHeader).toMatchObject({ status: undefined, removed: ['Common-Access-Token'] });
  });

  test.each<[string, string, Partial<EdgeWorkerSituation>, number]>([
    ['another folder', 'https://cdn.example.com/vod/8/index.m3u8', {}, 403],
    ['another host', 'https://cdn.example.org/vod/7/index.m3u8', {}, 403],
    ['another port', 'https://cdn.example.com:8443/vod/7/index.m3u8', {}, 403],
    ['the second of its end', url, { now: NOW + 60 }, 410],
    ['no variable for the key', url, { variables: {} }, 503],
    ['a key that is not hex', url, { variables: { PMUSER_CAT_KEY: 'not hex, and of no byte' } }, 503],
    ['a key of fifteen bytes', url, { variables: { PMUSER_CAT_KEY: '11'.repeat(15) } }, 503],
    ['another key', url, { variables: { PMUSER_CAT_KEY: '22'.repeat(32) } }, 403],
    ['an algorithm that is not the one of the key', url, { settings: { ALGORITHM: 'ES256' } }, 503],
    ['a path that leads out of it', 'https://cdn.example.com/vod/7/%2e%2e%2f8/a', {}, 403],
    ['a folder above with a parameter', 'https://cdn.example.com/vod/7/..%3bx/a', {}, 403],
    ['dots that are encoded twice', 'https://cdn.example.com/vod/7/%252e%252e/a', {}, 403],
    ['bytes that are no text', 'https://cdn.example.com/vod/7/%ff/a', {}, 403],
    ['two slashes', 'https://cdn.example.com/vod/7//a', {}, 403],
  ])('refuses %s', async (_, target, situation, status) => {
    expect((await answered(await signed({}, target), situation)).status).toBe(status);
  });

  test('a token twice, none, in another spelling, or one that was changed is refused', async () => {
    const { url: at } = await signed();
    const changed = at.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
    for (const wrong of [`${at}&CAT=x`, `${at}&cat=x`, `${at}&%43AT=x`, url, `${url}?CAT=`, `${at}=`, changed])
      expect((await answered(new Request(wrong))).status, wrong).toBe(403);
  });

  test('of a token there is one spelling, and a token of more than 8192 characters is none', async () => {
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const ends = [];
    for (const sub of ['x', 'xx', 'xxx', 'x'.repeat(7000)]) {
      const { url: at } = await signed({ claims: new Map([[2, sub]]) });
      // the last bit of a text whose bytes end before it says nothing
      const other = at.slice(0, -1) + letters[letters.indexOf(at.at(-1)!) ^ 1]!;
      ends.push([(await answered(new Request(at))).status, (await answered(new Request(other))).status]);
    }
    expect(ends).toEqual([
      [undefined, 403],
      [undefined, 403],
      [undefined, 403],
      [403, 403],
    ]);
  });

  test.each([
    ['203.0.113.0/24', '203.0.113.9', undefined],
    ['203.0.113.0/25', '203.0.113.129', 403],
    ['203.0.113.9', '203.0.113.9', undefined],
    ['0.0.0.0/0', '198.51.100.1', undefined],
    ['2001:db8::/33', '2001:db8:7fff::1', undefined],
    ['2001:db8::/33', '2001:db8:8000::1', 403],
    ['2001:db8::1', '2001:db8::1', undefined],
    ['::/0', '203.0.113.9', 403],
    ['2001:db8::/32', '2001:db8::1::', 403],
    ['2001:db8::/32', '', 403],
  ])('of %s, for a client at %s: %s', async (range, clientIp, status) => {
    expect((await answered(await signed({ ipRanges: [range] }), { clientIp })).status).toBe(status);
  });

  test.each<[string, unknown, unknown]>([
    ['a part of a URI that is named by text', 312, new Map([['3', new Map([[1, '/vod/']])]])],
    ['such a part without a condition', 312, new Map([['3', new Map()]])],
    ['a range with something behind its network', 311, [everyone, new Tagged(52, [0, Uint8Array.of(0, 0, 0, 0), 1])]],
    ['a range of less than no bits', 311, [everyone, new Tagged(52, [-1, Uint8Array.of(0, 0, 0, 0)])]],
    ['a range of more bits than an address has', 311, [everyone, new Tagged(52, [33, Uint8Array.of(0, 0, 0, 0)])]],
  ])('refuses %s, as commonAccessToken does', async (_, label, value) => {
    const format = commonAccessToken({ keys, profile: 'akamai', ip: '203.0.113.9' });
    const verdicts = [];
    for (const claim of [[311, [everyone]] as const, [label, value] as const]) {
      const asked = new Request(`${url}?CAT=${sealed(new Map<unknown, unknown>([[4, NOW + 60], claim]))}`);
      const { ok } = await format.verify(asked, NOW);
      verdicts.push([ok, (await answered(asked, { clientIp: '203.0.113.9' })).status]);
    }
    expect(verdicts).toEqual([
      [true, undefined],
      [false, 403],
    ]);
  });

  test('refusals are readable by pages and kept by no cache; preflights pass; other methods do not', async () => {
    const { headers } = await answered(new Request(url));
    expect(headers).toMatchObject({ 'Access-Control-Allow-Origin': '*', 'Cache-Control': 'no-store' });
    const asks = { 'Access-Control-Request-Headers': 'range' };
    const preflight = await answered(new Request(url, { method: 'OPTIONS', headers: asks }));
    expect(preflight).toMatchObject({ status: 204, headers: { 'Access-Control-Allow-Headers': 'range' } });
    const at = (await signed()).url;
    expect((await answered(new Request(at, { method: 'POST' }))).status).toBe(403);
    expect((await answered(new Request(at, { method: 'HEAD' }))).status).toBeUndefined();
  });

  test('is a code bundle: its folder holds the modules it names, and what EdgeWorkers demands', () => {
    const folder = new URL('../../../../packages/server/akamai/', import.meta.url);
    const files = readdirSync(folder);
    expect(files.sort()).toEqual(['bundle.json', 'cbor.js', 'claims.js', 'cose.js', 'main.js', 'settings.js']);
    const imported = files.flatMap((file) =>
      [...readFileSync(new URL(file, folder), 'utf8').matchAll(/ from '([^']+)'/g)].map(([, name]) => name!),
    );
    const modules = imported.filter((name) => !name.startsWith('./'));
    expect([...new Set(modules)].sort()).toEqual(['crypto', 'encoding', 'log']);
    const { 'edgeworker-version': version } = JSON.parse(
      readFileSync(new URL('bundle.json', folder), 'utf8'),
    ) as Record<string, string>;
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  });
});
