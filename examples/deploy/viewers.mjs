import ipaddr from 'ipaddr.js';

// Replace both functions by what your app knows. For a first try everybody may watch, and an address is a viewer.

/**
 * Returns the account of a log-in that you have verified, or `undefined` where nobody is logged in.
 * @type {(request: Request) => string | undefined | Promise<string | undefined>}
 */
export function viewerOf(request) {
  // Only nginx sets it, and nobody but nginx reaches this server.
  const address = request.headers.get('X-Real-IP') ?? '';
  return ipaddr.isValid(address) ? networkOf(address) : undefined;
}

/**
 * Whether this viewer may watch all of these URLs.
 * @type {(viewer: string, urls: readonly string[]) => boolean | Promise<boolean>}
 */
export const mayWatch = () => true;

/** One client has 2^64 addresses of IPv6: they share their first four groups. @type {(text: string) => string} */
function networkOf(text) {
  const address = ipaddr.process(text);
  if (address.kind() === 'ipv4') return address.toString();
  return /** @type {import('ipaddr.js').IPv6} */ (address).parts.slice(0, 4).join(':');
}
