import { decodeBase64 } from '../../crypto/base64-keys.ts';

/** Base64 with CloudFront's own three replacements: `+` is `-`, `=` is `_`, `/` is `~`. */
export const cloudFrontEncoding: {
  readonly encode: (bytes: Uint8Array) => string;
  readonly decode: (text: string) => Uint8Array | undefined;
} = {
  encode: (bytes) => {
    let binary = '';
    for (const byte of bytes) binary += String.fromCharCode(byte);
    return btoa(binary).replaceAll('+', '-').replaceAll('=', '_').replaceAll('/', '~');
  },
  decode: (text) => {
    const bytes = decodeBase64(text.replaceAll('_', '=').replaceAll('-', '+').replaceAll('~', '/'));
    return bytes && cloudFrontEncoding.encode(bytes) === text ? bytes : undefined;
  },
};
