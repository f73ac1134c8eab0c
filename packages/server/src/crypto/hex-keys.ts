import { hexToBytes } from '@noble/hashes/utils.js';
import { optionsError } from '../errors/options-error.ts';

/** One key in hex, or several during a rotation: the first one signs, all of them verify. */
export type HexKeyOptions = { key: string; keys?: never } | { key?: never; keys: readonly string[] };

/** @throws `ERR_OPTIONS` */
export function hexKeys(options: HexKeyOptions): readonly Uint8Array[] {
  const { key, keys }: { key?: unknown; keys?: readonly unknown[] } = options;
  const list = keys ?? [key];
  const usable = (each: unknown): each is string => typeof each === 'string' && /^(?:[\da-f]{2})+$/i.test(each);
  if ((key !== undefined && keys !== undefined) || list.length === 0 || !list.every(usable)) {
    throw optionsError(
      'key',
      'This is missing, empty or not hex. Give `key` in hex, or `keys` with the current one first.',
    );
  }
  return list.map((each) => hexToBytes(each));
}
