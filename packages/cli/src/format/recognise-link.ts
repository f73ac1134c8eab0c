import type { Recognised } from './recognise.ts';
import { withoutParameters, withoutPath } from './token-text.ts';

/** A layout of `secureLink`, and the form of its tokens. */
interface Layout {
  readonly layout: string;
  readonly cdn: string;
  /** Parameters that carry the token; all of them must match. */
  readonly query?: Readonly<Record<string, RegExp>>;
  /** The beginning of the path, in place of `query`. In both, the group `expires` is the expiry. */
  readonly path?: RegExp;
  readonly time?: 'hex' | 'minutes';
  readonly opensFolder?: boolean;
}

const md5 = '[\\da-f]{32}';
const base64 = '[\\w-]{22}';
const seconds = /^(?<expires>[1-9]\d{9})$/;
/** An MD5 and then a time in front of the path: Alibaba writes the time in upper case, Tencent in lower case. */
const timeInHex = (time: string): RegExp => new RegExp(`^/[\\da-fA-F]{32}/(?<expires>${time})(?=/)`);
const one = (pattern: string): RegExp => new RegExp(`^${pattern}$`, 'i');

const layouts: readonly Layout[] = [
  { layout: 'keyCdn', cdn: 'KeyCDN', query: { token: one(base64), expire: seconds } },
  { layout: 'cdn77', cdn: 'CDN77', query: { secure: one(`${base64}(?:==)?,(?<expires>\\d{10})`) } },
  {
    layout: 'cdn77Path',
    cdn: 'CDN77',
    path: new RegExp(`^/${base64}(?:==)?,(?<expires>\\d{10})(?=/)`),
    opensFolder: true,
  },
  {
    layout: 'gcore',
    cdn: 'Gcore, EdgeCenter, Yandex Cloud CDN, or nginx as in its documentation',
    query: { md5: one(base64), expires: seconds },
  },
  { layout: 'bunnyBasic', cdn: "Bunny's basic token authentication", query: { token: one(base64), expires: seconds } },
  { layout: 'jwPlayer', cdn: 'JW Player signed URLs', query: { sig: one(md5), exp: seconds } },
  {
    layout: 'alibabaA',
    cdn: 'Alibaba Cloud CDN, type A',
    query: { auth_key: one(`(?<expires>\\d{10})-\\w+-\\w+-${md5}`) },
  },
  {
    layout: 'alibabaCQuery',
    cdn: 'Alibaba Cloud CDN, type C',
    query: { KEY1: one(md5), KEY2: one('(?<expires>[\\da-f]{8})') },
    time: 'hex',
  },
  {
    layout: 'tencentA',
    cdn: 'Tencent Cloud CDN, method A',
    query: { sign: one(`(?<expires>\\d{10})-\\w+-\\w+-${md5}`) },
  },
  { layout: 'tencentD', cdn: 'Tencent Cloud CDN, method D', query: { sign: one(md5), t: seconds } },
  {
    layout: 'alibabaB',
    cdn: 'Alibaba Cloud CDN type B, or Tencent method B',
    path: new RegExp(`^/(?<expires>20\\d{10})/${md5}(?=/)`),
    time: 'minutes',
  },
  {
    layout: 'alibabaC',
    cdn: 'Alibaba Cloud CDN type C, or Tencent method C',
    path: timeInHex('[\\dA-F]{8}'),
    time: 'hex',
  },
  { layout: 'tencentC', cdn: 'Tencent Cloud CDN, method C', path: timeInHex('[\\da-f]{8}'), time: 'hex' },
];

/** Recognises tokens of `secureLink` in the known layouts of CDNs. */
export function recogniseLink(url: URL): Recognised | undefined {
  for (const { layout, cdn, query = {}, path, time, opensFolder = false } of layouts) {
    const names = Object.keys(query);
    const matches = path
      ? [path.exec(url.pathname)]
      : names.map((name) => query[name]!.exec(url.searchParams.get(name) ?? ''));
    if (matches.includes(null)) continue;
    const expires = matches.flatMap((match) => match?.groups?.expires ?? [])[0];
    const part = path?.exec(url.pathname)?.[0];
    return {
      cdn,
      why: part === undefined ? `${names.join(' and ')} in the query` : 'a time and an MD5 in front of the path',
      format: 'secureLink',
      settings: { layout },
      bare: part === undefined ? withoutParameters(url, names) : withoutPath(url, part),
      ...(expires !== undefined && { expires: timeOf(expires, time) }),
      opensFolder,
      facts: [`opens: ${opensFolder ? 'its folder and all below' : 'this path'}`],
    };
  }
  return undefined;
}

/** Reads an expiry. With `minutes`, it is a text such as `202611281930`, in the time of China (UTC+8). */
function timeOf(text: string, time: Layout['time']): number {
  if (time === 'hex') return parseInt(text, 16);
  if (time !== 'minutes') return Number(text);
  const [, year, month, day, hour, minute] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text) ?? [];
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:00+08:00`) / 1000;
}
