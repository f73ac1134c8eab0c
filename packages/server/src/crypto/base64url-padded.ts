import { base64url } from './base64url.ts';

/** Encodes bytes as base64url with padding, as Google writes signatures and prefixes. */
export function base64urlPadded(bytes: Uint8Array): string {
  return padded(base64url(bytes));
}

/** Adds the padding to base64url text that has none. */
export function padded(text: string): string {
  return text.padEnd(Math.ceil(text.length / 4) * 4, '=');
}
