import { madeAt, plain } from './claim-text.ts';
import type { Found, Recogniser } from './recognise.ts';
import { fields, jsonIn } from './token-text.ts';

/** The recognisers of CDNs and stores by the names of parameters. */
export const recognisers: readonly Recogniser[] = [
  ({ searchParams }) => signedV4(searchParams, 'X-Amz', 's3'),
  ({ searchParams }) => signedV4(searchParams, 'X-Goog', 'googleStorage'),
  azure,
  cloudFront,
  google,
  ofFields,
  wowza,
  bunny,
  cloudflare,
  fastly,
];

/** Recognises a presigned URL of a store (signature version 4), which only the store can verify. */
function signedV4(query: URLSearchParams, prefix: string, format: string): Found | undefined {
  const of = (name: string): string | null => query.get(`${prefix}-${name}`);
  const made = of('Date');
  if (of('Signature') === null || made === null) return undefined;
  const written = made.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
  return {
    format,
    isOfStore: true,
    keyId: of('Credential')?.split('/')[0],
    names: [...query.keys()].filter((name) => name.startsWith(`${prefix}-`)),
    expires: Date.parse(written) / 1000 + Number(of('Expires')),
    opens: 'this file',
  };
}

/** Recognises a shared access signature, which only the store can verify. */
function azure({ searchParams: query }: URL): Found | undefined {
  const end = query.get('se');
  if (!query.has('sig') || !query.has('sv') || end === null) return undefined;
  return {
    format: 'azureBlob',
    isOfStore: true,
    names: 'sv ss srt sr sp se st spr sip si sig sdd skoid sktid skt ske sks skv'.split(' '),
    expires: Date.parse(end) / 1000,
    opens: azureResources.get(query.get('sr')) ?? 'what the account allows',
    claims: [{ name: 'permissions', text: plain(query.get('sp')) }],
  };
}

/** The kinds of resources of a shared access signature (`sr`). */
const azureResources: ReadonlyMap<string | null, string> = new Map([
  ['b', 'this blob'],
  ['c', 'the container'],
  ['d', 'a directory'],
]);

/** A policy of CloudFront, as far as it is read. */
interface Policy {
  Statement?: [{ Resource?: unknown; Condition?: { DateLessThan?: { 'AWS:EpochTime'?: unknown } } }];
}

/** Recognises signed URLs of CloudFront. */
function cloudFront({ searchParams: query }: URL): Found | undefined {
  const [keyId, policy] = [query.get('Key-Pair-Id'), query.get('Policy')];
  if (keyId === null || !query.has('Signature')) return undefined;
  const document: Policy | undefined = jsonIn(policy?.replaceAll('-', '+').replaceAll('_', '=').replaceAll('~', '/'));
  const [statement] = document?.Statement ?? [];
  const opened = typeof statement?.Resource === 'string' ? statement.Resource : undefined;
  const expires = policy === null ? query.get('Expires') : statement?.Condition?.DateLessThan?.['AWS:EpochTime'];
  return {
    format: 'cloudFront',
    settings: { carrier: 'query', ...(policy === null && { exact: true }) },
    keyId,
    names: ['Key-Pair-Id', 'Signature', 'Policy', 'Expires', 'Hash-Algorithm'],
    expires: expires === undefined ? undefined : Number(expires),
    opens: policy === null ? 'this URL with its query' : opened,
  };
}

/** Recognises Cloud CDN (HMAC) and Media CDN (Ed25519, whose signatures are longer). */
function google({ pathname, searchParams }: URL): Found | undefined {
  // bounded: otherwise, the time would grow with the square of the length
  const path = /edge-cache-token=([^/]{1,2048})\//.exec(pathname);
  const query = path ? new URLSearchParams(path[1]) : searchParams;
  const [keyId, signature, prefix] = [query.get('KeyName'), query.get('Signature'), query.get('URLPrefix')];
  if (keyId === null || signature === null) return undefined;
  const isMedia = signature.replaceAll('=', '').length > 60;
  const isExact = !path && prefix === null;
  const unprefixed = path ? 'the folder after the token' : 'this URL';
  return {
    format: isMedia ? 'mediaCdn' : 'cloudCdn',
    settings: { carrier: isMedia && path ? 'path' : 'query', ...(isExact && { exact: true }) },
    keyId,
    names: ['URLPrefix', 'Expires', 'KeyName', 'Signature'],
    part: path?.[0],
    expires: Number(query.get('Expires')),
    opens: prefix === null ? unprefixed : below(prefix),
  };
}

/** Returns the beginning of URLs that Google's `URLPrefix` has in base64url. */
const below = (prefix: string): string => `${Buffer.from(prefix, 'base64url').toString()}…`;

/** Recognises Akamai EdgeAuth, and the tokens of Media CDN: fields between `~`. */
function ofFields({ searchParams }: URL): Found | undefined {
  for (const [param, value] of searchParams) {
    const { hmac, exp, Expires, Signature, acl, PathGlobs, URLPrefix } = fields(value);
    const isAkamai = hmac !== undefined && exp !== undefined;
    if (!isAkamai && Signature === undefined && (hmac === undefined || Expires === undefined)) continue;
    const ofAkamai = acl === undefined ? { exact: true } : { acl: acl.split('!') };
    return {
      format: isAkamai ? 'edgeAuth' : 'mediaCdnToken',
      settings: {
        ...(param !== 'hdnts' && { param }),
        ...(isAkamai ? ofAkamai : hmac && { algorithm: hmac.length > 40 ? 'sha256' : 'sha1' }),
      },
      names: [param],
      expires: Number(exp ?? Expires),
      opens: acl ?? PathGlobs ?? (URLPrefix === undefined ? 'this path' : below(URLPrefix)),
    };
  }
  return undefined;
}

/** Recognises SecureToken of Wowza Streaming Engine. */
function wowza({ searchParams }: URL): Found | undefined {
  const names = [...searchParams.keys()];
  const hash = names.find((name) => /^[a-z]\w*hash$/i.test(name) && searchParams.has(name.replace(/hash$/, 'endtime')));
  if (hash === undefined) return undefined;
  const prefix = hash.slice(0, -'hash'.length);
  return {
    format: 'wowza',
    settings: prefix === 'wowzatoken' ? {} : { prefix },
    names: names.filter((name) => name.startsWith(prefix)),
    expires: Number(searchParams.get(`${prefix}endtime`)),
    opens: 'the folder of the stream',
  };
}

/** Recognises token authentication versions 2 and 3. The basic version has an MD5, and is a layout of `secureLink`. */
function bunny({ pathname, searchParams }: URL): Found | undefined {
  const path = /^\/(bcdn_token=[^/]+)\//.exec(pathname)?.[1];
  const query = path === undefined ? searchParams : new URLSearchParams(path.replace('bcdn_token', 'token'));
  const [token, expires, folder] = [query.get('token'), query.get('expires'), query.get('token_path')];
  if (token === null || expires === null || (path === undefined && /^[\w-]{22}$/.test(token))) return undefined;
  return {
    format: 'bunny',
    settings: {
      carrier: path === undefined ? 'query' : 'path',
      version: token.startsWith('HS256-') ? 3 : 2,
      ...(folder === null ? { exact: true } : { tokenPath: folder }),
    },
    names: 'token expires token_path token_countries token_countries_blocked token_ignore_params limit'.split(' '),
    part: path && `/${path}`,
    expires: Number(expires),
    opens: folder ?? 'this URL',
  };
}

/** Recognises Cloudflare's `is_timed_hmac_valid_v0`, whose lifetime stands in the rule at Cloudflare. */
function cloudflare({ searchParams }: URL): Found | undefined {
  const [, made] = /^(\d{10})-[\w+/=%-]{40,}$/.exec(searchParams.get('verify')?.replaceAll(' ', '+') ?? '') ?? [];
  if (made === undefined) return undefined;
  return { format: 'cloudflare', names: ['verify'], opens: 'this path', claims: [madeAt(Number(made))] };
}

/** Recognises the tokens of Fastly's VCL. */
function fastly({ searchParams }: URL): Found | undefined {
  const [param, value] = [...searchParams].find(([, text]) => /^\d{10}_(?:[\da-f]{40}|[\da-f]{64})$/.test(text)) ?? [];
  const [expires, mac] = value?.split('_') ?? [];
  if (mac === undefined || param === undefined) return undefined;
  return {
    format: 'fastly',
    settings: { ...(param !== 'token' && { param }), ...(mac.length === 40 && { algorithm: 'sha1' }) },
    names: [param],
    expires: Number(expires),
    opens: 'this path',
  };
}
