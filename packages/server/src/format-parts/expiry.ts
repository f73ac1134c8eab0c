import { optionsError } from '../errors/options-error.ts';

/**
 * Unix seconds as all formats write them: exactly ten digits. The fixed length is what makes a string unambiguous in
 * which the expiry stands next to a path without a separator.
 */
const form = /^[1-9]\d{9}$/;

/** The expiry as it is hashed. @throws `ERR_OPTIONS` for whatever is no number of ten digits, such as a text */
export function writeExpiry(expires: number): string {
  const text = String(expires);
  if (typeof (expires as unknown) !== 'number' || !form.test(text)) {
    throw optionsError('expires', 'Give unix seconds, a whole number of ten digits.', expires);
  }
  return text;
}

/** Unix seconds, or `undefined` for another spelling than that of `writeExpiry`. */
export function readExpiry(text: string): number | undefined {
  return form.test(text) ? Number(text) : undefined;
}
