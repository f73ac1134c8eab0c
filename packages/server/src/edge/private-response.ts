/**
 * Headers that make CDNs keep a response whatever its `Cache-Control` says, and headers that label what CDNs have kept.
 */
const cacheHeaders = [
  'CDN-Cache-Control',
  'Akamai-Cache-Control',
  'Cloudflare-CDN-Cache-Control',
  'Fastly-CDN-Cache-Control',
  'Netlify-CDN-Cache-Control',
  'Vercel-CDN-Cache-Control',
  'Surrogate-Control',
  'Surrogate-Key',
  'Edge-Control',
  'Cache-Tag',
  'Edge-Cache-Tag',
  'X-Accel-Expires',
  'Expires',
];

/** Prevents caches from keeping a response that is for one viewer, whatever the origin has said. */
export function keepOutOfCaches(headers: Headers): void {
  for (const name of cacheHeaders) headers.delete(name);
  headers.set('Cache-Control', 'private, no-store');
}
