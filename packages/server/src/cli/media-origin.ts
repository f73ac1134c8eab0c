import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';
import { decodeOnce } from '../decode-once.ts';
import { isServable } from './media-list.ts';

/** What browsers and players want to see, and mime lists do not know. */
const types: Readonly<Record<string, string>> = {
  m3u8: 'application/vnd.apple.mpegurl',
  m4s: 'video/iso.segment',
  m4a: 'audio/mp4',
  vtt: 'text/vtt; charset=utf-8',
  key: 'application/octet-stream',
};

/** The files of a folder behind `/media/…` and `/signed/…`, with byte ranges. */
export function mediaOrigin(root: string): (request: Request) => Promise<Response> {
  const files = new Hono();
  files.use('*', serveStatic({ root, rewriteRequestPath: (path) => path.replace(/^\/\w+/, '') }));
  return async (request) => {
    const { pathname } = new URL(request.url);
    if (!isServable(decodeOnce(pathname) ?? '%')) return new Response(null, { status: 404 });
    const response = await files.fetch(request);
    const headers = new Headers(response.headers);
    const type = types[pathname.split('.').at(-1)?.toLowerCase() ?? ''];
    if (type && response.ok) headers.set('Content-Type', type);
    if (response.ok) headers.set('Accept-Ranges', 'bytes');
    return new Response(response.body, { status: response.status, headers });
  };
}
