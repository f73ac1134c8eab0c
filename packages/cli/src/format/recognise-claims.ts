import { isObject } from '../endpoint-answer.ts';
import { printable } from '../shown.ts';
import { EXP, claimText, opensText } from './claim-text.ts';
import type { Settings } from './formats.ts';
import type { Found } from './recognise.ts';
import { jsonIn } from './token-text.ts';

interface Token {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Recognises a JWT (RFC 7519) in a parameter, or in place of the first folder, as Cloudflare Stream has it. */
export function recogniseJwt(url: URL): Found | undefined {
  const [, first = ''] = url.pathname.split('/');
  const inPath = readJwt(first);
  const [param = '', value = ''] = [...url.searchParams].find(([, text]) => readJwt(text)) ?? [];
  const found = inPath ?? readJwt(value);
  if (!found) return undefined;
  const { header, claims } = found;
  const keyId = header.kid ?? claims.kid;
  const format = formatOfJwt(url, claims, inPath !== undefined);
  return {
    format,
    settings: format === 'jwt' ? settingsOf(found, url, param) : {},
    keyId: typeof keyId === 'string' ? keyId : undefined,
    ...(inPath ? { part: first, instead: typeof claims.sub === 'string' ? claims.sub : 'video' } : { names: [param] }),
    expires: typeof claims.exp === 'number' ? claims.exp : undefined,
    claims: Object.entries(claims).map(([name, value]) => ({ name: printable(name), text: claimText(name, value) })),
  };
}

function formatOfJwt({ hostname }: URL, claims: Token['claims'], isInPath: boolean): string {
  if (isInPath) return 'cloudflareStream';
  if (/(?:^|\.)mux\.com$/.test(hostname)) return 'mux';
  return typeof claims.resource === 'string' ? 'jwPlayer' : 'jwt';
}

function readJwt(text: string): Token | undefined {
  const [, head, body] = /^([\w-]+)\.([\w-]+)\.[\w-]+$/.exec(text) ?? [];
  const [header, claims] = [jsonIn(head), jsonIn(body)];
  return isObject(header) && isObject(claims) && header.alg !== undefined ? { header, claims } : undefined;
}

/**
 * Returns the options that `jwt` needs for this token: the depth of its folder, or the claims without times and `jti`,
 * with the path as `{path}`.
 */
function settingsOf({ header, claims }: Token, { pathname }: URL, param: string): Settings {
  const common = { ...(param !== 'token' && { param }), algorithm: header.alg };
  const { folder } = claims;
  const isFolder = typeof folder === 'string' && /^\/.+\/$/.test(folder) && pathname.startsWith(folder);
  if (isFolder) return { ...common, depth: folder.split('/').length - 2 };
  const asked = Object.entries(claims)
    .filter(([name]) => !['exp', 'iat', 'nbf', 'jti'].includes(name))
    .map(([name, value]) => [name, value === pathname ? '{path}' : value]);
  return { ...common, claims: Object.fromEntries(asked) };
}

/** The tags of a COSE message (RFC 9052), with or without the tag of a CWT before them, in base64url. */
const coseForm = /^(?:2D3[RS]h|0[Yo][Q-T])[\w-]{20,}$/;

/** Recognises a Common Access Token (CTA-5007) in a parameter. */
export async function recogniseCat({ searchParams }: URL): Promise<Found | undefined> {
  const [param = '', value = ''] = [...searchParams].find(([, text]) => coseForm.test(text)) ?? [];
  if (param === '') return undefined;
  // imported on demand, because only such tokens need a reader of CBOR
  const { inspectCommonAccessToken } = await import('secure-token-server/cat');
  const token = await inspectCommonAccessToken(value);
  const claims = token?.claims ?? [];
  const expires = claims.find(({ label }) => label === EXP)?.value;
  return (
    token && {
      format: 'commonAccessToken',
      settings: param === 'cat' ? {} : { param },
      keyId: token.keyId,
      names: [param],
      expires: typeof expires === 'number' ? expires : undefined,
      opens: opensText(claims),
      claims: claims.map(({ label, name, value: of }) => ({ name, text: claimText(label, of) })),
    }
  );
}
