import type { Recognised } from './recognise.ts';
import { recogniseCat, recogniseJwt } from './recognise-claims.ts';
import { recogniseLink } from './recognise-link.ts';
import { recogniseStore } from './recognise-store.ts';
import { date, fields, jsonIn, withoutParameters, withoutPath } from './token-text.ts';

/** Looks for one kind of token in a URL. */
export type Recogniser = (url: URL) => Recognised | undefined | Promise<Recognised | undefined>;

/** The recognisers, the most reliable first: parameter names of one CDN, then names that several CDNs share. */
export const recognisers: readonly Recogniser[] = [
  recogniseStore,
  cloudFront,
  google,
  ofFields,
  wowza,
  bunny,
  cloudflare,
  fastly,
  recogniseLink,
  recogniseJwt,
  recogniseCat,
  secureToken,
];

function cloudFront(url: URL): Recognised | undefined {
  const { searchParams: query } = url;
  const keyId = query.get('Key-Pair-Id');
  if (keyId === null || !query.has('Signature')) return undefined;
  const policy = query.get('Policy');
  const names = ['Key-Pair-Id', 'Signature', policy === null ? 'Expires' : 'Policy'];
  const [statement] =
    (jsonIn(policy?.replaceAll('-', '+').replaceAll('_', '=').replaceAll('~', '/')) as PolicyDocument | undefined)
      ?.Statement ?? [];
  const expires =
    policy === null ? Number(query.get('Expires')) : statement?.Condition?.DateLessThan?.['AWS:EpochTime'];
  const resource = statement?.Resource;
  return {
    cdn: 'Amazon CloudFront',
    why: `${names.join(', ')} in the query`,
    format: 'cloudFront',
    settings: { carrier: 'query', ...(policy === null && { exact: true }) },
    keyId,
    bare: withoutParameters(url, ['Key-Pair-Id', 'Signature', 'Policy', 'Expires', 'Hash-Algorithm']),
    ...(expires !== undefined && { expires }),
    opensFolder: resource?.includes('*') ?? false,
    facts: [`key id: ${keyId}`, `opens: ${resource ?? 'this URL with its query (canned policy)'}`],
  };
}

interface PolicyDocument {
  readonly Statement?: readonly {
    readonly Resource?: string;
    readonly Condition?: { readonly DateLessThan?: { readonly 'AWS:EpochTime'?: number } };
  }[];
}

/** Recognises Cloud CDN (HMAC) and Media CDN (Ed25519, whose signatures are longer). */
function google(url: URL): Recognised | undefined {
  // bounded: otherwise, the time would grow with the square of the length
  const path = /edge-cache-token=([^/]{1,2048})\//.exec(url.pathname);
  const query = path ? new URLSearchParams(path[1]) : url.searchParams;
  const [keyName, signature, prefix] = [query.get('KeyName'), query.get('Signature'), query.get('URLPrefix')];
  if (keyName === null || signature === null) return undefined;
  const isMedia = signature.replaceAll('=', '').length > 60;
  const opens = prefix === null ? undefined : Buffer.from(prefix, 'base64url').toString();
  return {
    cdn: isMedia ? 'Google Media CDN' : 'Google Cloud CDN',
    why: `KeyName and Signature ${path ? 'in the path' : 'in the query'}, the signature as long as that of ${isMedia ? 'Ed25519' : 'HMAC'}`,
    format: isMedia ? 'mediaCdn' : 'cloudCdn',
    settings: {
      ...(isMedia && { carrier: path ? 'path' : 'query' }),
      ...(!isMedia && { carrier: 'query' }),
      ...(!path && prefix === null && { exact: true }),
    },
    keyId: keyName,
    bare: path ? withoutPath(url, path[0]) : withoutParameters(url, ['URLPrefix', 'Expires', 'KeyName', 'Signature']),
    expires: Number(query.get('Expires')),
    opensFolder: path !== null || prefix !== null,
    facts: [`key name: ${keyName}`, `opens: ${opens ?? (path ? 'the folder behind it' : 'this URL')}`],
  };
}

/** Recognises Akamai EdgeAuth, and the tokens of Media CDN: fields between `~`. */
function ofFields(url: URL): Recognised | undefined {
  for (const [param, value] of url.searchParams) {
    const found = fields(value);
    const isAkamai = found.hmac !== undefined && found.exp !== undefined;
    const isMedia = found.Signature !== undefined || (found.hmac !== undefined && found.Expires !== undefined);
    if (!isAkamai && !isMedia) continue;
    const opens = found.acl ?? found.PathGlobs ?? found.URLPrefix ?? found.FullPath;
    const isFolder = found.URLPrefix !== undefined || (opens?.includes('*') ?? false);
    return {
      cdn: isAkamai ? 'Akamai' : 'Google Media CDN, short or long token',
      why: `${param} in the query, with the fields ${Object.keys(found).join(', ')}`,
      format: isAkamai ? 'edgeAuth' : 'mediaCdnToken',
      settings: {
        ...(param !== 'hdnts' && { param }),
        ...(isAkamai && found.acl === undefined && { exact: true }),
        ...(isAkamai && found.acl !== undefined && { acl: found.acl.split('!') }),
        ...(isMedia && found.hmac !== undefined && { algorithm: found.hmac.length > 40 ? 'sha256' : 'sha1' }),
      },
      bare: withoutParameters(url, [param]),
      expires: Number(found.exp ?? found.Expires),
      opensFolder: isFolder,
      facts: [
        `opens: ${found.URLPrefix ? Buffer.from(found.URLPrefix, 'base64url').toString() : (opens ?? 'this path')}`,
        ...((found.st ?? found.Starts) ? [`from: ${date(Number(found.st ?? found.Starts))}`] : []),
        ...((found.ip ?? found.IPRanges) ? ['bound to an address of the viewer'] : []),
      ],
    };
  }
  return undefined;
}

function wowza(url: URL): Recognised | undefined {
  const hash = [...url.searchParams.keys()].find(
    (name) => /^[a-z]\w*hash$/i.test(name) && url.searchParams.has(name.replace(/hash$/, 'endtime')),
  );
  if (hash === undefined) return undefined;
  const prefix = hash.slice(0, -'hash'.length);
  const names = [...url.searchParams.keys()].filter((name) => name.startsWith(prefix));
  return {
    cdn: 'Wowza Streaming Engine',
    why: `${names.join(', ')} in the query`,
    format: 'wowza',
    settings: prefix === 'wowzatoken' ? {} : { prefix },
    bare: withoutParameters(url, names),
    expires: Number(url.searchParams.get(`${prefix}endtime`)),
    opensFolder: true,
    facts: ["opens: the stream's folder"],
  };
}

/** Recognises token authentication versions 2 and 3. The basic version has an MD5, and is a layout of `secureLink`. */
function bunny(url: URL): Recognised | undefined {
  const path = /^\/(bcdn_token=[^/]+)\//.exec(url.pathname)?.[1];
  const query = path === undefined ? url.searchParams : new URLSearchParams(path.replace('bcdn_token', 'token'));
  const [token, expires] = [query.get('token'), query.get('expires')];
  if (token === null || expires === null || (path === undefined && /^[\w-]{22}$/.test(token))) return undefined;
  const folder = query.get('token_path');
  const names = [
    'token',
    'expires',
    'token_path',
    'token_countries',
    'token_countries_blocked',
    'token_ignore_params',
    'limit',
  ];
  return {
    cdn: 'Bunny',
    why: path === undefined ? 'token and expires in the query' : 'bcdn_token in front of the path',
    format: 'bunny',
    settings: {
      carrier: path === undefined ? 'query' : 'path',
      version: token.startsWith('HS256-') ? 3 : 2,
      ...(folder === null ? { exact: true } : { tokenPath: folder }),
    },
    bare: path === undefined ? withoutParameters(url, names) : withoutPath(url, `/${path}`),
    expires: Number(expires),
    opensFolder: folder !== null,
    facts: [`opens: ${folder ?? 'this URL'}`],
  };
}

function cloudflare(url: URL): Recognised | undefined {
  const [, made] = /^(\d{10})-[\w+/=%-]{40,}$/.exec(url.searchParams.get('verify')?.replaceAll(' ', '+') ?? '') ?? [];
  if (made === undefined) return undefined;
  return {
    cdn: 'Cloudflare (is_timed_hmac_valid_v0)',
    why: 'verify in the query, a time and an HMAC',
    format: 'cloudflare',
    settings: {},
    bare: withoutParameters(url, ['verify']),
    opensFolder: false,
    facts: [`made: ${date(Number(made))}; the rule at Cloudflare says how long it lasts (--option ttl=…)`],
  };
}

function fastly(url: URL): Recognised | undefined {
  for (const [param, value] of url.searchParams) {
    const [, expires, mac] = /^(\d{10})_([\da-f]{40}|[\da-f]{64})$/.exec(value) ?? [];
    if (expires === undefined || mac === undefined) continue;
    return {
      cdn: 'Fastly (VCL token functions)',
      why: `${param} in the query, a time and a MAC`,
      format: 'fastly',
      settings: { ...(param !== 'token' && { param }), ...(mac.length === 40 && { algorithm: 'sha1' }) },
      bare: withoutParameters(url, [param]),
      expires: Number(expires),
      opensFolder: false,
      facts: ['opens: this path'],
    };
  }
  return undefined;
}

function secureToken(url: URL): Recognised | undefined {
  const [token, expires] = [url.searchParams.get('st'), url.searchParams.get('e')];
  if (token === null || expires === null) return undefined;
  return {
    cdn: 'Azion Secure Token, nginx secure_link',
    why: 'st and e in the query',
    format: 'secureToken',
    settings: {},
    bare: withoutParameters(url, ['st', 'e']),
    expires: Number(expires),
    facts: ['opens: this path, or with --depth a folder; the token does not say'],
  };
}
