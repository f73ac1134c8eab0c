import { base64url } from './base64url.ts';

/** Base64url with its padding, as Google writes signatures and prefixes. */
export function base64urlPadded(bytes: Uint8Array): string {
  return padded(base64url(bytes));
}

/** Base64url that has none, with its padding. */
export function padded(text: string): string {
  return text.padEnd(Math.ceil(text.length / 4) * 4, '=');
}
