import { createHmac, createSign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { cloudCdn, cloudFront, mediaCdnToken } from '../../../../packages/server/src/index.ts';
import { HOST, malformed, rsa, SOON, verify } from '../../../support/signed-text.ts';

describe('a genuine token of Google', () => {
  const key = Buffer.alloc(16, 7);
  const base64 = key.toString('base64url');
  const cdn = cloudCdn({ keys: [{ name: 'k', key: base64 }] });
  const media = mediaCdnToken({ keys: [base64], algorithm: 'sha256', ip: '203.0.113.9' });
  const mediaVerdict = (text: string): Promise<unknown> =>
    verify(media, `${HOST}/a?hdnts=${text}~hmac=${createHmac('sha256', key).update(text).digest('hex')}`);

  test.each(['', 'https:', 'https://cdn.exam', 'https://cdn.example.com', `${HOST}/a?b`, 'x'])(
    'with the prefix %j is malformed',
    async (prefix) => {
      const encoded = Buffer.from(prefix).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
      const signed = `URLPrefix=${encoded}&Expires=${SOON}&KeyName=k`;
      const signature = createHmac('sha1', key)
        .update(signed)
        .digest('base64')
        .replaceAll('+', '-')
        .replaceAll('/', '_');
      expect(await verify(cdn, `${HOST}/a?${signed}&Signature=${signature}`)).toEqual(malformed);
      if (prefix !== '') {
        const scope = `URLPrefix=${Buffer.from(prefix).toString('base64url')}`;
        expect(await mediaVerdict(`${scope}~Expires=${SOON}`)).toEqual(malformed);
      }
    },
  );

  test.each(['', 'x', '203.0.113.0/33', '203.0.113.0/', '203.0.113.0/-1', '/', '203.0.113.0/24/8'])(
    'with the range %j is from nowhere',
    async (ranges) => {
      const text = `PathGlobs=/*~Expires=${SOON}~IPRanges=${Buffer.from(ranges).toString('base64url')}`;
      expect(await mediaVerdict(text)).toMatchObject({ status: 403 });
    },
  );
});

describe('a genuine CloudFront policy', () => {
  const format = cloudFront({ keys: [{ id: 'K', privateKey: rsa }], carrier: 'query', ip: '203.0.113.9' });
  const statement = (resource: unknown, expires: unknown, more = {}): string =>
    JSON.stringify({
      Statement: [{ Resource: resource, Condition: { DateLessThan: { 'AWS:EpochTime': expires }, ...more } }],
    });
  const verdictOf = (policy: string): Promise<unknown> => {
    const encoded = (bytes: Buffer): string =>
      bytes.toString('base64').replaceAll('+', '-').replaceAll('=', '_').replaceAll('/', '~');
    const signature = encoded(createSign('sha256').update(policy).sign(rsa));
    const search = `Policy=${encoded(Buffer.from(policy))}&Signature=${signature}&Key-Pair-Id=K&Hash-Algorithm=SHA256`;
    return verify(format, `${HOST}/a/b?${search}`);
  };

  test('for a folder is accepted', async () =>
    expect(await verdictOf(statement(`${HOST}/a/*`, SOON))).toMatchObject({ ok: true }));

  test.each([
    'null',
    '{}',
    '{"Statement":[null]}',
    ' ' + statement(`${HOST}/a/*`, SOON),
    `\ufeff${statement(`${HOST}/a/*`, SOON)}`,
    statement(5, SOON),
    statement([`${HOST}/a/*`], SOON),
    statement('*', SOON),
    statement(`${HOST}/*/b`, SOON),
    ...[String(SOON), 'never', SOON + 0.5, null].map((expires) => statement(`${HOST}/a/*`, expires)),
    statement(`${HOST}/a/*`, SOON, { DateGreaterThan: { 'AWS:EpochTime': '0' } }),
    ...[5, 'x', '203.0.113.0/99'].map((range) =>
      statement(`${HOST}/a/*`, SOON, { IpAddress: { 'AWS:SourceIp': range } }),
    ),
    statement(`${HOST}/a/*`, SOON, { IpAddress: { 'AWS:SourceIp': '203.0.113.9' }, More: {} }),
  ])('that says something else is refused: %s', async (policy) =>
    expect(await verdictOf(policy)).toMatchObject({ ok: false, status: 403 }),
  );
});
