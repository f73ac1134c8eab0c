import {
  createHash,
  createHmac,
  createPublicKey,
  createPrivateKey,
  generateKeyPairSync,
  sign,
  verify,
} from 'node:crypto';
import { pathToFileURL } from 'node:url';
import {
  bunny,
  cloudCdn,
  cloudflare,
  cloudFront,
  edgeAuth,
  fastly,
  mediaCdn,
  mediaCdnToken,
  secureLink,
  secureLinkLayouts,
  azion,
  wowza,
} from 'secure-token-server';
import { commonAccessToken } from 'secure-token-server/cat';
import { jwPlayer, jwt, mux } from 'secure-token-server/jwt';
import { compare, perSecond } from './compare.mjs';

const secret = 'a secret of thirty-two characters';
const key = Buffer.from(secret.slice(0, 32));
const hex = key.toString('hex');
const google = { keys: [{ name: 'k', key: key.toString('base64url') }] };
export const now = Math.floor(Date.now() / 1000);
const many = 200;

/** @param {import('node:crypto').KeyObject} privateKey */
const pem = (privateKey) => privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const ed25519 = createPrivateKey({
  key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), key]),
  format: 'der',
  type: 'pkcs8',
});

/** @typedef {(message: string, i: number) => unknown} Bare */
/** @type {(algorithm: string) => Bare} */
const hash = (algorithm) => (message) => createHash(algorithm).update(message).digest('base64url');
/** @type {(algorithm: string) => Bare} */
const hmac = (algorithm) => (message) => createHmac(algorithm, key).update(message).digest('base64url');

/** @type {(algorithm: string | null, privateKey: import('node:crypto').KeyObject) => Bare} */
function signature(algorithm, privateKey) {
  const publicKey = createPublicKey(privateKey);
  /** @type {Buffer[]} */
  const made = [];
  return (message, i) => {
    const bytes = Buffer.from(message);
    made[i % many] ??= sign(algorithm, bytes, privateKey);
    return verify(algorithm, bytes, publicKey, /** @type {Buffer} */ (made[i % many]));
  };
}

/** @type {[name: string, format: import('secure-token-server').VerifyingTokenFormat, bareName: string, bare: Bare][]} */
export const formats = [
  ['azion', azion({ secret }), 'MD5', hash('md5')],
  ['secureLink, KeyCDN', secureLink({ secret, ...secureLinkLayouts.keyCdn }), 'MD5', hash('md5')],
  ['secureLink, CDN77 folder', secureLink({ secret, ...secureLinkLayouts.cdn77Path }), 'MD5', hash('md5')],
  ['wowza', wowza({ secret }), 'SHA-256', hash('sha256')],
  ['bunny 2', bunny({ secret, version: 2 }), 'SHA-256', hash('sha256')],
  ['bunny 3', bunny({ secret }), 'HMAC-SHA-256', hmac('sha256')],
  ['edgeAuth', edgeAuth({ key: hex }), 'HMAC-SHA-256', hmac('sha256')],
  ['fastly', fastly({ key: key.toString('base64') }), 'HMAC-SHA-256', hmac('sha256')],
  ['cloudflare', cloudflare({ secret, ttl: 3600 }), 'HMAC-SHA-256', hmac('sha256')],
  ['commonAccessToken', commonAccessToken({ keys: [{ id: 'k', key: hex }] }), 'HMAC-SHA-256', hmac('sha256')],
  ['jwPlayer', jwPlayer({ secret }), 'HMAC-SHA-256', hmac('sha256')],
  [
    'jwt, HS256',
    jwt({ keys: [{ key: secret }], algorithm: 'HS256', claims: ({ pathname }) => ({ path: pathname }) }),
    'HMAC-SHA-256',
    hmac('sha256'),
  ],
  ['cloudCdn', cloudCdn(google), 'HMAC-SHA-1', hmac('sha1')],
  ['mediaCdn', mediaCdn(google), 'Ed25519', signature(null, ed25519)],
  ['mediaCdnToken', mediaCdnToken({ keys: [key.toString('base64url')] }), 'Ed25519', signature(null, ed25519)],
  ['cloudFront, RSA', cloudFront({ keys: [{ id: 'K', privateKey: pem(rsa) }] }), 'RSA-SHA-1', signature('sha1', rsa)],
  ['cloudFront, ECDSA', cloudFront({ keys: [{ id: 'K', privateKey: pem(ec) }] }), 'ECDSA-SHA-1', signature('sha1', ec)],
  ['mux', mux({ keys: [{ id: 'K', key: pem(rsa) }] }), 'RSA-SHA-256', signature('sha256', rsa)],
];

/**
 * Returns the URL and the headers of the request that a player sends for `url`.
 * @param {string} url
 * @param {import('secure-token-server').SignedToken} token
 */
export function requestWith(
  url,
  { base, prefix = `${new URL(url).origin}/`, query = {}, headers = {}, setCookie = [] },
) {
  const target = new URL(base ? base + url.slice(prefix.length) : url);
  for (const [name, value] of Object.entries(query))
    target.search += `${target.search ? '&' : ''}${name}=${encodeURI(value).replace(/[&+#]/g, encodeURIComponent)}`;
  const cookie = setCookie.map((each) => each.split(';')[0]).join('; ');
  return { url: target.href, headers: new Headers({ ...headers, ...(cookie && { cookie }) }) };
}

/** `verify` of each format beside the bare operation of `node:crypto` on as many bytes as its token has. */
export async function run() {
  const rows = [];
  for (const [name, format, bareName, bare] of formats) {
    const requests = await Promise.all(
      Array.from({ length: many }, async (_, i) => {
        const url =
          name === 'mux' ? `https://stream.mux.com/playback${i}.m3u8` : `https://cdn.example.com/vod/${i}/seg.m4s`;
        return requestWith(url, await format.sign(new URL(url), now + 3000));
      }),
    );
    for (const request of requests) {
      if (!(await format.verify(request, now)).ok) throw new Error(`${name} refuses what it signed`);
    }
    const messages = requests.map(({ url, headers }) => url + (headers.get('cookie') ?? ''));
    rows.push(
      await compare(
        `${name} / ${bareName}`,
        () => perSecond((i) => format.verify(/** @type {typeof requests[number]} */ (requests[i % many]), now)),
        () => perSecond((i) => bare(messages[i % many] ?? '', i)),
        3,
      ),
    );
  }
  return rows;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.table(await run());
