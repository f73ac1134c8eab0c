import { base64url } from './base64url.ts';

/** Base64url with its padding, as Google writes signatures and prefixes. */
export function base64urlPadded(bytes: Uint8Array): string {
  const text = base64url(bytes);
  return text.padEnd(Math.ceil(text.length / 4) * 4, '=');
}
