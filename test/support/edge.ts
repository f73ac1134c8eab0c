import { vi } from 'vitest';
import { createEdgeHandler, azion, signUrl } from '../../packages/server/src/index.ts';
import type { EdgeHandlerOptions } from '../../packages/server/src/index.ts';

export const NOW = 1_795_500_000;
export const HOST = 'https://cdn.example.com';
export const format = azion({ secret: 'mysecret' });
export const signed = (path: string, expires = NOW + 60): Promise<string> => signUrl(HOST + path, { format, expires });
export const body = 'x'.repeat(100);

/** An origin that serves ranges, validators and playlists, and remembers what it was asked. */
export const setUp = (options: Partial<EdgeHandlerOptions> = {}) => {
  const asked: Request[] = [];
  const origin = vi.fn((request: Request): Response => {
    asked.push(request);
    if (request.headers.get('If-None-Match') === '"1"')
      return new Response(null, { status: 304, headers: { ETag: '"1"' } });
    const headers = { ETag: '"1"', 'Accept-Ranges': 'bytes', 'Access-Control-Allow-Origin': 'https://origin.example' };
    const range = /bytes=(\d+)-(\d+)/.exec(request.headers.get('Range') ?? '');
    if (range) {
      const part = body.slice(Number(range[1]), Number(range[2]) + 1);
      return new Response(part, {
        status: 206,
        headers: { ...headers, 'Content-Range': `bytes ${range[1]}-${range[2]}/100` },
      });
    }
    return new Response(request.method === 'HEAD' ? null : body, { headers: { ...headers, 'Content-Length': '100' } });
  });
  const handle = createEdgeHandler({ format, origin, clock: () => NOW * 1000, ...options });
  const get = (url: string, init?: RequestInit): Promise<Response> => handle(new Request(url, init));
  return { handle, get, origin, asked };
};
