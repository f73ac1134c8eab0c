import { createHash } from 'node:crypto';
import type { Token } from '../../packages/core/src/index.ts';
import { TRANSIT } from './signer.ts';

/**
 * The requests that a token opens. `path` opens a URL with any query (Azion, nginx), `full` a URL with its query
 * (CloudFront, Akamai), `prefix` a folder, `moved` a folder with a token that travels in the path. `none` is for media
 * that is open to all.
 */
export type LabFormat = 'path' | 'full' | 'prefix' | 'moved' | 'none';

const MARK = 'TOKEN';
const hash = (text: string): string => createHash('sha256').update(`lab${text}`).digest('hex').slice(0, 16);

/**
 * A token for `url`.
 * @param options `ttl` seconds; with another `serial` it is another token
 */
export function labToken(format: LabFormat, url: string, { ttl, serial }: { ttl: number; serial: number }): Token {
  const expires = Math.ceil(Date.now() / 1000) + ttl;
  const mark = `${MARK}${serial}x`;
  const { origin, pathname } = new URL(url);
  const prefix = `${origin}/v/`;
  const query = (subject: string): Record<string, string> => ({
    st: mark + hash(`${subject}${expires}${mark}`),
    e: String(expires),
  });
  if (format === 'path') return { url, anyQuery: true, expires, query: query(pathname) };
  if (format === 'full') return { url, expires, query: query(url) };
  if (format === 'prefix') return { prefix, expires, query: query(prefix) };
  return { prefix, expires, base: `${origin}/t/${mark}${hash(`${prefix}${expires}${mark}`)}/${expires}/v/` };
}

/** The path without a token in it, and 200, 403, or 410. */
export function verifyLabToken(format: LabFormat, url: URL): { path: string; verdict: number } {
  const [, moved, movedExpires, below] = /^\/t\/([^/]+)\/(\d+)(\/v\/.*)$/.exec(url.pathname) ?? [];
  const path = below ?? url.pathname;
  if (!path.startsWith('/v/') || format === 'none') return { path, verdict: 200 };
  // as text, for some signatures cover the bytes
  const [bare = '', ...behind] = url.href.split('?');
  const query = behind.join('?');
  const pairs = query.split('&').filter(Boolean);
  const ours = pairs.filter((pair) => /^(st|e)=/.test(pair));
  const rest = pairs.filter((pair) => !ours.includes(pair));
  const plain = bare + (rest.length ? `?${rest.join('&')}` : '');
  const [token = '', expires = ''] = moved
    ? [moved, movedExpires]
    : ['st', 'e'].map((name) => ours.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1));
  const [mark = ''] = /^TOKEN\d+x/.exec(token) ?? [];
  const subjects = { path: url.pathname, full: plain, prefix: `${url.origin}/v/`, moved: `${url.origin}/v/` };
  // appended instead of replaced is a refusal, too
  const isGood = ours.length <= 2 && !!mark && token === mark + hash(`${subjects[format]}${expires}${mark}`);
  return { path, verdict: !isGood ? 403 : Number(expires) + TRANSIT < Date.now() / 1000 ? 410 : 200 };
}
