import { encode, Tagged } from 'cborg';
import { createHmac, createSign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  cloudCdn,
  cloudFront,
  edgeAuth,
  mediaCdnToken,
  azion,
  verifyUrl,
} from '../../../../packages/server/src/index.ts';
import { commonAccessToken } from '../../../../packages/server/src/cat.ts';
import { HOST, malformed, NOW, pem, secret, SOON, utf8, verify } from '../../../support/genuine-token.ts';

/** Tokens that were made with the right key, and say something that cannot be judged. */
describe('a genuine Common Access Token', () => {
  const key = '00'.repeat(32);
  const format = commonAccessToken({ keys: [{ id: 'k', key }], ip: '203.0.113.9' });
  const header = Uint8Array.of(0xa1, 1, 5);
  const sealed = (payload: Uint8Array): string => {
    const signed = encode(['MAC0', header, new Uint8Array(), payload]);
    const mac = new Uint8Array(createHmac('sha256', Buffer.from(key, 'hex')).update(signed).digest());
    return Buffer.from([
      0xd8,
      0x3d,
      0xd1,
      ...encode([header, new Map([[4, utf8.encode('k')]]), payload, mac]),
    ]).toString('base64url');
  };
  const claims = (...entries: [unknown, unknown][]): Uint8Array =>
    encode(new Map<unknown, unknown>([[4, SOON], ...entries, [310, 1]]), { mapSorter: () => 0 });
  const address = (tag: number, ...value: unknown[]): unknown => [new Tagged(tag, value)];

  test('is accepted as it is made here', async () => {
    expect(await verify(format, `${HOST}/a?cat=${sealed(claims())}`)).toMatchObject({ ok: true });
    expect(
      await verify(format, `${HOST}/a?cat=${sealed(claims([311, address(52, 24, Uint8Array.of(203, 0, 113, 0))]))}`),
    ).toMatchObject({ ok: true });
  });

  test.each<[string, Uint8Array]>([
    ['bytes behind its claims', Uint8Array.of(...claims(), 0)],
    ['no claims', new Uint8Array()],
    ['half a claim', claims().subarray(0, 4)],
    ['a list', encode([1])],
    ['a text', encode('x')],
    ['nested deeply', new Uint8Array(5000).fill(0x81)],
    ['claims by name', claims(['x', 1])],
    [
      'a long form of its claims',
      Uint8Array.of(
        0xb8,
        ...claims()
          .subarray(0, 1)
          .map((byte) => byte & 31),
        ...claims().subarray(1),
      ),
    ],
    ['an issuer that is no text', claims([1, 5])],
    [
      'an end as text',
      encode(
        new Map<number, unknown>([
          [4, String(SOON)],
          [310, 1],
        ]),
      ),
    ],
    ['a beginning as text', claims([5, 'soon'])],
    ['methods that are no list', claims([313, 'GET'])],
    ['methods that are no texts', claims([313, [1]])],
    ['conditions that are no map', claims([312, 'x'])],
    ['conditions that are no texts', claims([312, new Map([[3, new Map([[0, 5]])]])])],
    ['a kind of match that is no map', claims([312, new Map([[3, 'x']])])],
    ['ranges that are no list', claims([311, 'x'])],
    ['a range that is a text', claims([311, ['203.0.113.0/24']])],
    ['a range of three bytes', claims([311, address(52, 24, Uint8Array.of(203, 0, 113))])],
    ['a range of the other family', claims([311, address(54, 24, Uint8Array.of(203, 0, 113, 0))])],
    ['a range of 33 bits', claims([311, address(52, 33, Uint8Array.of(203, 0, 113, 0))])],
    ['a range of no bits', claims([311, address(52, 'x', Uint8Array.of(203, 0, 113, 0))])],
    ['a range that is no list', claims([311, [new Tagged(52, 5)]])],
  ])('with %s is malformed', async (_, payload) => {
    expect(await verify(format, `${HOST}/a?cat=${sealed(payload)}`)).toMatchObject(malformed);
  });
});

describe('a genuine token of Google', () => {
  const key = Buffer.alloc(16, 7);
  const cdn = cloudCdn({ keys: [{ name: 'k', key: key.toString('base64url') }] });

  test.each(['', 'https:', 'https://cdn.exam', 'https://cdn.example.com', `${HOST}/a?b`, 'x'])(
    'with the prefix %j is malformed',
    async (prefix) => {
      const signed = `URLPrefix=${Buffer.from(prefix)
        .toString('base64url')
        .padEnd(Math.ceil(prefix.length / 3) * 4, '=')}&Expires=${SOON}&KeyName=k`;
      const signature = createHmac('sha1', key)
        .update(signed)
        .digest('base64')
        .replaceAll('+', '-')
        .replaceAll('/', '_');
      expect(await verify(cdn, `${HOST}/a?${signed}&Signature=${signature}`)).toEqual(malformed);
    },
  );

  test.each([
    ['an empty prefix', 'URLPrefix=', ''],
    ['a prefix that holds no host', `URLPrefix=${Buffer.from('https://cdn.exam').toString('base64url')}`, ''],
    ['a prefix that is no base64', 'URLPrefix=*', ''],
    ['ranges that are no base64', 'PathGlobs=/*', '~IPRanges=*'],
  ])('of tokens with %s is malformed', async (_, scope, more) => {
    const format = mediaCdnToken({ keys: [key.toString('base64url')], algorithm: 'sha256', ip: '203.0.113.9' });
    const text = `${scope}~Expires=${SOON}${more}`;
    expect(
      await verify(format, `${HOST}/a?hdnts=${text}~hmac=${createHmac('sha256', key).update(text).digest('hex')}`),
    ).toEqual(malformed);
  });

  test('with a range that cannot be read is from nowhere', async () => {
    const format = mediaCdnToken({ keys: [key.toString('base64url')], algorithm: 'sha256', ip: '203.0.113.9' });
    for (const ranges of ['', 'x', '203.0.113.0/33', '203.0.113.0/', '203.0.113.0/-1', '/', '203.0.113.0/24/8']) {
      const text = `PathGlobs=/*~Expires=${SOON}~IPRanges=${Buffer.from(ranges).toString('base64url')}`;
      const url = `${HOST}/a?hdnts=${text}~hmac=${createHmac('sha256', key).update(text).digest('hex')}`;
      expect(await verify(format, url), ranges).toMatchObject({ status: 403 });
    }
  });
});

test('a genuine CloudFront policy that says something else than sign writes is malformed', async () => {
  const format = cloudFront({ keys: [{ id: 'K', privateKey: pem }], carrier: 'query', ip: '203.0.113.9' });
  const statement = (resource: unknown, expires: unknown, more = {}): string =>
    JSON.stringify({
      Statement: [{ Resource: resource, Condition: { DateLessThan: { 'AWS:EpochTime': expires }, ...more } }],
    });
  const verdictOf = async (policy: string | Uint8Array): Promise<unknown> => {
    const encoded = (bytes: Buffer): string =>
      bytes.toString('base64').replaceAll('+', '-').replaceAll('=', '_').replaceAll('/', '~');
    const signature = encoded(createSign('sha256').update(policy).sign(pem));
    return verify(
      format,
      `${HOST}/a/b?Policy=${encoded(Buffer.from(policy))}&Signature=${signature}&Key-Pair-Id=K&Hash-Algorithm=SHA256`,
    );
  };
  expect(await verdictOf(statement(`${HOST}/a/*`, SOON))).toMatchObject({ ok: true });
  for (const policy of [
    'null',
    '[]',
    '5',
    '{}',
    '{"Statement":[]}',
    '{"Statement":[null]}',
    '{"Statement":5}',
    ' ' + statement(`${HOST}/a/*`, SOON),
    `\ufeff${statement(`${HOST}/a/*`, SOON)}`,
    statement(5, SOON),
    statement([`${HOST}/a/*`], SOON),
    statement(`${HOST}/a/*`, String(SOON)),
    statement(`${HOST}/a/*`, 'never'),
    statement(`${HOST}/a/*`, SOON + 0.5),
    statement(`${HOST}/a/*`, null),
    statement(`${HOST}/a/*`, SOON, { DateGreaterThan: { 'AWS:EpochTime': '0' } }),
    statement(`${HOST}/a/*`, SOON, { IpAddress: { 'AWS:SourceIp': 5 } }),
    statement(`${HOST}/a/*`, SOON, { IpAddress: { 'AWS:SourceIp': 'x' } }),
    statement(`${HOST}/a/*`, SOON, { IpAddress: { 'AWS:SourceIp': '203.0.113.0/99' } }),
    statement('*', SOON),
    statement(`${HOST}/*/b`, SOON),
  ]) {
    expect(await verdictOf(policy), policy).toMatchObject({ ok: false, status: 403 });
  }
});

test('what is no http(s) URL is malformed for verify as it is for verifyUrl', async () => {
  const formats = [azion({ secret }), edgeAuth({ key: '00ff' }), commonAccessToken({ keys: [{ id: 'k', key: '00' }] })];
  for (const format of formats) {
    for (const url of [
      '',
      '/a',
      'x',
      'http://',
      'https://[',
      'file:///a',
      'blob:https://h/a',
      'data:,x',
      'foo://h/a',
      'about:blank',
    ]) {
      expect(await verify(format, url), url).toEqual(malformed);
      expect(await verifyUrl(url, { format, now: NOW }), url).toEqual(malformed);
    }
    await expect((async () => format.sign(new URL('foo://h/a'), SOON))()).rejects.toThrow(/^url:/);
  }
});
