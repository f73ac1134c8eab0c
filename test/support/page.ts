import { createVodOrigin } from '../../examples/origin/vod-origin.mjs';
import { listen } from './listen.ts';

export type HlsVersion = '1.7' | '1.6' | '1.5';
/**
 * The way in which the page loads hls.js and the plugin: `<script src>` with globals, or `<script type=module>` with an
 * import map.
 */
export type ScriptFormat = 'script' | 'module';

const folders: Record<HlsVersion, string> = { '1.7': 'hls.js', '1.6': 'hls.js-1.6', '1.5': 'hls.js-1.5' };

export interface PageServer {
  readonly origin: string;
  url(version: HlsVersion, format: ScriptFormat): string;
  /** A page with these scripts, sent with this Content Security Policy. It lies beside the worker's file. */
  withPolicy(policy: string, scripts: readonly string[]): string;
  stop(): Promise<void>;
}

/** A worker helps the pages beside its file and below. */
const POLICY_PAGE = '/packages/worker/dist/policy.html';

/** Paths of the workers at the root, as in an app: there a worker helps every page. */
const TOKEN_WORKERS = ['/token-worker.js', '/token-worker-all.js'];

const html = (body: string, headers: Record<string, string> = {}): Response =>
  new Response(body, { headers: { 'Content-Type': 'text/html; charset=utf-8', ...headers } });

const scriptTag = (src: string): string => `<script src="${src}"></script>`;

const withElement = (scripts: string): string => `<!doctype html>
<title>Player</title>
<video muted playsinline width="320" height="180"></video>
${scripts}
`;

/** Serves pages with a video element, hls.js and the plugin as it is shipped, from a port of its own: CORS is real. */
export async function startPageServer(): Promise<PageServer> {
  const files = createVodOrigin({ root: new URL('../..', import.meta.url).pathname });
  const server = await listen(async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === '/favicon.ico') return new Response(null, { status: 204 });
    if (pathname === POLICY_PAGE) {
      const policy = { 'Content-Security-Policy': searchParams.get('policy') ?? '' };
      return html(withElement(searchParams.getAll('script').map(scriptTag).join('\n')), policy);
    }
    if (TOKEN_WORKERS.includes(pathname))
      return files(new Request(new URL(`/packages/worker/dist${pathname}`, request.url)));
    if (pathname !== '/player.html') return files(request);
    return html(playerPage(folders[searchParams.get('hls') as HlsVersion], searchParams.get('format') as ScriptFormat));
  });
  return {
    origin: server.origin,
    url: (version, format) => `${server.origin}/player.html?hls=${version}&format=${format}`,
    withPolicy(policy, scripts) {
      const query = new URLSearchParams({ policy });
      for (const script of scripts) query.append('script', script);
      return `${server.origin}${POLICY_PAGE}?${query}`;
    },
    stop: () => server.close(),
  };
}

function playerPage(hls: string, format: ScriptFormat): string {
  const imports = {
    'hls.js': `/node_modules/${hls}/dist/hls.mjs`,
    'secure-token-hlsjs': '/packages/hlsjs/dist/index.js',
    'secure-token-core': '/packages/core/dist/index.js',
    'secure-token-core/adapter': '/packages/core/dist/adapter.js',
    'secure-token-core/playlists': '/packages/core/dist/playlists.js',
  };
  const scripts =
    format === 'script'
      ? [`/node_modules/${hls}/dist/hls.min.js`, '/packages/hlsjs/dist/secure-token-hlsjs.min.js']
          .map(scriptTag)
          .join('\n')
      : `<script type="importmap">${JSON.stringify({ imports })}</script>
<script type="module">
import Hls from 'hls.js';
import * as SecureTokenHls from 'secure-token-hlsjs';
Object.assign(window, { Hls, SecureTokenHls });
</script>`;
  return withElement(scripts);
}
