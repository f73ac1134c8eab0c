/** Headers by which CDNs keep an answer whatever its `Cache-Control` says, and those that name what they have kept. */
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

/** Lets no cache keep a response that is for one viewer alone, whatever the origin said for all. */
export function keepOutOfCaches(headers: Headers): void {
  for (const name of cacheHeaders) headers.delete(name);
  headers.set('Cache-Control', 'private, no-store');
}
