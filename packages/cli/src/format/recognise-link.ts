import type { Found } from './recognise.ts';

/** A layout of `secureLink`, and the form of its tokens. */
interface Layout {
  readonly layout: string;
  readonly cdn: string;
  /** Parameters that carry the token; all of them must match. */
  readonly query?: Readonly<Record<string, RegExp>>;
  /** The beginning of the path, in place of `query`. In both, the group `expires` is the expiry. */
  readonly path?: RegExp;
  /** @default unix seconds */
  readonly time?: 'hex' | 'minutes';
  /** @default false */
  readonly opensFolder?: true;
}

const md5 = /^[\da-f]{32}$/i;
const base64 = /^[\w-]{22}$/;
const seconds = /^(?<expires>[1-9]\d{9})$/;
const secondsAndMd5 = /^(?<expires>\d{10})-\w+-\w+-[\da-f]{32}$/i;

/** Alibaba writes the time in upper case, Tencent in lower case. */
const layouts: readonly Layout[] = [
  { layout: 'keyCdn', cdn: 'KeyCDN', query: { token: base64, expire: seconds } },
  { layout: 'cdn77', cdn: 'CDN77', query: { secure: /^[\w-]{22}(?:==)?,(?<expires>\d{10})$/ } },
  { layout: 'cdn77Path', cdn: 'CDN77', path: /^\/[\w-]{22}(?:==)?,(?<expires>\d{10})(?=\/)/, opensFolder: true },
  { layout: 'gcore', cdn: 'Gcore, EdgeCenter, Yandex Cloud CDN, or nginx', query: { md5: base64, expires: seconds } },
  { layout: 'bunnyBasic', cdn: "Bunny's basic token authentication", query: { token: base64, expires: seconds } },
  { layout: 'jwPlayer', cdn: 'JW Player signed URLs', query: { sig: md5, exp: seconds } },
  { layout: 'alibabaA', cdn: 'Alibaba Cloud CDN, type A', query: { auth_key: secondsAndMd5 } },
  {
    layout: 'alibabaCQuery',
    cdn: 'Alibaba Cloud CDN, type C',
    query: { KEY1: md5, KEY2: /^(?<expires>[\da-f]{8})$/i },
    time: 'hex',
  },
  { layout: 'tencentA', cdn: 'Tencent Cloud CDN, method A', query: { sign: secondsAndMd5 } },
  { layout: 'tencentD', cdn: 'Tencent Cloud CDN, method D', query: { sign: md5, t: seconds } },
  {
    layout: 'alibabaB',
    cdn: 'Alibaba Cloud CDN type B, or Tencent method B',
    path: /^\/(?<expires>20\d{10})\/[\da-f]{32}(?=\/)/,
    time: 'minutes',
  },
  {
    layout: 'alibabaC',
    cdn: 'Alibaba Cloud CDN type C, or Tencent method C',
    path: /^\/[\da-fA-F]{32}\/(?<expires>[\dA-F]{8})(?=\/)/,
    time: 'hex',
  },
  {
    layout: 'tencentC',
    cdn: 'Tencent Cloud CDN, method C',
    path: /^\/[\da-fA-F]{32}\/(?<expires>[\da-f]{8})(?=\/)/,
    time: 'hex',
  },
];

/** Recognises tokens of `secureLink` in the known layouts of CDNs. */
export function recogniseLink({ pathname, searchParams }: URL): Found | undefined {
  for (const { layout, cdn, query = {}, path, time, opensFolder = false } of layouts) {
    const inPath = path?.exec(pathname);
    const inQuery = Object.entries(query).map(([name, form]) => form.exec(searchParams.get(name) ?? ''));
    const matches = path ? [inPath] : inQuery;
    if (!matches.every((match) => match)) continue;
    return {
      cdn,
      format: 'secureLink',
      settings: { layout },
      names: Object.keys(query),
      part: inPath?.[0],
      expires: timeOf(matches.map((match) => match?.groups?.expires ?? '').join(''), time),
      opensFolder,
      opens: opensFolder ? 'its folder and all below' : 'this path',
    };
  }
  return undefined;
}

/** Reads an expiry. With `minutes`, it is a text such as `202611281930`, in the time of China (UTC+8). */
function timeOf(text: string, time: Layout['time']): number {
  if (time === 'hex') return parseInt(text, 16);
  if (time !== 'minutes') return Number(text);
  const written = text.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)$/, '$1-$2-$3T$4:$5:00+08:00');
  return Date.parse(written) / 1000;
}
