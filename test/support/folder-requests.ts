import { createHmac } from 'node:crypto';
import { attachToken } from '../../packages/server/src/token/attach-token.ts';
import { createEdgeHandler, edgeAuth } from '../../packages/server/src/index.ts';
import type { SignedToken, VerifyingTokenFormat } from '../../packages/server/src/index.ts';
import { jwt } from '../../packages/server/src/jwt.ts';
import { playing, refusedParts } from './path-spellings.ts';
import { changedTokens } from './token-request.ts';

/** The secret that signs, and the one before it: an edge in a rotation has both. */
export const jwtSecrets = ['the current secret of this edge', 'the previous secret of this edge'] as const;
export const hexKeys = ['00112233445566778899aabbccddeeff', 'ffeeddccbbaa99887766554433221100'] as const;
export const folderJwt = jwt({ keys: jwtSecrets.map((key) => ({ key })), algorithm: 'HS256', depth: 2 });
export const folderEdgeAuth = edgeAuth({ keys: hexKeys, depth: 2 });

/** A request for an edge that verifies folder tokens. */
export interface FolderRequest {
  /** What is special about it. */
  readonly name: string;
  /** Path and query, as they are sent. */
  readonly target: string;
}

const HOST = 'https://cdn.example.com';
const film = '/vod/7/hd/1.m4s';

/** What this package says of a request at a time, in unix seconds. */
export async function judged(
  format: VerifyingTokenFormat,
  target: string,
  now: number,
): Promise<{ readonly isGenuine: boolean; readonly status: number; readonly isSentSo: boolean }> {
  const request = new Request(HOST + target);
  const edge = createEdgeHandler({ format, origin: () => new Response(), clock: () => now * 1000 });
  const { ok } = await format.verify(request, now);
  return {
    isGenuine: ok,
    status: (await edge(request)).status,
    // clients resolve dot segments, escape some characters, and send no fragment
    isSentSo: request.url === HOST + target && !target.includes('#'),
  };
}

const signed = (path: string, token: SignedToken): string => attachToken(HOST + path, token).slice(HOST.length);
const named = (name: string, target: string): FolderRequest => ({ name, target });

/** Tokens of a format on their files and on others, each of their characters changed, and twice in a query. */
async function common(format: VerifyingTokenFormat, param: string, now: number): Promise<FolderRequest[]> {
  const sign = async (path: string, expires = now + 60): Promise<SignedToken> =>
    format.sign(new URL(HOST + path), expires);
  const token = await sign(film);
  const value = token.query![param]!;
  const query = `${param}=${value}`;
  const ofFolder = (path: string): string => signed(path, token);
  const escaped = param.replace(/./g, (letter) => `%${letter.charCodeAt(0).toString(16)}`);
  return [
    ...[film, '/vod/7/', '/vod/7/a.m3u8?x=1&y', '/vod/7/hd/'].map((path) => named('its file', ofFolder(path))),
    ...['/vod/8/1.m4s', '/vod/70/1.m4s', '/vod/7', '/vod/a', '/', '/x/vod/7/a'].map((path) =>
      named('another file', ofFolder(path)),
    ),
    ...['/vod/7/../8/a', '/vod/7/%2e%2e/8/a', '/vod/7/.%2E/8/a', '/vod/./7/a', '/v%6fd/7/a', '/VOD/7/a'].map((path) =>
      named('another spelling of the folder', ofFolder(path)),
    ),
    ...[
      '/vod/7/..%3Fx',
      '/vod/7/..%23/a',
      '/vod/7/.%3F',
      '/vod/7/..%20%3Fx',
      '/vod/7/,..%3Fx',
      '/vod/7/x,..%20%3Fx',
    ].map((path) => named('out of the folder', ofFolder(path))),
    ...['"', '<', '`', '{', '^', '|', '[', "'"].map((each) => named(`a bare ${each}`, ofFolder(`/vod/7/a${each}`))),
    named('no token', film),
    named('an empty token', `${film}?${param}=`),
    named('a token without a value', `${film}?${param}`),
    named('the token without its name', `${film}?${value}`),
    named('the token twice', `${film}?${query}&${query}`),
    named('a second token', `${film}?${query}&${param}=x`),
    named('a second token in front', `${film}?${param}=&${query}`),
    named('the name in another case', `${film}?${param.toUpperCase()}=${value}`),
    named('the name in another case beside it', `${film}?${query}&${param.toUpperCase()}=x`),
    named('the name in escapes', `${film}?${escaped}=${value}`),
    named('the name in escapes beside it', `${film}?${query}&${escaped}=x`),
    named('a needless escape', `${film}?${query.replace(/.$/, (last) => `%${last.charCodeAt(0).toString(16)}`)}`),
    ...['%0A', '%00', '%20', '+', '=', '~', '.', '%', '%zz', '%C3', '%C2%85'].map((end) =>
      named(`${end} behind the token`, `${film}?${query}${end}`),
    ),
    ...['x', '&', '&&x=1&', 'x=1&y=2&', '=&', '%0A&', 'a;b&'].map((front) =>
      named(`${front} in front of the token`, `${film}?${front}${query}`),
    ),
    named('a second question mark', `${film}??${query}`),
    named('a fragment', `${film}?${query}#x`),
    named('a fragment in front', `${film}#x?${query}`),
    named('at its end', signed(film, await sign(film, now))),
    named('a second after its end', signed(film, await sign(film, now - 1))),
    named('an hour after its end', signed(film, await sign(film, now - 3600))),
    named('at the limit', signed(film, await sign(film, now + 86_400))),
    named('beyond the limit', signed(film, await sign(film, now + 86_401))),
    ...[...changedTokens(token)].map((changed, i) => named(`character ${i} changed`, signed(film, changed))),
    ...(await spellings(format, now)),
  ];
}

/** Every spelling of a path, with a token of a folder above it. */
async function spellings(format: VerifyingTokenFormat, now: number): Promise<FolderRequest[]> {
  const kinds = Object.entries({ 'one way': playing, ...refusedParts });
  const asked = kinds.flatMap(([kind, paths]) => paths.map((path) => ({ kind, path })));
  const token = async (folder: string): Promise<SignedToken> => format.sign(new URL(`${HOST}${folder}a`), now + 60);
  const [root, vod] = [await token('/'), await token('/vod/')];
  return asked.flatMap(({ kind, path }) => [
    named(`${kind}: ${path}, by a token of /`, signed(path, root)),
    named(`${kind}: ${path}, by a token of /vod/`, signed(path, vod)),
  ]);
}

/** Requests for an edge with `folderEdgeAuth`. */
export async function edgeAuthRequests(now: number): Promise<FolderRequest[]> {
  const [key, previous] = hexKeys;
  const of = (options: Partial<Parameters<typeof edgeAuth>[0]>, expires = now + 60): SignedToken =>
    edgeAuth({ key, depth: 2, ...options } as Parameters<typeof edgeAuth>[0]).sign(
      new URL(HOST + film),
      expires,
    ) as SignedToken;
  const raw = (text: string, by: string = key): string => {
    const mac = createHmac('sha256', Buffer.from(by, 'hex')).update(text).digest('hex');
    return `${film}?hdnts=${text}~hmac=${mac}`;
  };
  const exp = `exp=${now + 60}`;
  return [
    ...(await common(folderEdgeAuth, 'hdnts', now)),
    named('the previous key', signed(film, of({ key: previous }))),
    named('a foreign key', signed(film, of({ key: 'ab' }))),
    named('an empty key', raw(`${exp}~acl=/*`, '')),
    named('of one path', signed(film, of({ exact: true }))),
    named('SHA-1', signed(film, of({ algorithm: 'sha1' }))),
    named('with a salt', signed(film, of({ salt: 'salt' }))),
    named('for an address', signed(film, of({ ip: '203.0.113.9' }))),
    named('with id and data', signed(film, of({ sessionId: 's', payload: 'a=b&c' }))),
    named('from now on', signed(film, of({ startsAt: now }))),
    named('from later on', signed(film, of({ startsAt: now + 1 }))),
    named('a list', signed(film, of({ acl: ['/live/*', '/vod/*/hd/?.m4s'] }))),
    named('another list', signed(film, of({ acl: ['/vod/7/hd/1.m4s'] }))),
    named('a list with another delimiter', raw(`${exp}~acl=/live/*,/vod/*`)),
    named('a list that is empty', raw(`${exp}~acl=`)),
    named('a pattern of stars', raw(`${exp}~acl=${'*'.repeat(40)}`)),
    named('a pattern that ends too early', raw(`${exp}~acl=/vod/7`)),
    named('a pattern that ends too late', raw(`${exp}~acl=${film}?`)),
    named('no end', raw('acl=/*')),
    named('an end of nine digits', raw('exp=999999999~acl=/*')),
    named('an end of eleven digits', raw(`exp=0${now + 60}~acl=/*`)),
    named('a start that is no time', raw(`st=1~${exp}~acl=/*`)),
    named('two ends', raw(`exp=${now - 60}~${exp}~acl=/*`)),
    named('another order', raw(`acl=/*~${exp}`)),
    named('an unknown field', raw(`${exp}~acl=/*~x=1`)),
    named('a url beside the list', raw(`${exp}~acl=/*~url=${film}`)),
    named('a field behind the signature', `${raw(`${exp}~acl=/*`)}~data=x`),
    named('a longer signature', `${raw(`${exp}~acl=/*`)}00`),
    named('a shorter signature', raw(`${exp}~acl=/*`).slice(0, -1)),
    named(
      'capital digits',
      raw(`${exp}~acl=/*`).replace(/[^=]+$/, (mac) => mac.toUpperCase()),
    ),
  ];
}

const segment = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
/** A token of any header and claims, signed by any secret. */
const signedJwt = (header: unknown, claims: unknown, secret: string, hash = 'sha256'): string =>
  signedSegments(segment(header), segment(claims), secret, hash);
const signedSegments = (header: string, claims: string, secret: string, hash = 'sha256'): string =>
  `${header}.${claims}.${createHmac(hash, secret).update(`${header}.${claims}`).digest('base64url')}`;

/** Requests for an edge with `folderJwt`. */
export async function jwtRequests(now: number): Promise<FolderRequest[]> {
  const [secret, previous] = jwtSecrets;
  const header = { alg: 'HS256', typ: 'JWT' };
  const claims = { folder: '/vod/7/', exp: now + 60 };
  const at = (token: string): string => `${film}?token=${token}`;
  const ofClaims = (changed: object | string, by: string = secret): string => at(signedJwt(header, changed, by));
  const ofHeader = (changed: object | string): string => at(signedJwt(changed, claims, secret));
  const good = signedJwt(header, claims, secret);
  const [head, body, mac] = good.split('.') as [string, string, string];
  const text = (members: string): string => `{"folder":"/vod/7/",${members}}`;
  return [
    ...(await common(folderJwt, 'token', now)),
    named('the previous secret', ofClaims(claims, previous)),
    named('a foreign secret', ofClaims(claims, 'a foreign secret')),
    named('an empty secret', ofClaims(claims, '')),
    named('alg none', at(`${segment({ alg: 'none' })}.${body}.`)),
    named('alg none with the signature', ofHeader({ alg: 'none' })),
    ...['HS384', 'HS512', 'RS256', 'ES256', 'hs256', 'HS256 ', '', null, 1, ['HS256']].map((alg) =>
      named(`alg ${JSON.stringify(alg)}`, ofHeader({ alg })),
    ),
    named('HS384, genuine', at(signedJwt({ alg: 'HS384' }, claims, secret, 'sha384'))),
    named('HS512, genuine', at(signedJwt({ alg: 'HS512' }, claims, secret, 'sha512'))),
    named('no alg', ofHeader({ typ: 'JWT' })),
    named('alg twice', ofHeader('{"alg":"HS256","alg":"none"}')),
    named('alg twice, the other first', ofHeader('{"alg":"none","alg":"HS256"}')),
    named('alg in escapes', ofHeader('{"\\u0061lg":"none","alg":"HS256"}')),
    named('a header in another order', ofHeader({ typ: 'JWT', alg: 'HS256' })),
    named('a header with a key id', ofHeader({ ...header, kid: 'k' })),
    named('a header with crit', ofHeader({ ...header, crit: ['exp'] })),
    named('a header with b64', ofHeader({ ...header, b64: false })),
    named('a header that is a list', ofHeader('["HS256"]')),
    named('a header that is no JSON', ofHeader('{alg:HS256}')),
    named('no end', ofClaims({ folder: '/vod/7/' })),
    ...[String(now + 60), now + 60.5, -1, 0, 1, null, true, [now + 60], 1e20].map((exp) =>
      named(`exp ${JSON.stringify(exp)}`, ofClaims({ ...claims, exp })),
    ),
    named('an end with an exponent', ofClaims(text(`"exp":${(now + 60) / 1e9}e9`))),
    named('an end with a zero in front', ofClaims(text(`"exp":0${now + 60}`))),
    named('an end with a point behind', ofClaims(text(`"exp":${now + 60}.`))),
    named('an end with .0 behind', ofClaims(text(`"exp":${now + 60}.0`))),
    named('an end with a plus', ofClaims(text(`"exp":+${now + 60}`))),
    named('two ends, the later first', ofClaims(text(`"exp":${now + 60},"exp":${now - 60}`))),
    named('two ends, the later last', ofClaims(text(`"exp":${now - 60},"exp":${now + 60}`))),
    named('an end in escapes beside it', ofClaims(text(`"\\u0065xp":${now - 60},"exp":${now + 60}`))),
    named('an end in escapes behind it', ofClaims(text(`"exp":${now + 60},"\\u0065xp":${now - 60}`))),
    named('an end within another claim', ofClaims(text(`"x":{"exp":${now + 60}}`))),
    named('an end within a text', ofClaims(text(`"x":"\\"exp\\":${now + 60}"`))),
    ...[now, now + 1, String(now - 60), now - 0.5, null, -1].map((nbf) =>
      named(`nbf ${JSON.stringify(nbf)}`, ofClaims({ ...claims, nbf })),
    ),
    named('two starts', ofClaims(text(`"exp":${now + 60},"nbf":${now - 60},"nbf":${now + 60}`))),
    ...['edge', ['edge'], null].map((aud) => named(`aud ${JSON.stringify(aud)}`, ofClaims({ ...claims, aud }))),
    named('claims of other kinds', ofClaims({ iss: 'x', sub: 'y', iat: now, jti: 'j', ...claims })),
    named('a claim that is an object', ofClaims({ ...claims, x: { y: [1, true, null, 'z'] } })),
    named('white space', ofClaims(` { "folder" : "/vod/7/" ,\n"exp" : ${now + 60} } `)),
    named('a byte order mark', ofClaims(`\ufeff${JSON.stringify(claims)}`)),
    named('claims that are a list', ofClaims('[]')),
    named('claims that are no JSON', ofClaims("{folder:'/'}")),
    named('claims with something behind', ofClaims(`${JSON.stringify(claims)}x`)),
    named('claims twice', ofClaims(JSON.stringify(claims).repeat(2))),
    ...['/', '/vod/', '/vod/7/hd/', '/vod/7', '', 'vod/7/', '//', film, '/vod/*', '/vod/7/../', null, 7, ['/']].map(
      (folder) => named(`folder ${JSON.stringify(folder)}`, ofClaims({ ...claims, folder })),
    ),
    named('no folder', ofClaims({ exp: now + 60 })),
    named('two folders', ofClaims(`{"folder":"/live/","folder":"/vod/7/","exp":${now + 60}}`)),
    named('two folders, the right one first', ofClaims(`{"folder":"/vod/7/","folder":"/live/","exp":${now + 60}}`)),
    named('a folder with escaped slashes', ofClaims(`{"folder":"\\/vod\\/7\\/","exp":${now + 60}}`)),
    named('a folder with a line feed', ofClaims({ ...claims, folder: '/\n/vod/7/' })),
    named('a folder of the prototype', ofClaims(`{"__proto__":{"folder":"/"},"exp":${now + 60}}`)),
    named('an expired token of another folder', ofClaims({ folder: '/live/', exp: now - 60 })),
    named('an expired token with a wrong signature', ofClaims({ ...claims, exp: now - 60 }, 'a foreign secret')),
    named('two parts', at(`${head}.${body}`)),
    named('four parts', at(`${good}.x`)),
    named('a dot behind', at(`${good}.`)),
    named('no signature', at(`${head}.${body}.`)),
    named('a longer signature', at(`${good}AAAA`)),
    named('padding', at(`${good}=`)),
    // of three claims, one fills its last group of characters
    ...['', 'x', 'xx'].map((x) => {
      const strayed = segment({ ...claims, x }).replace(/.$/, (last) => strayBits(last));
      return named('stray bits in the claims', at(signedSegments(head, strayed, secret)));
    }),
    named('stray bits', at(good.replace(/.$/, (last) => strayBits(last)))),
    named('the other alphabet', at(`${head}.${body}.${mac.replace('_', '/').replace('-', '+')}`)),
    named('a scheme in front', at(`Bearer ${good}`.replace(' ', '%20'))),
  ];
}

/** A last character of base64url for 256 bits that decodes to the same bytes. */
const strayBits = (last: string): string => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return alphabet[alphabet.indexOf(last) + 1]!;
};
