import { optionsError } from '../errors/options-error.ts';

/**
 * The form of unix seconds in all formats: exactly ten digits. Because of the fixed length, a text is unambiguous even
 * if the expiry stands next to a path without a separator.
 */
const form = /^[1-9]\d{9}$/;

/**
 * Returns the expiry as it is hashed.
 *
 * @throws `ERR_OPTIONS` for any value other than a number of ten digits, such as a text
 */
export function writeExpiry(expires: number): string {
  const text = String(expires);
  if (typeof (expires as unknown) !== 'number' || !form.test(text)) {
    throw optionsError('expires', 'Give unix seconds, a whole number of ten digits.', expires);
  }
  return text;
}

/** Reads unix seconds. Returns `undefined` for any other spelling than that of `writeExpiry`. */
export function readExpiry(text: string): number | undefined {
  return form.test(text) ? Number(text) : undefined;
}
