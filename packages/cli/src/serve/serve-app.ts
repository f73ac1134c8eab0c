import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { Hono } from 'hono';
import { createEdgeHandler, createSigningEndpoint, signUrl } from 'secure-token-server';
import type { TokenFormat } from 'secure-token-server';
import { CliError } from '../cli-error.ts';
import { mediaList } from './media-list.ts';
import { mediaOrigin } from './media-origin.ts';
import type { PlayerFiles } from '../player-files.ts';
import { servePage } from './serve-page.ts';

/** Lifetime of a link in seconds. A link is used without a plugin that could renew its token. */
const linkLifetime = 12 * 3600;

/**
 * Signs a link as the page does, before the page is first requested.
 *
 * @throws `CliError` for a format whose tokens cannot be in a link or end too early, or that signs only paths of a CDN
 */
export async function checkLinks(format: TokenFormat): Promise<void> {
  const { maxTtl = Infinity } = format;
  if (maxTtl < linkLifetime)
    throw new CliError(
      `serve: the links of the page are good for ${linkLifetime} s, and the tokens of this format for ${maxTtl} s at ` +
        'most. Give --option maxTtl=43200, or what the format calls it.',
    );
  try {
    await signUrl('http://127.0.0.1/signed/film/master.m3u8', { format, expiresIn: linkLifetime });
  } catch (cause) {
    throw new CliError(`serve: the links of the page cannot be signed. ${(cause as Error).message}`, { cause });
  }
}

/**
 * Returns no link for a path that the format cannot sign, such as one with `~` for `edgeAuth`. Other files keep theirs.
 */
function noLink(error: unknown): undefined {
  if (!(error instanceof Error && 'code' in error && error.code === 'ERR_OPTIONS')) throw error;
}

/**
 * Creates the page, the signing endpoint and the edge of `secure-token serve`. It serves the folder twice: below
 * `/media/` for the plugin, and below `/signed/` with signed playlists, for links that any player plays.
 */
export function createServeApp({
  root,
  format,
  ttl,
  playerFiles,
  isNamed,
}: {
  root: string;
  format: TokenFormat;
  /** Seconds. */
  ttl: number;
  playerFiles: PlayerFiles | undefined;
  /** Tells whether a `Host` header names this server. */
  isNamed: (host: string) => boolean;
}): Hono {
  const origin = mediaOrigin(root);
  const media = createEdgeHandler({ format, origin });
  const signed = createEdgeHandler({ format, origin, signPlaylists: true });

  const folder = basename(resolve(root));
  const app = new Hono();
  // a page of another site must not reach this page under its own host name
  app.use('*', async (context, next) => {
    if (isNamed(context.req.header('Host') ?? '')) return next();
    return context.text('This server answers to the address that it has printed.', 403);
  });
  app.get('/', async (context) => {
    const { origin: here } = new URL(context.req.url);
    const paths = await mediaList(root);
    const files = paths.map(async (path) => {
      const url = (mount: string): string => new URL(encodeURI(`/${mount}/${path}`), here).href;
      const link = await signUrl(url('signed'), { format, expiresIn: linkLifetime }).catch(noLink);
      return { path, link, source: /\.m3u8$/i.test(path) ? url('media') : undefined };
    });
    context.header('Cache-Control', 'no-store');
    return context.html(await servePage(await Promise.all(files), { folder, hasPlugin: playerFiles !== undefined }));
  });
  if (playerFiles) {
    for (const [name, file] of Object.entries(playerFiles) as [string, string][]) {
      app.get(`/player/${name}.js`, async (context) =>
        context.body(await readFile(file, 'utf8'), 200, { 'Content-Type': 'text/javascript; charset=utf-8' }),
      );
    }
  }
  app.all('/token', ({ req: { raw } }) => {
    const allow = `${new URL(raw.url).origin}/media/`;
    return createSigningEndpoint({ format, allow, ttl, authorize: () => true })(raw);
  });
  app.all('*', (context) => {
    const { raw } = context.req;
    const url = new URL(raw.url);
    // a token may stand before the path
    const { pathname } = format.bare?.(url) ?? url;
    if (pathname.startsWith('/media/')) return media(raw);
    return pathname.startsWith('/signed/') ? signed(raw) : context.notFound();
  });
  return app;
}
