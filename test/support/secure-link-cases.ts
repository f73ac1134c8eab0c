import { secureLink, secureLinkLayouts as layouts } from '../../packages/server/src/index.ts';
import type { SecureLinkLayout, SecureLinkOptions } from '../../packages/server/src/index.ts';
import { absolute } from './vector-cases.ts';
import type { Vector, VectorCase } from './vector-cases.ts';

/** The `rand` of vectors that do not have the 0 which the layout writes. */
const rand = 'Kv4cPTAAP5YTi';
const tencentA: SecureLinkLayout = {
  ...layouts.tencentA,
  hash: `{path}-{expires}-${rand}-0-{secret}`,
  query: { sign: `{expires}-${rand}-0-{token}` },
};
/** The nginx of the vectors: the token in the path opens the first folder. */
const nginxPath: SecureLinkLayout = { hash: '{secret}{directory}{expires}', base: '/s/{token}/{expires}', depth: 1 };

type Layout = SecureLinkLayout & Pick<SecureLinkOptions, 'validity'>;

const layoutOf: Record<string, Layout | undefined> = {
  'keycdn-secure-token': layouts.keyCdn,
  'cdn77-secure-token': layouts.cdn77,
  'gcore-secure-token': layouts.gcore,
  'jwplayer-md5': layouts.jwPlayer,
  'alibaba-type-a': layouts.alibabaA,
  'alibaba-type-c': layouts.alibabaCQuery,
  'tencent-type-a': tencentA,
  'tencent-type-d': layouts.tencentD,
  'bunny-token-v1-md5': layouts.bunnyBasic,
  'nginx-path-prefix': nginxPath,
  'nginx-secure-link-docs': layouts.nginx,
  'nginx-hmac-secure-link': layouts.nginxHmac,
  'huawei-type-a': layouts.huaweiA,
  'qiniu-timestamp': layouts.qiniu,
  'secure-link-of-hash': { hash: '{secret}{path}{expires}', query: { st: '{token}', e: '{expires}' } },
};
const layoutOfVector: Record<string, Layout> = {
  'cdn77-secure-token-02': layouts.cdn77Path,
  'gcore-secure-token-03': layouts.gcoreFolder,
};

const secondsOf = ({ expires }: Vector, { time = 'decimal', validity = 0 }: Layout): number =>
  parseInt(String(expires), time === 'decimal' ? 10 : 16) + validity;

/** The URL without its token: everything a layout puts into a URL is recognisable by its form. */
const unsign = (url: string): string =>
  url
    .replace(/\/s\/[\w-]{22}\/\d{10}(?=\/)/, '')
    .replace(/\/[\w-]{22}==,\d{10}(?=\/)/, '')
    .replace(/\?.*/, '');

interface Extras extends Pick<Layout, 'algorithm'> {
  ip?: string;
  remote_addr?: string;
}

/** `undefined` for a vector of another family. */
export function secureLinkCase(vector: Vector): VectorCase | undefined {
  const layout = layoutOfVector[vector.id] ?? layoutOf[vector.format];
  if (!layout) return undefined;
  const { ip, remote_addr: address, algorithm } = (vector.extras ?? {}) as Extras;
  // The secret of the nginx example is the expression's, and the expression has the space in it.
  const secret = vector.secret!.replace(/ \(with .*\)$/, '');
  const signed = absolute(vector.url);
  const options = {
    ...layout,
    ...(algorithm && { algorithm }),
    secret,
    maxTtl: Infinity,
    ip: ip ?? address ?? '',
  };
  return { format: secureLink(options), target: unsign(signed), expected: signed, expires: secondsOf(vector, layout) };
}
