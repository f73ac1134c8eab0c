import { createVodOrigin } from '../../examples/origin/vod-origin.mjs';
import { listen } from './listen.ts';
import { lowered } from './older-chromium.ts';
import { installHelpers } from './page-helpers.ts';

export interface PageServer {
  readonly origin: string;
  /** What an app serves beside its pages, by its path. */
  readonly own: Record<string, () => Response | Promise<Response>>;
  /** URL of a page with an element, the helpers of the tests, and these scripts, by their paths in the repository. */
  url(scripts?: readonly string[]): string;
  /** URL of a page with an element and these scripts alone, sent with this Content Security Policy. */
  withPolicy(policy: string, scripts: readonly string[]): string;
  stop(): Promise<void>;
}

const HELPERS = '/helpers.js';
/** Any browser that a test opens reads them. */
export const helpers = lowered(`(${installHelpers.toString()})();`);

/** Nobody looks at a page, and without the styles of Video.js it is laid out anew for each picture. */
const HEAD = `<link rel="icon" href="data:,">
<style>body { margin: 0; background: #fff } .vjs-control-bar { display: none }</style>`;

/** A page with an element and these scripts. */
export const pageHtml = (scripts: readonly string[], head = HEAD): string => `<!doctype html>
<meta charset="utf-8"><title>page</title>
${head}
<video muted playsinline width="320" height="180"></video>
${scripts.map((src) => `<script src="${src}"></script>`).join('\n')}
`;

/** Serves pages, and all files of the repository, from a port of its own: CORS is real. */
export async function startPageServer(): Promise<PageServer> {
  const files = createVodOrigin({ root: new URL('../..', import.meta.url).pathname });
  const own: PageServer['own'] = {};
  const server = await listen(async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    const answer = own[pathname];
    if (answer) return answer();
    if (pathname === '/favicon.ico') return new Response(null, { status: 204 });
    if (pathname === HELPERS) return new Response(helpers, { headers: { 'content-type': 'text/javascript' } });
    // at the root, as in an app: there a worker helps every page
    if (/^\/token-worker[\w.-]*\.js$/.test(pathname))
      return files(new Request(new URL(`/packages/worker/dist${pathname}`, request.url)));
    if (pathname !== '/page') return files(request);
    const policy = searchParams.get('policy') ?? '';
    return new Response(pageHtml(searchParams.getAll('script'), policy ? '' : undefined), {
      headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy },
    });
  });
  const url = (scripts: readonly string[], policy = ''): string =>
    `${server.origin}/page?${new URLSearchParams([['policy', policy], ...scripts.map((src) => ['script', src])])}`;
  return {
    origin: server.origin,
    own,
    url: (scripts = []) => url([HELPERS, ...scripts.map((path) => `/${path}`)]),
    withPolicy: (policy, scripts) => url(scripts, policy),
    stop: () => server.close(),
  };
}
