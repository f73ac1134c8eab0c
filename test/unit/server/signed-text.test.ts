import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  bunny,
  cloudCdn,
  cloudFront,
  cloudflare,
  edgeAuth,
  mediaCdn,
  mediaCdnToken,
  secureLink,
  secureLinkLayouts as layouts,
  secureToken,
  wowza,
} from '../../../packages/server/src/index.ts';
import type { TokenFormat } from '../../../packages/server/src/index.ts';
import { cloudflareStream, mux } from '../../../packages/server/src/jwt.ts';
import { commonAccessToken } from '../../../packages/server/src/cat.ts';
import { requestWith } from '../../support/token-request.ts';

const NOW = 1_795_500_000;
const SOON = NOW + 300;
const HOST = 'https://cdn.example.com';
const secret = 'a secret of thirty-two characters';
const hex = { key: '00ff'.repeat(16) };
const key32 = Buffer.from(secret.slice(0, 32)).toString('base64url');
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

const sign = async (format: TokenFormat, path: string, expires = SOON): Promise<unknown> => format.sign(new URL(HOST + path), expires);
const refusesToSign = async (format: TokenFormat, path: string): Promise<void> => {
  await expect(sign(format, path), path).rejects.toMatchObject({ code: 'ERR_OPTIONS', message: expect.stringMatching(/^url:/) });
  expect(() => format.opens!(new URL(HOST + path)), path).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
};
const verdictOf = async (format: TokenFormat, url: string, headers = {}): Promise<string> => {
  const verdict = await format.verify({ url, headers: new Headers(headers) }, NOW);
  return verdict.ok ? 'ok' : verdict.reason;
};
const tokenOf = async (format: TokenFormat, path: string, name: string, expires = SOON): Promise<string> =>
  (await format.sign(new URL(HOST + path), expires)).query?.[name] ?? '';

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
    // the same signed text, said with one header instead of two
    expect(await verdictOf(format, url + hdnts.replace('Headers=Foo,BAZ', 'Headers=Foo'), { foo: 'a,BAZ=b' })).toBe('malformed');
    expect(await verdictOf(format, url + hdnts.replace('Foo,BAZ', 'Foo,BAZ,foo'), { foo: 'a', baz: 'b' })).toBe('malformed');
  });

  test('a pattern with a comma would be two patterns', () => {
    expect(() => mediaCdnToken({ keys: [key32], pathGlobs: ['/a,/*'] })).toThrow(/^pathGlobs:/);
    expect(() => mediaCdnToken({ keys: [key32], pathGlobs: [] })).toThrow(/^pathGlobs:/);
    for (const option of ['sessionId', 'data'] as const) {
      expect(() => mediaCdnToken({ keys: [key32], [option]: 'a~b' })).toThrow(new RegExp(`^${option}:`));
      expect(() => mediaCdnToken({ keys: [key32], [option]: 'a\ud800' })).toThrow(new RegExp(`^${option}:`));
    }
  });
});

describe('bunny', () => {
  const exact = (version: 2 | 3, more = {}): TokenFormat => bunny({ secret, carrier: 'query', exact: true, version, ...more });

  test.each([2, 3] as const)('version %i: a signed query has one spelling and no separators in it', async (version) => {
    for (const query of [
      'a=1%26token_path=/vod/',
      'a=1%26token_path%3D%2Fvod%2F',
      'a=b%3Dc',
      'a=b=c',
      '1a=b',
      'x1795500000y=b',
      'xtoken_path=%2F',
      'a',
      'a=',
      '=b',
      'a=1&&b=2',
      '?',
      '%61=1',
      'a=%41',
      'a=1+2',
      'a%3D=1',
    ]) {
      await refusesToSign(exact(version), `/vod/?${query}`);
    }
    await expect(sign(exact(version), '/vod/?b=1&a=%26'.replace('%26', '%20'))).resolves.toBeDefined();
  });

  test('the HMAC of a file is not that of a folder, whatever its query says', async () => {
    const folder = bunny({ secret, carrier: 'query' });
    const url = (token: string): string => `${HOST}/vod/premium/x?token=${token}&a=1&token_path=%2Fvod%2F&expires=${SOON}`;
    const token = await tokenOf(folder, '/vod/x', 'token');
    expect(await verdictOf(folder, url(token))).toBe('malformed');
  });

  test('a path with an expiry and parameters in it is neither signed nor accepted', async () => {
    const inPath = `/vod/${SOON}token_path=/vod/&z=/x.ts`;
    for (const format of [bunny({ secret }), bunny({ secret, exact: true }), exact(3), bunny({ secret, carrier: 'query' })]) {
      await refusesToSign(format, inPath);
    }
    expect(await verdictOf(exact(3), `${HOST}${inPath}?token=HS256-${'A'.repeat(43)}&expires=${SOON}`)).toBe('malformed');
  });

  test('digits of the expiry at the end of a path do not run into it', async () => {
    const long = `/vod/paid.mp4${SOON}`;
    await refusesToSign(exact(3), `${long}?1795500000v=1`);
    const token = await tokenOf(exact(3), `${long}?v=1`, 'token');
    expect(await verdictOf(exact(3), `${HOST}/vod/paid.mp4?token=${token}&${SOON}v=1&expires=${SOON}`)).toBe('malformed');
  });

  test('options that are written into the token have no separators in them', () => {
    for (const [name, value] of [
      ['limit', '5&token_path=/'],
      ['limit', 0.5],
      ['countries', ['CA&token_path=/']],
      ['countries', []],
      ['countriesBlocked', ['ca']],
      ['tokenPath', '/a//b/'],
      ['tokenPath', '/../'],
      ['ip', '1.2.3'],
    ] as const) {
      expect(() => bunny({ secret, [name]: value }), name).toThrow(new RegExp(`^${name}:`));
    }
  });

  test('version 2 with an IPv6 address signs no query, into which the address would run', async () => {
    await refusesToSign(exact(2, { ip: 'abcd::1' }), '/a?ab=1');
    await expect(sign(exact(2, { ip: '1.2.3.4' }), '/a?ab=1')).resolves.toBeDefined();
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
    expect(await verdictOf(edgeAuth({ ...hex, exact: true }), `${HOST}/a~b?hdnts=exp=${SOON}~hmac=00`)).toBe('malformed');
    await expect(sign(edgeAuth({ ...hex, exact: true, escape: true }), '/a~b')).resolves.toBeDefined();
    await expect(sign(edgeAuth({ ...hex, exact: true }), '/a?x=~')).resolves.toBeDefined();
  });

  test('the delimiter of the access list stands in no pattern and in no folder, whichever it is', async () => {
    expect(() => edgeAuth({ ...hex, acl: ['/a!/*'] })).toThrow(/^acl:/);
    expect(() => edgeAuth({ ...hex, acl: ['/a,/*'], aclDelimiter: ',' })).toThrow(/^acl:/);
    expect(() => edgeAuth({ ...hex, acl: [''] })).toThrow(/^acl:/);
    await refusesToSign(edgeAuth({ ...hex, aclDelimiter: ',' }), '/a,b/c');
    for (const aclDelimiter of ['', '~', '*', '?', '/', '!!', 'a']) {
      expect(() => edgeAuth({ ...hex, aclDelimiter }), aclDelimiter).toThrow(/^aclDelimiter:/);
    }
  });

  test('what is written into the token has no ~ in it', () => {
    for (const option of ['sessionId', 'payload', 'salt'] as const) {
      expect(() => edgeAuth({ ...hex, [option]: 'a~data=b' })).toThrow(new RegExp(`^${option}:`));
      expect(() => edgeAuth({ ...hex, escape: true, [option]: 'a\ud800' })).toThrow(new RegExp(`^${option}:`));
    }
    expect(() => edgeAuth({ ...hex, ip: '1.2.3.4~st=1' })).toThrow(/^ip:/);
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

  test('parameters are told apart in every spelling, and none takes the place of one that the format makes', async () => {
    for (const params of [
      { wowzatokenx: 'a&wowzatokeny=b' },
      { wowzatokenx: 'a b' },
      { wowzatokenx: '' },
      { wowzatokenendtime: '9999999999' },
      { wowzatokenHash: 'x' },
      { 'wowzatoken=': 'x' },
    ]) {
      expect(() => wowza({ secret, params })).toThrow(/^params:/);
    }
    const format = wowza({ secret });
    const { query } = await format.sign(new URL(`${HOST}/vod/7/a`), SOON);
    const url = `${HOST}/vod/7/a?${new URLSearchParams(query)}`.replaceAll('%3D', '=');
    expect([await verdictOf(format, url), await verdictOf(format, `${url}&%77owzatokenx=1`)]).toEqual(['ok', 'malformed']);
  });
});

describe('secureLink', () => {
  const bound = (ip: string, layout: object = layouts.gcore): TokenFormat =>
    secureLink({ secret, ...layouts.gcore, ...layout, ...(ip && { ip }) });

  test('an address behind the path is not a part of the path: one of the two readings is refused', async () => {
    const hash = { hash: '{expires}{path}{ip} {secret}' };
    const signatures = async (path: string, ip: string): Promise<string> =>
      tokenOf(bound(ip, hash), path, 'md5').catch(() => 'refused');
    for (const [[path, ip], [other, address]] of [
      [['/ch', '11.2.3.4'], ['/ch1', '1.2.3.4']],
      [['/a.m3u', '85.1.1.1'], ['/a.m3u8', '5.1.1.1']],
      [['/a', '1.2.3.4'], ['/a1.2.3.4', '']],
      [['/a', '2001:db8::1'], ['/a200', '1:db8::1']],
    ] as const) {
      const [one, two] = [await signatures(path, ip), await signatures(other, address)];
      expect([one, two]).toContain('refused');
      expect(one).not.toBe(two);
    }
    expect(await signatures('/a.m3u8', '5.1.1.1')).not.toBe('refused');
    expect(await signatures('/ch', '11.2.3.4')).not.toBe('refused');
    await refusesToSign(bound('1.2.3.4'), '/ch1');
    expect(await verdictOf(bound('1.2.3.4'), `${HOST}/ch1?md5=${'A'.repeat(22)}&expires=${SOON}`)).toBe('malformed');
  });

  test('digits of a repeating expiry are not those of the path and the address', async () => {
    const basic = (ip: string): TokenFormat => secureLink({ secret, ...layouts.bunnyBasic, ip });
    for (const format of [basic, (ip: string) => bunny({ secret, version: 2, exact: true, ip })]) {
      await expect(sign(format('11.2.3.4'), '/a', 1_111_111_111)).rejects.toThrow(/^url:/);
      await expect(sign(format('1.2.3.4'), '/a1', 1_111_111_111)).rejects.toThrow(/^url:/);
      await expect(sign(format('1.2.3.4'), '/a1')).resolves.toBeDefined();
    }
    const url = `${HOST}/a1?token=${'A'.repeat(22)}&expires=1111111111`;
    expect(await basic('1.2.3.4').verify({ url, headers: new Headers() }, 1_111_111_000)).toMatchObject({ reason: 'malformed' });
  });

  test('a template has one path, and nothing that is no placeholder', () => {
    for (const hash of ['{secret}{path}{directory}{expires}', '{secret}{uri}{path}{expires}', '{ip}{relativePath}{expires}{secret}']) {
      expect(() => secureLink({ secret, ...layouts.keyCdn, hash }), hash).toThrow(/^hash:/);
    }
  });

  test('in a rotation no secret is another one with a path', async () => {
    expect(() => secureToken({ secrets: ['key', 'key/vod'] })).toThrow(/^secret:/);
    expect(() => secureLink({ secrets: ['my key', 'key'], ...layouts.keyCdn })).toThrow(/^secret:/);
    expect(() => secureToken({ secrets: ['my key', 'key', 'key2', 'key'] })).not.toThrow();
  });
});

describe('cloudFront', () => {
  const keys = [{ id: 'K', privateKey: rsa }];

  test('a canned policy is no custom one: * is not signed, and other wildcards than that of a folder are not accepted', async () => {
    const canned = cloudFront({ keys, carrier: 'query', exact: true });
    await refusesToSign(canned, '/vod/*');
    await refusesToSign(canned, '/vod/a?x=*');
    const { query } = await canned.sign(new URL(`${HOST}/free?paid.mp4`), SOON);
    const policy = `{"Statement":[{"Resource":"${HOST}/free?paid.mp4","Condition":{"DateLessThan":{"AWS:EpochTime":${SOON}}}}]}`;
    const written = Buffer.from(policy).toString('base64').replaceAll('=', '_');
    const search = new URLSearchParams({ ...query, Policy: written });
    search.delete('Expires');
    expect(await verdictOf(cloudFront({ keys, carrier: 'query' }), `${HOST}/free/paid.mp4?${search}`)).toBe('malformed');
  });
});

test('a prefix of Google holds a whole host and a path', () => {
  for (const prefix of ['https://cdn.exam', 'https://cdn.example.com', 'https://CDN.example.com/', `${HOST}/a?b=`, '', '/vod/', `${HOST}/a//b/`]) {
    expect(() => mediaCdn({ keys: [{ name: 'k', key: key32 }], carrier: 'query', prefix }), prefix).toThrow(/^prefix:/);
  }
  expect(() => mediaCdn({ keys: [{ name: 'k', key: key32 }], prefix: `${HOST}/vod` })).toThrow(/^prefix:/);
});

test('claims of the team take the place of none that the format makes', () => {
  const keys = [{ id: 'k', key: rsa }];
  for (const name of ['sub', 'aud', 'kid', 'exp']) {
    expect(() => mux({ keys, params: { [name]: 'x' } })).toThrow(/^params:/);
    if (name !== 'aud') expect(() => cloudflareStream({ keys, params: { [name]: 'x' } })).toThrow(/^params:/);
  }
  for (const label of [4, 310, 312]) {
    expect(() => commonAccessToken({ keys: [{ id: 'k', ...hex }], claims: new Map([[label, 1]]) })).toThrow(/^claims:/);
  }
});

test('a text where a number is due switches nothing off', async () => {
  const media = { keys: [key32] };
  const google = { keys: [{ name: 'k', key: key32 }] };
  const makers: Record<string, (option: object) => unknown> = {
    secureToken: (option) => secureToken({ secret, ...option }),
    secureLink: (option) => secureLink({ secret, ...layouts.keyCdn, ...option }),
    cloudflare: (option) => cloudflare({ secret, ttl: 60, ...option }),
    bunny: (option) => bunny({ secret, ...option }),
    edgeAuth: (option) => edgeAuth({ ...hex, ...option }),
    mediaCdnToken: (option) => mediaCdnToken({ ...media, ...option }),
    mediaCdn: (option) => mediaCdn({ ...google, ...option }),
    wowza: (option) => wowza({ secret, ...option }),
    cloudFront: (option) => cloudFront({ keys: [{ id: 'K', privateKey: rsa }], ...option }),
    mux: (option) => mux({ keys: [{ id: 'k', key: rsa }], ...option }),
    cloudflareStream: (option) => cloudflareStream({ keys: [{ id: 'k', key: rsa }], ...option }),
    cat: (option) => commonAccessToken({ keys: [{ id: 'k', ...hex }], ...option }),
  };
  const timed: Record<string, readonly string[]> = {
    startsAt: ['edgeAuth', 'mediaCdnToken', 'wowza', 'cloudFront'],
    depth: ['secureLink', 'bunny', 'edgeAuth', 'mediaCdnToken', 'mediaCdn', 'cloudFront', 'cat'],
    validity: ['secureLink'],
    ttl: ['cloudflare'],
    maxTtl: Object.keys(makers),
  };
  for (const [option, names] of Object.entries(timed)) {
    for (const name of names) {
      for (const value of ['60', '1795500000', NaN, -1, null]) {
        expect(() => makers[name]!({ [option]: value }), `${name} ${option} ${value}`).toThrow(
          expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringMatching(`^${option}:`) }),
        );
      }
    }
  }
  for (const make of Object.values(makers)) {
    const format = make({}) as TokenFormat;
    const path = format.name === 'mux' ? '/abc.m3u8' : `/${'0'.repeat(32)}/a.m3u8`;
    await expect(sign(format, path, String(SOON) as never), format.name).rejects.toMatchObject({ code: 'ERR_OPTIONS' });
    const token = await format.sign(new URL(HOST + path), SOON);
    for (const now of [NaN, '1795500000'] as never[]) {
      expect(await format.verify(requestWith(HOST + path, token), now), format.name).toMatchObject({ reason: 'malformed' });
    }
  }
});

test('a parameter of another kind of token that would stay in the URL is not signed over', async () => {
  const google = { keys: [{ name: 'k', key: key32 }] };
  await refusesToSign(bunny({ secret, carrier: 'query', exact: true }), '/a?token_path=/');
  await refusesToSign(bunny({ secret, carrier: 'query', ignoreParams: true }), '/a?limit=5');
  await refusesToSign(wowza({ secret }), '/vod/a?wowzatokenstarttime=1795500000');
  await refusesToSign(mediaCdn({ ...google, carrier: 'query', exact: true }), '/a?URLPrefix=x');
  await refusesToSign(cloudFront({ keys: [{ id: 'K', privateKey: rsa }], carrier: 'query', hash: 'SHA1' }), '/a?Hash-Algorithm=SHA256');
});

describe('secureLink', () => {
  const sample = { query: { t: '{token}', e: '{expires}' } };

  test.each([
    ['{expires}{path}{ip} {secret}', ['correct horse', 'horse']],
    ['{expires}{path}{ip}{secret}', ['bx', 'x']],
    ['{secret}{ip}{path}{expires}', ['s', 's1']],
    ['{secret}:{relativePath}:{expires}', ['k:x', 'k']],
    ['{path}{secret}{expires}', ['x', 'ax']],
    ['{expires}{path}{ip} {secret}', ['2summer', 'summer']],
  ])('%s: of two secrets, none is the beginning or the end of the other (%j)', (hash, secrets) => {
    expect(() => secureLink({ secrets, hash, ...sample })).toThrow(/^secret: /);
    expect(() => secureLink({ secrets: ['one secret', 'another'], hash, ...sample })).not.toThrow();
    expect(() => secureLink({ secrets: ['summer', 'summer2'], ...layouts.nginx }), 'where nothing variable follows').not.toThrow();
  });

  test('a path, a time and an address with nothing between need a decimal time', () => {
    const hash = '{secret}{path}{expires}{ip}';
    expect(() => secureLink({ secret: 's', hash, time: 'hex', ...sample })).toThrow(/^hash: /);
    expect(() => secureLink({ secret: 's', hash: '{secret}{path}1{expires}{ip}', ...sample })).toThrow(/^hash: /);
    expect(() => secureLink({ secret: 's', hash, ...sample })).not.toThrow();
  });

  test.each(['{secret}:{expires}:{ip}:{relativePath}', '{secret}{expires}{ip}1{relativePath}', '{secret}{expires}{path}:{ip}', '{secret}{expires}{path}.{ip}'])(
    '%s: what stands between path and address could be of either',
    (hash) => expect(() => secureLink({ secret: 's', hash, ...sample })).toThrow(/^hash: /),
  );
});

test('every format whose token travels in cookies names them', () => {
  const google = { keys: [{ name: 'k', key: key32 }] };
  expect(edgeAuth({ key: '00ff', carrier: 'cookie' }).cookies).toEqual(['hdnts']);
  expect(edgeAuth({ key: '00ff' }).cookies).toEqual([]);
  expect(cloudCdn({ ...google, carrier: 'cookie' }).cookies).toEqual(['Cloud-CDN-Cookie']);
  expect(mediaCdnToken({ keys: [key32], carrier: 'cookie', param: 'x' }).cookies).toEqual(['x']);
  expect(commonAccessToken({ keys: [{ id: 'k', key: '00ff' }], carrier: 'cookie' }).cookies).toEqual(['CTA-Common-Access-Token']);
});
