import { realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';
import { servedPath } from './served-path.ts';

/** Content types that browsers and players expect, and that lists of MIME types do not contain. */
const types: Readonly<Record<string, string>> = {
  m3u8: 'application/vnd.apple.mpegurl',
  m4s: 'video/iso.segment',
  m4a: 'audio/mp4',
  vtt: 'text/vtt; charset=utf-8',
  key: 'application/octet-stream',
};

/**
 * Creates the origin of a folder: it serves the files below `/media/…` and `/signed/…`, with byte ranges. It does not
 * follow links that lead out of the folder.
 */
export function mediaOrigin(root: string): (request: Request) => Promise<Response> {
  const files = new Hono();
  files.use('*', serveStatic({ root, index, rewriteRequestPath: withoutMount }));
  return async (request) => {
    const { pathname } = new URL(request.url);
    const path = servedPath(pathname);
    if (path === undefined || !(await isInside(root, withoutMount(path)))) return new Response(null, { status: 404 });
    const response = await files.fetch(request);
    const headers = new Headers(response.headers);
    const type = types[pathname.split('.').at(-1)?.toLowerCase() ?? ''];
    if (type && response.ok) headers.set('Content-Type', type);
    if (response.ok) headers.set('Accept-Ranges', 'bytes');
    return new Response(response.body, { status: response.status, headers });
  };
}

/** The file that answers a request for a folder. */
const index = 'index.html';

const withoutMount = (path: string): string => path.replace(/^\/\w+/, '');

async function isInside(root: string, path: string): Promise<boolean> {
  try {
    const asked = join(root, path);
    const served = (await stat(asked)).isDirectory() ? join(asked, index) : asked;
    const [folder, file] = await Promise.all([realpath(root), realpath(served)]);
    return file.startsWith(folder.endsWith(sep) ? folder : folder + sep);
  } catch {
    return false;
  }
}
