import { optionsError } from '../errors/options-error.ts';
import { base64Bytes } from './base64url.ts';

/** One key in base64 or base64url, or several during a rotation: the first one signs, all of them verify. */
export type Base64KeyOptions = { key: string; keys?: never } | { key?: never; keys: readonly string[] };

/** @throws `ERR_OPTIONS` */
export function base64Keys(options: Base64KeyOptions): readonly Uint8Array[] {
  const { key, keys }: { key?: unknown; keys?: readonly unknown[] } = options;
  const list = (keys ?? [key]).map(decodeBase64);
  if ((key !== undefined && keys !== undefined) || list.length === 0 || list.some((each) => !each?.length)) {
    throw optionsError(
      'key',
      'This is missing, empty or not base64. Give `key` in base64, or `keys` with the current one first.',
    );
  }
  return list as Uint8Array[];
}

/** Decodes base64 in either alphabet, padded or not. Returns `undefined` for any other value. */
export function decodeBase64(text: unknown): Uint8Array | undefined {
  return typeof text === 'string' ? base64Bytes(text) : undefined;
}
