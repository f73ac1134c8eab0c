import type { Recognised } from './recognise.ts';
import { jsonIn, withoutParameters } from './token-text.ts';

const jwtForm = /^([\w-]+)\.([\w-]+)\.[\w-]+$/;

interface Claims {
  readonly exp?: unknown;
  readonly [name: string]: unknown;
}

interface Token {
  readonly header: Claims;
  readonly claims: Claims;
}

/** Recognises a JWT (RFC 7519) in a parameter, or in place of the first folder, as Cloudflare Stream has it. */
export function recogniseJwt(url: URL): Recognised | undefined {
  const [, first = ''] = url.pathname.split('/');
  const inPath = read(first);
  const [param, value] = [...url.searchParams].find(([, text]) => read(text)) ?? [];
  const found = inPath ?? (value === undefined ? undefined : read(value));
  if (!found) return undefined;
  const { header, claims } = found;
  const { exp, sub, kid } = claims;
  const [format, cdn] = whose(url, claims, inPath !== undefined);
  const rest = url.pathname.slice(first.length + 1);
  return {
    cdn,
    why: `a JWT ${inPath ? 'in front of the path' : `as ${param!} in the query`}`,
    format,
    settings: format === 'jwt' ? settingsOf(found, url, param) : {},
    ...(typeof (header.kid ?? kid) === 'string' && { keyId: String(header.kid ?? kid) }),
    bare: inPath
      ? `${url.origin}/${typeof sub === 'string' ? sub : 'video'}${rest}${url.search}`
      : withoutParameters(url, [param!]),
    ...(typeof exp === 'number' && { expires: exp }),
    opensFolder: format === 'mux' || format === 'cloudflareStream',
    facts: [
      `algorithm: ${String(header.alg)}`,
      ...((header.kid ?? kid) ? [`key id: ${String(header.kid ?? kid)}`] : []),
      `claims: ${Object.entries(claims)
        .map(([name, each]) => `${name} ${JSON.stringify(each)}`)
        .join(', ')}`,
    ],
  };
}

function read(text: string): Token | undefined {
  const [, head, body] = jwtForm.exec(text) ?? [];
  const [header, claims] = [jsonIn(head), jsonIn(body)] as [Claims | undefined, Claims | undefined];
  return header?.alg !== undefined && claims ? { header, claims } : undefined;
}

/** Returns the options that `jwt` needs for this token. */
function settingsOf({ header, claims }: Token, url: URL, param: string | undefined): Recognised['settings'] {
  return {
    ...(param !== undefined && param !== 'token' && { param }),
    algorithm: header.alg,
    claims: claimsToAsk(claims, url),
  };
}

function whose({ hostname }: URL, claims: Claims, isInPath: boolean): [format: string, cdn: string] {
  if (isInPath) return ['cloudflareStream', 'Cloudflare Stream'];
  if (/(?:^|\.)mux\.com$/.test(hostname)) return ['mux', 'Mux'];
  if (typeof claims.resource === 'string') return ['jwPlayer', 'JW Player'];
  return ['jwt', 'a JWT of your own'];
}

/** Returns the option `claims`: the claims of the token without its times and `jti`, with the path as `{path}`. */
function claimsToAsk(claims: Claims, { pathname }: URL): Claims {
  const times = ['exp', 'iat', 'nbf', 'jti'];
  return Object.fromEntries(
    Object.entries(claims)
      .filter(([name]) => !times.includes(name))
      .map(([name, value]) => [name, value === pathname ? '{path}' : value]),
  );
}

/** The tags of a COSE message (RFC 9052), with or without the tag of a CWT before them, in base64url. */
const coseForm = /^(?:2D3[RS]h|0[Yo][Q-T])[\w-]{20,}$/;
const expiresLabel = 4;

/** Recognises a Common Access Token (CTA-5007) in a parameter. */
export async function recogniseCat(url: URL): Promise<Recognised | undefined> {
  const [param, value] = [...url.searchParams].find(([, text]) => coseForm.test(text)) ?? [];
  if (param === undefined || value === undefined) return undefined;
  // imported on demand, because only such tokens need a reader of CBOR
  const { decode } = await import('cborg');
  const tagged = (decodeValue: () => unknown): unknown => decodeValue();
  const options = { useMaps: true, tags: Object.fromEntries([17, 18, 52, 54, 61].map((tag) => [tag, tagged])) };
  let claims, header;
  try {
    const [protectedHeader, unprotected, payload] = decode(Buffer.from(value, 'base64url'), options) as [
      Uint8Array,
      Map<number, unknown>,
      Uint8Array,
    ];
    const named = protectedHeader.length > 0 ? (decode(protectedHeader, options) as Map<number, unknown>) : [];
    header = new Map([...unprotected, ...named]);
    claims = decode(payload, options) as Map<number, unknown>;
  } catch {
    return undefined;
  }
  const expires = claims.get(expiresLabel);
  const id = header.get(4);
  return {
    cdn: 'a Common Access Token (CTA-5007)',
    why: `${param} in the query, a COSE message`,
    format: 'commonAccessToken',
    settings: param === 'cat' ? {} : { param },
    ...(id instanceof Uint8Array && { keyId: Buffer.from(id).toString() }),
    bare: withoutParameters(url, [param]),
    ...(typeof expires === 'number' && { expires }),
    facts: [
      ...(id instanceof Uint8Array ? [`key id: ${Buffer.from(id).toString()}`] : []),
      `claims: ${[...claims.keys()].join(', ')}`,
    ],
  };
}
