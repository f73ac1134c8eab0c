import { decodeBase64 } from '../../crypto/base64-keys.ts';
import { base64urlPadded, padded } from '../../crypto/base64url-padded.ts';
import { ed25519Signer } from '../../crypto/ed25519-signer.ts';
import { sha1 } from '../../crypto/hash.ts';
import { hmacSigner } from '../../crypto/hmac-signer.ts';
import type { Signer } from '../../crypto/signer.ts';
import { optionsError } from '../../errors/options-error.ts';

export interface GoogleKey {
  /** `KeyName` of the token. */
  name: string;
  /** Base64url: 16 bytes for HMAC, the 32-byte private key for Ed25519. */
  key: string;
}

/** @throws `ERR_OPTIONS` */
export function googleSigners(keys: readonly GoogleKey[], algorithm: 'hmac' | 'ed25519'): ReadonlyMap<string, Signer> {
  const signers = keys.map(({ name, key }): [string, Signer] => {
    const bytes = decodeBase64(key);
    if (!/^[\w-]+$/.test(name) || !bytes?.length)
      throw optionsError(
        'keys',
        'A key has a name that is not allowed, or is not base64url. ' +
          'Give a name of letters, digits, - and _, and a key in base64url.',
      );
    return [
      name,
      algorithm === 'hmac' ? hmacSigner(sha1, bytes, 'base64url', padded) : ed25519Signer(bytes, base64urlPadded),
    ];
  });
  if (new Set(keys.map(({ name }) => name)).size !== keys.length)
    throw optionsError('keys', 'A name is given twice. Give each name once.');
  if (signers.length === 0)
    throw optionsError('keys', 'The list is empty. Give at least one key. The first one signs.');
  return new Map(signers);
}
