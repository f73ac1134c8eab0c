// Writes packages/server/vectors/cat: node test/support/cat-vectors.mjs
// Tokens are put together here from CBOR of their own and from node:crypto, so that they owe nothing to what they test.
// ES256 and PS256 sign anew each time: a run changes those tokens.
import { createHash, createHmac, createPrivateKey, generateKeyPairSync, sign, constants } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const folder = new URL('../../packages/server/vectors/cat/', import.meta.url);
const NOW = 1_795_500_000;
const url = 'https://cdn.example.com/vod/7/index.m3u8';

/** The head of an item: major type and number, as short as it can be. */
const head = (/** @type {number} */ major, /** @type {number} */ number) => {
  const bits = major << 5;
  if (number < 24) return [bits | number];
  if (number < 256) return [bits | 24, number];
  if (number < 65_536) return [bits | 25, number >> 8, number & 255];
  return [bits | 26, (number >>> 24) & 255, (number >>> 16) & 255, (number >>> 8) & 255, number & 255];
};
class Tag {
  /** @param {number} tag @param {unknown} value */
  constructor(tag, value) {
    this.tag = tag;
    this.value = value;
  }
}
/** CBOR; entries stand as they are given, also twice. @returns {number[]} */
const cbor = (/** @type {unknown} */ value) => {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === 'string') return [...head(3, Buffer.byteLength(value)), ...Buffer.from(value)];
  if (value instanceof Uint8Array) return [...head(2, value.length), ...value];
  if (value instanceof Tag) return [...head(6, value.tag), ...cbor(value.value)];
  if (value instanceof Map) return entries([...value]);
  if (Array.isArray(value)) return [...head(4, value.length), ...value.flatMap(cbor)];
  throw new TypeError('no CBOR for this');
};
const entries = (/** @type {[unknown, unknown][]} */ pairs) => [
  ...head(5, pairs.length),
  ...pairs.flatMap(([key, value]) => [...cbor(key), ...cbor(value)]),
];
const bytes = (/** @type {string | number[]} */ value) => Uint8Array.from(Buffer.from(value));
const map = (/** @type {[unknown, unknown][]} */ ...pairs) => new Map(pairs);

const keyFile = new URL('keys.json', folder);
/** Keys of the vectors, kept so that vectors that others hold stay good. */
const keys = existsSync(keyFile)
  ? JSON.parse(readFileSync(keyFile, 'utf8'))
  : (() => {
      const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
      const pair = (/** @type {import('node:crypto').KeyPairKeyObjectResult} */ { privateKey, publicKey }) => ({
        private: privateKey.export({ type: 'pkcs8', format: 'pem' }),
        public: publicKey.export({ type: 'spki', format: 'pem' }),
      });
      return {
        note: 'These keys are published: use them for tests alone.',
        HS256: [
          { id: 'k1', key: '403697de87af64611c1d32a05dab0fe1fcb715a86ab435f1ec99192d79569388' },
          { id: 'k2', key: '00'.repeat(32) },
        ],
        ES256: [{ id: 'ec1', ...pair(ec) }],
        PS256: [{ id: 'rsa1', ...pair(rsa) }],
      };
    })();

const algorithms = { HS256: 5, ES256: -7, PS256: -37 };
/** @typedef {'HS256' | 'ES256' | 'PS256'} Algorithm */

/**
 * A token.
 * @param {object} shape
 * @param {Algorithm} [shape.algorithm]
 * @param {number[]} [shape.tags] bytes in front
 * @param {'unprotected' | 'protected' | 'absent'} [shape.kid]
 * @param {string} [shape.id]
 * @param {number} [shape.alg] what the header says
 * @param {number[]} [shape.behind]
 * @param {[unknown, unknown][]} [shape.more] further unprotected headers
 * @param {number[]} payload
 */
const tokenOf = (shape, payload) => {
  const { algorithm = 'HS256', kid = 'unprotected', behind = [], more = [] } = shape;
  const isMac = algorithm === 'HS256';
  const { tags = [0xd8, 61, isMac ? 0xd1 : 0xd2], alg = algorithms[algorithm] } = shape;
  const { id = keys[algorithm][0].id } = shape;
  const named = /** @type {[unknown, unknown][]} */ ([[4, bytes(id)]]);
  const header = bytes(entries([[1, alg], ...(kid === 'protected' ? named : [])]));
  const unprotected = entries([...(kid === 'unprotected' ? named : []), ...more]);
  const claims = bytes(payload);
  const signed = bytes(cbor([isMac ? 'MAC0' : 'Signature1', header, new Uint8Array(), claims]));
  const own = keys[algorithm].find((/** @type {{ id: string }} */ each) => each.id === id) ?? keys[algorithm][0];
  const signature = isMac
    ? createHmac('sha256', Buffer.from(own.key, 'hex')).update(signed).digest()
    : sign('sha256', signed, {
        key: createPrivateKey(own.private),
        ...(algorithm === 'ES256'
          ? { dsaEncoding: /** @type {const} */ ('ieee-p1363') }
          : { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }),
      });
  const parts = [cbor(header), unprotected, cbor(claims), cbor(Uint8Array.from(signature))];
  return Buffer.from([...tags, ...head(4, 4), ...parts.flat(), ...behind]).toString('base64url');
};

const exp = /** @type {[unknown, unknown]} */ ([4, NOW + 300]);
const claims = (/** @type {[unknown, unknown][]} */ ...more) => entries([exp, ...more, [310, 1]]);
const plain = claims();
const opens = map([3, map([1, '/vod/7/'])]);
/** @type {object[]} */
const vectors = [];
/**
 * @param {string} name
 * @param {string} token
 * @param {string} expected `ok`, or the reason of the refusal
 * @param {object} [more] `claim` that speaks against it, options of the verifier, request
 */
const add = (name, token, expected, more = {}) => vectors.push({ name, token, url, now: NOW, ...more, expected });
const refused = (/** @type {string} */ claim) => ({ claim });

/** Shapes. */
for (const [name, tags] of /** @type {[string, number[]][]} */ ([
  ['no tag', []],
  ['tag 17 in one byte', [0xd1]],
  ['tag 17 in two bytes', [0xd8, 17]],
  ['61(17)', [0xd8, 61, 0xd1]],
  ['61(17), 17 in two bytes', [0xd8, 61, 0xd8, 17]],
]))
  for (const kid of /** @type {const} */ (['unprotected', 'protected', 'absent']))
    add(`HS256, ${name}, kid ${kid}`, tokenOf({ tags, kid }, plain), 'ok');
for (const algorithm of /** @type {const} */ (['ES256', 'PS256']))
  for (const [name, tags] of /** @type {[string, number[]][]} */ ([
    ['no tag', []],
    ['tag 18 in one byte', [0xd2]],
    ['tag 18 in two bytes', [0xd8, 18]],
    ['61(18)', [0xd8, 61, 0xd2]],
    ['61(18), 18 in two bytes', [0xd8, 61, 0xd8, 18]],
  ]))
    add(`${algorithm}, ${name}`, tokenOf({ algorithm, tags }, plain), 'ok', { algorithm });
add('kid absent, with two keys', tokenOf({ kid: 'absent' }, plain), 'signature', { allKeys: true });
add('the second of two keys', tokenOf({ id: 'k2' }, plain), 'ok', { allKeys: true });
add('kid as text, as one library writes it', tokenOf({ kid: 'absent', more: [[4, 'k1']] }, plain), 'ok', {
  allKeys: true,
});
add('kid as text, of another key', tokenOf({ kid: 'absent', more: [[4, 'k2']] }, plain), 'signature');
add('kid as a number', tokenOf({ kid: 'absent', more: [[4, 1]] }, plain), 'malformed');
add('kid of another key', tokenOf({ id: 'k2' }, plain), 'signature');
add('kid in both headers', tokenOf({ kid: 'protected', more: [[4, bytes('k1')]] }, plain), 'malformed');
add('a second tag 61', tokenOf({ tags: [0xd8, 61, 0xd8, 61, 0xd1] }, plain), 'malformed');
add('tag 61 without one inside', tokenOf({ tags: [0xd8, 61] }, plain), 'malformed');
add('17 within 18', tokenOf({ tags: [0xd2, 0xd1] }, plain), 'malformed');
add('17 outside of 61', tokenOf({ tags: [0xd1, 0xd8, 61] }, plain), 'malformed');
add('a tag of something else (18, of a MAC)', tokenOf({ tags: [0xd8, 61, 0xd2] }, plain), 'signature');
add('a tag of another kind of message (16)', tokenOf({ tags: [0xd0] }, plain), 'malformed');
add('a byte behind it', tokenOf({ behind: [0] }, plain), 'malformed');
add(
  'a list of indefinite length',
  Buffer.from([0x9f, ...Buffer.from(tokenOf({ tags: [] }, plain), 'base64url').subarray(1), 0xff]).toString(
    'base64url',
  ),
  'malformed',
);
add('another algorithm in the header (HMAC 256/64)', tokenOf({ alg: 4 }, plain), 'signature');
add('ES256 in the header of a MAC', tokenOf({ alg: -7 }, plain), 'signature');
add('HS256 in the header of a signature', tokenOf({ algorithm: 'ES256', alg: 5 }, plain), 'signature', {
  algorithm: 'ES256',
});
add('ES256 where PS256 is configured', tokenOf({ algorithm: 'ES256' }, plain), 'signature', { algorithm: 'PS256' });
add('crit in the header', tokenOf({ more: [[2, [99]]] }, plain), 'malformed');
add('a header that nobody reads', tokenOf({ more: [[99, 1]] }, plain), 'malformed');
add('a claim twice', tokenOf({}, entries([exp, [310, 1], exp])), 'malformed');
add('claims of indefinite length', tokenOf({}, [0xbf, ...plain.slice(1), 0xff]), 'malformed');
add('claims with a length that is too long', tokenOf({}, [0xb8, 2, ...plain.slice(1)]), 'malformed');
add('a byte behind the claims', tokenOf({}, [...plain, 0]), 'malformed');
add('no claims', tokenOf({}, []), 'malformed');
add('a list instead of claims', tokenOf({}, cbor([1])), 'malformed');
add('padding', `${tokenOf({}, plain)}=`, 'malformed');

/** Times. */
add('no exp', tokenOf({}, entries([[310, 1]])), 'malformed', refused('exp'));
add('exp as text', tokenOf({}, entries([[4, String(NOW + 300)]])), 'malformed', refused('exp'));
add('exp in more than a day', tokenOf({}, entries([[4, NOW + 86_401]])), 'malformed', refused('exp'));
add('the second before exp', tokenOf({}, plain), 'ok', { now: NOW + 299 });
add('the second of exp', tokenOf({}, plain), 'expired', { now: NOW + 300 });
add('nbf now', tokenOf({}, claims([5, NOW])), 'ok');
add('nbf ahead', tokenOf({}, claims([5, NOW + 1])), 'malformed', refused('nbf'));

/** Claims that pass. */
add(
  'sub, iat, cti, catr',
  tokenOf({}, claims([2, 'viewer'], [6, NOW], [7, bytes('session')], [323, map([0, 2], [1, 300])])),
  'ok',
);
add('no catv', tokenOf({}, entries([exp])), 'ok');
add('catv 2', tokenOf({}, entries([exp, [310, 2]])), 'malformed', refused('catv'));
add('iss without an issuer to compare', tokenOf({}, claims([1, 'a'])), 'ok');
add('iss of another issuer', tokenOf({}, claims([1, 'a'])), 'signature', {
  options: { issuer: 'b' },
  ...refused('iss'),
});
add('no iss where one is demanded', tokenOf({}, plain), 'signature', { options: { issuer: 'b' }, ...refused('iss') });

/** Claims that options judge. */
add('aud without the option', tokenOf({}, claims([3, 'cdn'])), 'malformed', refused('aud'));
add('aud', tokenOf({}, claims([3, ['app', 'cdn']])), 'ok', { options: { audience: 'cdn' } });
add('another aud', tokenOf({}, claims([3, 'app'])), 'signature', { options: { audience: 'cdn' }, ...refused('aud') });
add('catgeoiso3166 without the option', tokenOf({}, claims([316, ['DE']])), 'malformed', refused('catgeoiso3166'));
add('catgeoiso3166', tokenOf({}, claims([316, ['FR', 'DE']])), 'ok', { options: { country: 'de' } });
add('catgeoiso3166 of a country, a viewer in a part of it', tokenOf({}, claims([316, ['DE']])), 'ok', {
  options: { country: 'DE-BY' },
});
add('catgeoiso3166 of a part, a viewer in the country', tokenOf({}, claims([316, ['DE-BY']])), 'signature', {
  options: { country: 'DE' },
  ...refused('catgeoiso3166'),
});
add('catgeoiso3166 of another country', tokenOf({}, claims([316, ['FR']])), 'signature', {
  options: { country: 'DE' },
  ...refused('catgeoiso3166'),
});
add('catalpn without the option', tokenOf({}, claims([314, [bytes('h2')]])), 'malformed', refused('catalpn'));
add('catalpn', tokenOf({}, claims([314, [bytes('h3'), bytes('h2')]])), 'ok', { options: { alpn: 'h2' } });
add('another catalpn', tokenOf({}, claims([314, [bytes('h3')]])), 'signature', {
  options: { alpn: 'h2' },
  ...refused('catalpn'),
});
add('catreplay 0', tokenOf({}, claims([308, 0])), 'ok');
for (const kind of [1, 2, 3])
  add(`catreplay ${kind}`, tokenOf({}, claims([308, kind], [7, bytes('id')])), 'malformed', refused('catreplay'));
const range = [
  new Tag(52, [24, bytes([203, 0, 113, 0])]),
  new Tag(54, [32, bytes([0x20, 1, 0xd, 0xb8, ...Array(12).fill(0)])]),
];
add('catnip without an address', tokenOf({}, claims([311, range])), 'signature', refused('catnip'));
add('catnip, IPv4', tokenOf({}, claims([311, range])), 'ok', { options: { ip: '203.0.113.9' } });
add('catnip, IPv6', tokenOf({}, claims([311, range])), 'ok', { options: { ip: '2001:db8::9' } });
add('catnip of others', tokenOf({}, claims([311, range])), 'signature', {
  options: { ip: '203.0.114.9' },
  ...refused('catnip'),
});
add('catnip with a number of an autonomous system', tokenOf({}, claims([311, [64_496]])), 'malformed', {
  options: { ip: '203.0.113.9' },
  ...refused('catnip'),
});
add('catm GET', tokenOf({}, claims([313, ['GET']])), 'ok');
add('catm GET, asked with HEAD', tokenOf({}, claims([313, ['GET']])), 'signature', {
  method: 'HEAD',
  ...refused('catm'),
});
add('catm HEAD, asked with HEAD', tokenOf({}, claims([313, ['HEAD']])), 'ok', { method: 'HEAD' });

/** `catu`. */
const hashOf = (/** @type {string} */ name, /** @type {string} */ text) =>
  Uint8Array.from(createHash(name).update(text).digest());
const uri = (/** @type {number} */ part, /** @type {number} */ match, /** @type {unknown} */ value) =>
  tokenOf({}, claims([312, map([part, map([match, value])])]));
for (const [name, part, match, value] of /** @type {[string, number, number, unknown][]} */ ([
  ['scheme', 0, 0, 'https'],
  ['host', 1, 0, 'cdn.example.com'],
  ['end of the host', 1, 2, '.example.com'],
  ['port', 2, 0, '443'],
  ['front of the path', 3, 1, '/vod/7/'],
  ['within the path', 3, 3, '/7/'],
  ['parent path', 5, 0, '/vod/7'],
  ['file name', 6, 0, 'index.m3u8'],
  ['stem', 7, 0, 'index'],
  ['extension', 8, 0, '.m3u8'],
  ['SHA-256 of the path', 3, -1, hashOf('sha256', '/vod/7/index.m3u8')],
  ['SHA-256 of the path, in hex', 3, -1, Buffer.from(hashOf('sha256', '/vod/7/index.m3u8')).toString('hex')],
  ['SHA-512/256 of the path', 3, -2, hashOf('sha512-256', '/vod/7/index.m3u8')],
  ['SHA-512 of the path, which two libraries compute instead', 3, -2, hashOf('sha512', '/vod/7/index.m3u8')],
]))
  add(`catu, ${name}`, uri(part, match, value), 'ok');
for (const [name, part, match, value] of /** @type {[string, number, number, unknown][]} */ ([
  ['another path', 3, 1, '/vod/8/'],
  ['another host', 1, 0, 'cdn.example.org'],
  ['another port', 2, 0, '8443'],
  ['another scheme', 0, 0, 'http'],
  ['a part that there is not', 9, 0, ''],
  ['a kind of match that there is not', 3, 5, '/'],
  ['a regular expression as text', 3, 4, '.*'],
  ['SHA-256 of another path', 3, -1, hashOf('sha256', '/vod/8/index.m3u8')],
  ['SHA-512/256 of another path', 3, -2, hashOf('sha512-256', '/vod/8/index.m3u8')],
]))
  add(`catu, ${name}`, uri(part, match, value), 'signature', refused('catu'));
add('catu, a regular expression', uri(3, 4, ['.*']), 'malformed', refused('catu'));
add('catu, a path that is no text', uri(3, 0, 7), 'malformed', refused('catu'));
add('catu of a port, on that port', uri(2, 0, '8443'), 'ok', { url: url.replace('.com/', '.com:8443/') });
add('catu of a host without a port, on another port', uri(1, 0, 'cdn.example.com'), 'signature', {
  url: url.replace('.com/', '.com:8443/'),
  ...refused('catu'),
});
add(
  'catu, two conditions of which one is met',
  tokenOf({}, claims([312, map([1, map([0, 'cdn.example.com'])], [3, map([1, '/vod/8/'])])])),
  'signature',
  refused('catu'),
);

/** Claims that nobody here judges. */
for (const [name, number] of /** @type {[string, number][]} */ ([
  ['crit', 45],
  ['enc', 44],
  ['or', 41],
  ['nor', 42],
  ['and', 43],
  ['cnf', 8],
  ['geohash', 282],
  ['catpor', 309],
  ['cath', 315],
  ['catgeocoord', 317],
  ['catgeoalt', 318],
  ['cattpk', 319],
  ['catifdata', 320],
  ['catdpop', 321],
  ['catif', 322],
]))
  add(`${name}, which nobody here judges`, tokenOf({}, claims([number, 'x'])), 'malformed', refused(name));
add('a number that nobody has', tokenOf({}, claims([999, 1])), 'malformed', refused('999'));
add('a label in words', tokenOf({}, claims(['role', 'x'])), 'malformed', refused('a label that is no number'));

/** AWS. */
const aws = /** @type {[unknown, unknown][]} */ ([
  [401, map([1, map([2, '.example.com'])], [2, map([1, '/vod/7/'])], [3, map([3, ['.m3u8', '.ts']])])],
  [403, ['GET', 'HEAD']],
  [404, map([1, 'header_renewal'])],
]);
add('the claims of AWS', tokenOf({ tags: [0xd8, 61, 0xd8, 17] }, claims(...aws)), 'ok', {
  options: { profile: 'cloudfront' },
});
add('the claims of AWS, for others', tokenOf({}, claims(...aws)), 'malformed', refused('catu (401)'));
add('the claims of AWS, another path', tokenOf({}, claims([401, map([2, map([1, '/vod/8/'])])])), 'signature', {
  options: { profile: 'cloudfront' },
  ...refused('catu (401)'),
});
add('the claims of AWS, a part that it has not', tokenOf({}, claims([401, map([5, map([1, '/'])])])), 'malformed', {
  options: { profile: 'cloudfront' },
  ...refused('catu (401)'),
});
add('addresses of AWS', tokenOf({}, claims([402, ['203.0.113.9']])), 'ok', {
  options: { profile: 'cloudfront', ip: '203.0.113.9' },
});
add('other addresses of AWS', tokenOf({}, claims([402, ['203.0.113.8']])), 'signature', {
  options: { profile: 'cloudfront', ip: '203.0.113.9' },
  ...refused('catnip (402)'),
});
add('the claims of the standard, for AWS too', tokenOf({}, claims([312, opens])), 'ok', {
  options: { profile: 'cloudfront' },
});

const write = (/** @type {string} */ name, /** @type {unknown} */ value) =>
  writeFileSync(new URL(name, folder), `${JSON.stringify(value, null, 2)}\n`);
write('keys.json', keys);
write('vectors.json', vectors);
