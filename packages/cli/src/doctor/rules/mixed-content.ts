/** Tells whether a browser blocks `url` below a page or a document at `above`. Loopback hosts are never insecure. */
export function isMixedContent(url: string, above: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && new URL(above).protocol === 'https:' && !isLoopback(hostname);
}

/** Tells whether browsers trust a host as local ("potentially trustworthy", W3C Secure Contexts section 3.1). */
const isLoopback = (hostname: string): boolean =>
  /^(?:127(?:\.\d{1,3}){3}|\[::1\]|(?:.+\.)?localhost)$/i.test(hostname);
