import { describe, expect, test } from 'vitest';
import {
  cloudFront,
  cloudflare,
  edgeAuth,
  mediaCdn,
  mediaCdnToken,
  wowza,
} from '../../../../packages/server/src/index.ts';
import {
  HOST,
  NOW,
  SOON,
  hex,
  key32,
  refusesToSign,
  rsa,
  secret,
  sign,
  tokenOf,
  verdictOf,
} from '../../../support/signed-text.ts';

describe('mediaCdnToken', () => {
  test.each(['sha256', 'ed25519'] as const)('a path with ~ is neither signed nor accepted (%s)', async (algorithm) => {
    const format = mediaCdnToken({ keys: [key32], exact: true, algorithm });
    await refusesToSign(format, `/vod/paid.mp4~Expires=${NOW + 86_000}~Headers=foo=`);
    expect(await verdictOf(format, `${HOST}/a~b?hdnts=FullPath~Expires=${SOON}~hmac=00`)).toBe('malformed');
  });

  test('a header value with a separator is neither configured nor accepted', async () => {
    for (const value of [`~Expires=${SOON}`, 'a,BAZ=b', 'a=b', '', ' a', 'a\tb']) {
      expect(() => mediaCdnToken({ keys: [key32], headers: { Foo: value } }), value).toThrow(/^headers:/);
    }
    expect(() => mediaCdnToken({ keys: [key32], headers: { 'Foo=x': 'a' } })).toThrow(/^headers:/);
    expect(() => mediaCdnToken({ keys: [key32], headers: { Foo: 'a', FOO: 'b' } })).toThrow(/^headers:/);
    const format = mediaCdnToken({ keys: [key32], algorithm: 'sha256', headers: { Foo: 'a', BAZ: 'b' } });
    const hdnts = await tokenOf(format, '/vod/7/a', 'hdnts');
    const url = `${HOST}/vod/7/a?hdnts=`;
    expect(await verdictOf(format, url + hdnts, { foo: 'a', baz: 'b' })).toBe('ok');
    expect(await verdictOf(format, url + hdnts.replace('Foo,BAZ', 'Foo,BAZ,foo'), { foo: 'a', baz: 'b' })).toBe(
      'malformed',
    );
  });
});

describe('edgeAuth', () => {
  test('a ? in a decoded path is not the one in front of the query', async () => {
    const format = edgeAuth({ ...hex, exact: true, signQuery: true, pathForm: 'decoded' });
    await refusesToSign(format, '/a%3Fx=1');
    const hdnts = await tokenOf(format, '/a?x=1', 'hdnts');
    expect(await verdictOf(format, `${HOST}/a?x=1&hdnts=${hdnts}`)).toBe('ok');
    expect(await verdictOf(format, `${HOST}/a%3Fx=1?hdnts=${hdnts}`)).toBe('malformed');
  });

  test('~ in a path or signed query is neither signed nor accepted, unless it is escaped', async () => {
    await refusesToSign(edgeAuth({ ...hex, exact: true }), '/a~salt=x');
    await refusesToSign(edgeAuth({ ...hex, exact: true, signQuery: true }), '/a?x=~salt=x');
    expect(await verdictOf(edgeAuth({ ...hex, exact: true }), `${HOST}/a~b?hdnts=exp=${SOON}~hmac=00`)).toBe(
      'malformed',
    );
  });

  test('the delimiter of the access list stands in no pattern and in no folder, whichever it is', async () => {
    expect(() => edgeAuth({ ...hex, acl: ['/a,/*'], aclDelimiter: ',' })).toThrow(/^acl:/);
    await refusesToSign(edgeAuth({ ...hex, aclDelimiter: ',' }), '/a,b/c');
    for (const aclDelimiter of ['', '~', '*', '/', '!!', 'a'])
      expect(() => edgeAuth({ ...hex, aclDelimiter }), aclDelimiter).toThrow(/^aclDelimiter:/);
  });
});

test('cloudflare: a ? in a decoded path is not the one in front of the query', async () => {
  const format = cloudflare({ secret, ttl: 600, pathForm: 'decoded' });
  await refusesToSign(format, '/a%3Fx=1');
  const verify = await tokenOf(format, '/a?x=1', 'verify');
  expect(await verdictOf(format, `${HOST}/a%3Fx=1?verify=${encodeURIComponent(verify)}`)).toBe('malformed');
});

describe('wowza', () => {
  test('a ? in a folder ends the content path, so it is neither signed nor accepted', async () => {
    const format = wowza({ secret });
    await refusesToSign(format, '/vod/a%3Fb/x.m3u8');
    expect(await verdictOf(format, `${HOST}/vod/a%3Fb/x?wowzatokenendtime=${SOON}&wowzatokenhash=x`)).toBe('malformed');
    await expect(sign(format, '/vod/a/x%3Fb')).resolves.toBeDefined();
  });

  test('parameters are told apart in every spelling; none takes the place of one that the format makes', async () => {
    for (const params of [
      { wowzatokenx: 'a&wowzatokeny=b' },
      { wowzatokenendtime: '9999999999' },
      { 'wowzatoken=': 'x' },
    ])
      expect(() => wowza({ secret, params })).toThrow(/^params:/);
    const format = wowza({ secret });
    const { query } = await format.sign(new URL(`${HOST}/vod/7/a`), SOON);
    const url = `${HOST}/vod/7/a?${new URLSearchParams(query)}`.replaceAll('%3D', '=');
    expect(await verdictOf(format, `${url}&%77owzatokenx=1`)).toBe('malformed');
  });
});

describe('cloudFront', () => {
  const keys = [{ id: 'K', privateKey: rsa }];

  test('a canned policy is no custom one: * is not signed, and no wildcard but that of a folder accepted', async () => {
    const canned = cloudFront({ keys, carrier: 'query', exact: true });
    await refusesToSign(canned, '/vod/*');
    await refusesToSign(canned, '/vod/a?x=*');
    const { query } = await canned.sign(new URL(`${HOST}/free?paid.mp4`), SOON);
    const condition = `{"DateLessThan":{"AWS:EpochTime":${SOON}}}`;
    const policy = `{"Statement":[{"Resource":"${HOST}/free?paid.mp4","Condition":${condition}}]}`;
    const written = Buffer.from(policy).toString('base64').replaceAll('=', '_');
    const search = new URLSearchParams({ ...query, Policy: written });
    search.delete('Expires');
    expect(await verdictOf(cloudFront({ keys, carrier: 'query' }), `${HOST}/free/paid.mp4?${search}`)).toBe(
      'malformed',
    );
  });
});

test('a prefix of Google holds a whole host and a path', () => {
  for (const prefix of ['https://cdn.exam', 'https://CDN.example.com/', `${HOST}/a?b=`, '/vod/', `${HOST}/a//b/`]) {
    expect(() => mediaCdn({ keys: [{ name: 'k', key: key32 }], carrier: 'query', prefix }), prefix).toThrow(/^prefix:/);
  }
  expect(() => mediaCdn({ keys: [{ name: 'k', key: key32 }], prefix: `${HOST}/vod` })).toThrow(/^prefix:/);
});
