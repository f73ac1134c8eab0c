import type { TokenSource } from '../contract/token-source.ts';

/** Where an XMLHttpRequest and a Response say to which URL the request went. */
const PROPERTIES = ['responseURL', 'url'] as const;

/**
 * Lets an object of the browser that stands for a request report its URL without the token: players hand these objects
 * out in events, and apps log them. Headers and whatever else it holds are left alone.
 */
export function hideSignedUrl(details: unknown, source: TokenSource): void {
  if (typeof details !== 'object' || details === null) return;
  for (const property of PROPERTIES) {
    // objects of apps, and those that are done already, have one of their own
    if (!(property in details) || Object.hasOwn(details, property)) continue;
    const prototype: unknown = Object.getPrototypeOf(details);
    // asked anew each time, because an XMLHttpRequest does not know it before the response
    const get = (): unknown => {
      const url: unknown = Reflect.get(prototype as object, property, details);
      return typeof url === 'string' ? source.unsign(url) : url;
    };
    Reflect.defineProperty(details, property, { configurable: true, get });
  }
}
